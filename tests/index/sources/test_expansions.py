"""Other ways to ask for a passage or to say it: searched, shown as what they are, never quoted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.operation.document_report import compare_index_with_folder
from alpie.app.page.views.answer_view import render_answer
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.service.rows import answer_row
from alpie.index.retrieval.expansion_index import impute_scores
from alpie.index.sources.expansions import Expansion, place_expansions
from alpie.index.spanish.query import parse_question
from alpie.index.storage.manifest import current_version
from alpie.index.storage.store import IndexVersion, corpus_fingerprint, open_version
from support.fake_encoder import FakeEncoder, FakeReader, build

FOREST = "Cuánta floresta calcinada hubo"  # shares no word with the passage
CHARGE = "Hay que pagar la tarjeta de socio"


def row(address: str, *lines: tuple[str, Sequence[str]], kind: str = "question") -> dict[str, Any]:
    return {
        "address": address,
        "lines": [{"text": text, "kind": kind, "sentences": [*begins]} for text, begins in lines],
    }


def write(docs: Path, name: str, *rows: dict[str, Any]) -> None:
    (docs / "expansions").mkdir(exist_ok=True)
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
    (docs / "expansions" / f"{name}.jsonl").write_text(text, "utf-8")


def address_of(data: Path, document: str) -> str:
    passages = opened(data).search.passages
    return next(passage.address for passage in passages if passage.document_id == document)


def opened(data: Path) -> IndexVersion:
    return open_version(data, FakeEncoder())


@pytest.fixture
def data(docs: Path, data: Path) -> Path:
    """An index of both documents; the one on fires is expanded."""
    lines = (FOREST, ["En julio ardieron"]), ("Pavesas del ferrocarril", ["La causa"])
    write(docs, "incendios", row(address_of(data, "incendios"), *lines))
    build(docs, data)
    return data


# --- the file ----------------------------------------------------------------------------------


def test_an_expansion_knows_the_sentences_it_rests_on(data: Path) -> None:
    search = opened(data).search
    assert search.expansions is not None
    expansions = [expansion for of_passage in search.expansions.of_passages for expansion in of_passage]
    assert expansions[0] == Expansion(FOREST, "question", (0,))
    passage = search.passages[0]
    assert passage.sentences[expansions[1].sentences[0]].text.startswith("La causa")


def placed(docs_file: str, data: Path) -> tuple[tuple[tuple[Expansion, ...], ...], tuple[str, ...]]:
    found = place_expansions(docs_file.encode(), tuple(opened(data).search.passages), "x.jsonl")
    return found.of_passages, found.faults


def test_expansions_of_a_stale_address_go_where_their_sentences_went(data: Path) -> None:
    stale = row(
        "incendios/otro/0123456789", (FOREST, ["En julio ardieron"]), ("Sin frase", []), ("Fue", ["Nadie"])
    )
    expansions, problems = placed(json.dumps(stale), data)
    assert [expansion.text for of_passage in expansions for expansion in of_passage] == [FOREST]
    assert "incendios/otro/0123456789" in problems[0]
    assert "1 de sus reformulaciones" in problems[0]
    assert "2 no se usan" in problems[0]


@pytest.mark.parametrize(("bad", "said"), [
    ("{", "no es JSON"), ("[" * 100_000, "no es JSON"), ("[]", "se espera un objeto"),
    ('{"address": 3, "lines": []}', "se espera un objeto"), ('{"address": "ADDRESS", "lines": ["x"]}', "«text»"),
    ('{"address": "ADDRESS", "lines": [{"text": " "}]}', "«text»"),
    ('{"address": "ADDRESS", "lines": [{"text": "\\ud800"}]}', "«text»"),
    ('{"address": "ADDRESS", "lines": [{"text": "x", "kind": "joke"}]}', "«kind»"),
    ('{"address": "ADDRESS", "lines": [{"text": "x", "kind": ["joke"]}]}', "«kind»"),
    ('{"address": "ADDRESS", "lines": [{"text": "x", "sentences": "En julio"}]}', "«sentences»"),
    ('{"address": "ADDRESS", "lines": [{"text": "x", "sentences": ["Nadie"]}]}', "empieza por «Nadie»"),
])  # fmt: skip
def test_a_faulty_row_is_told_and_the_others_stand(data: Path, bad: str, said: str) -> None:
    address = address_of(data, "incendios")
    good = json.dumps(row(address, (FOREST, [])))
    expansions, problems = placed(bad.replace("ADDRESS", address) + "\n" + good, data)
    assert FOREST in [expansion.text for of_passage in expansions for expansion in of_passage]
    assert problems[0].startswith("x.jsonl: línea 1")
    assert said in problems[0]


def test_indexing_says_what_is_wrong_with_the_files(docs: Path, data: Path) -> None:
    write(docs, "nadie", row("nadie/x/0", ("¿?", [])))
    (docs / "expansions" / "libros.jsonl").write_bytes(b"\xff")
    faults = build(docs, data).expansion_faults
    assert len(faults) == 2
    assert "nadie.jsonl" in faults[0]
    assert "no es UTF-8" in faults[1]


def test_a_file_that_leads_out_of_the_folder_is_not_read(docs: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "fuera.jsonl").write_text(json.dumps(row(address_of(data, "libros"), (CHARGE, []))), "utf-8")
    (docs / "expansions" / "libros.jsonl").symlink_to(tmp_path / "fuera.jsonl")
    assert any("fuera de" in fault for fault in build(docs, data).expansion_faults)
    assert not opened(data).documents["libros"].expansions


# --- the index ----------------------------------------------------------------------------------


def test_a_changed_file_is_indexed_anew_and_only_new_ones_are_embedded(docs: Path, data: Path) -> None:
    before = opened(data).fingerprint
    address = address_of(data, "incendios")
    write(docs, "incendios", row(address, ("Otra cosa", []), (FOREST, ["En julio ardieron"])))
    assert compare_index_with_folder(docs, data).changed == ("incendios",)
    encoder = FakeEncoder()
    build(docs, data, encoder)
    assert encoder.texts_seen == ["Otra cosa"]
    version = opened(data)
    assert version.fingerprint != before
    documents = tuple(version.documents.values())
    assert corpus_fingerprint(documents, version.search.passages) == version.fingerprint
    assert not build(docs, data).changed


def test_vectors_taken_over_are_the_same_to_the_last_bit(docs: Path, data: Path, tmp_path: Path) -> None:
    first = (current_version(data) / "expansions.faiss").read_bytes()
    write(docs, "libros", row(address_of(data, "libros"), (CHARGE, [])))
    build(docs, data)
    (docs / "expansions" / "libros.jsonl").unlink()
    build(docs, data)
    assert (current_version(data) / "expansions.faiss").read_bytes() == first


# --- the search ----------------------------------------------------------------------------------


def test_a_passage_is_found_by_words_that_only_its_expansion_has(docs: Path, data: Path) -> None:
    question = parse_question("¿Qué floresta quedó calcinada?")
    found = opened(data).search.search(question)
    assert found.hits[0].passage.document_id == "incendios"
    assert found.hits[0].expansion == FOREST
    assert found.hits[0].ranks["expansion"] == 1
    assert found.hits[0].score > found.hits[0].own_score
    (docs / "expansions" / "incendios.jsonl").unlink()
    build(docs, data)
    without = opened(data).search.search(question)
    assert "expansion" not in without.hits[0].retrievers
    assert without.hits[0].score == without.hits[0].own_score


def test_a_passage_without_expansions_is_neither_helped_nor_hurt(data: Path) -> None:
    found = opened(data).search.search(parse_question("¿Cuándo abre la biblioteca?"))
    assert found.hits[0].passage.document_id == "libros"
    assert "expansion" not in found.hits[0].ranks
    assert found.hits[0].expansion == ""


def test_what_is_missing_is_the_passage_s_own_score_raised_by_the_mean_difference() -> None:
    is_expanded = np.array([True, False, True])
    values = np.array([0.9, -1, 0.8], np.float32)
    own = np.array([0.8, 0.5, 0.6], np.float32)
    np.testing.assert_allclose(impute_scores(values, is_expanded, own), [0.9, 0.65, 0.8], atol=1e-6)


# --- never quoted ---------------------------------------------------------------------------------


def corpus_in(data: Path) -> Corpus:
    """The index, opened to answer whatever is asked."""
    made = opened(data)
    return Corpus(made.documents, made.layouts, made.search, FakeReader(), made.fingerprint, threshold=0.0)


def test_no_expansion_is_quoted_or_exported(data: Path) -> None:
    corpus = corpus_in(data)
    answer = corpus.ask("¿Qué floresta quedó calcinada?")
    assert answer.answered
    assert FOREST not in json.dumps(answer_row(answer), ensure_ascii=False)
    assert not any(FOREST in quote.text for quote in answer.quotes)


def test_the_page_shows_a_line_as_what_it_is(data: Path, docs: Path) -> None:
    address = address_of(data, "incendios")
    write(docs, "incendios", row(address, ("<b>Floresta</b> calcinada", [])))
    build(docs, data)
    corpus = corpus_in(data)
    answer = corpus.ask("¿Qué floresta quedó calcinada?")
    page = render_answer(answer, page_translations_for("es"), corpus.documents)
    assert "Por otra manera de preguntarlo: 1.º" in page
    assert "que no es texto del documento: <i>&lt;b&gt;Floresta&lt;/b&gt; calcinada</i>" in page
