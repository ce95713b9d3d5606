"""Look-up of words: what stands there is found, all of it and nothing else, whatever is typed."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.index.retrieval.word_search import WordQuery, fold_as_stored
from alpie.index.spanish.analysis import fold_in_place
from alpie.index.storage.store import open_version
from support.fake_encoder import FakeEncoder, FakeReader, build, corpus_of
from support.tables import cases

TEXTS = (
    "Los menores usan internet.\n\nEl acoso a un menor por internet crece: 105 047 casos.\n",
    "La niña pequeña juega.\n\nAcosar es delito, y el menoscabo también: 08.02.3341.480.\n",
    "Resolución AGN/65/RES/10: abuso, de menores.\n\nEl abuso de menores no prescribe en la red de internet.\n",
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The same in files, after one document came and went."""
    folder = tmp_path_factory.mktemp("look-up")
    (folder / "docs").mkdir()
    for name, text in zip(("uno", "dos", "tres"), TEXTS, strict=True):
        (folder / "docs" / f"{name}.txt").write_text(text, "utf-8")
    (folder / "docs" / "cuatro.txt").write_text("Menores, menores, internet y fruta.\n", "utf-8")
    build(folder / "docs", folder / "data")
    (folder / "docs" / "cuatro.txt").unlink()
    build(folder / "docs", folder / "data")
    made = open_version(folder / "data", FakeEncoder())
    return Corpus(made.documents, made.layouts, made.search, FakeReader(), made.fingerprint)


def found(corpus: Corpus, text: str) -> set[str]:
    """Texts of the passages that are found."""
    return {corpus.passages[match.row].text for match in corpus.word_matches(WordQuery.parse(text))}


@cases("text, documents")
def test_what_is_asked_for_is_found(stored: Corpus, text: str, documents: tuple[str, ...]) -> None:
    for corpus in (stored, corpus_of(*TEXTS)):
        held = corpus.word_matches(WordQuery.parse(text))
        assert {one.document for one in held} == set(documents)
        assert [one.row for one in held] == sorted({one.row for one in held})


def test_the_exact_phrase_has_its_signs_too(stored: Corpus) -> None:
    assert all("abuso, de menores" in text for text in found(stored, '"abuso, de menores"'))
    assert found(stored, '"abuso, de menores"')
    assert not found(stored, '"abuso; de menores"')


@cases("text, literal")
def test_what_is_literal_in_a_search(text: str, literal: list[str]) -> None:
    assert [term.text for term in WordQuery.parse(text).literal.terms] == literal


def test_what_is_marked_is_what_was_asked_for() -> None:
    text = "El Menor y los menores; el menoscabo."
    for asked, marked in {
        "menor": ["Menor", "menores"],
        "menos*": ["menoscabo"],
        '"los menores" O y': ["y", "los menores"],
    }.items():
        spans = WordQuery.parse(asked).ranges(text)
        assert [text[span.start : span.end] for span in spans] == marked


def test_letters_of_latin_writing_are_folded_as_the_database_stores_them() -> None:
    letters = [chr(code) for code in range(0x80, 0x180) if chr(code).isalnum() and chr(code) not in "µſ"]
    folded_by = "CREATE VIRTUAL TABLE words USING fts5 (text, tokenize='unicode61 remove_diacritics 2')"
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(folded_by)
        database.execute("CREATE VIRTUAL TABLE stored USING fts5vocab (words, instance)")
        database.executemany("INSERT INTO words VALUES (?)", [(f"1{letter}",) for letter in letters])
        stored = [word for (word,) in database.execute("SELECT term FROM stored ORDER BY doc")]
    assert [f"1{fold_as_stored(letter)}" for letter in letters] == stored
    otherwise = {letter for letter in letters if fold_in_place(letter) != fold_as_stored(letter)}
    assert otherwise == {*"ªº²³¹¼½¾ĲĳĿŀŉ"}  # for these it is a folding of its own


def test_folding_moves_no_offset_whatever_the_character() -> None:
    for code in range(sys.maxunicode + 1):
        assert len(fold_as_stored.__wrapped__(chr(code))) == 1
