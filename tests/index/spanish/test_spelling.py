"""Misspelt words of a question: put right where only one word of the documents can be meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from alpie.eval.training.spanish_forms import forms_of
from alpie.index.spanish import spelling
from alpie.index.spanish.analysis import fold, stem
from alpie.index.spanish.spelling import Lexicon, correct_spelling, front_decode, front_encode, lexicon_of
from support.tables import cases

HELD = {stem(word): 3 for word in ("provincias", "registros", "phoenix", "casos", "cosas", "interpol")}
WORDS = Lexicon.from_words(["provincia", "registro", "caso", "cosa", "cassette", "ciudad"])


def put_right(
    text: str,
    held: Mapping[str, int] = HELD,
    words: Lexicon = WORDS,
    english: Lexicon = WORDS,
    asked_in: str = "es",
) -> str:
    """A question to documents that hold these stems, with these dictionaries."""
    dictionaries = {"es": words, "en": english}
    return correct_spelling(
        text, asked_in, lambda stems: [held.get(of, 0) for of in stems], dictionaries.__getitem__
    )


@cases("typed, meant")
def test_what_is_put_right_and_what_stays(typed: str, meant: str) -> None:
    assert stem(put_right(f"los {typed}").removeprefix("los ")) == stem(meant)
    if typed[0].islower() and typed.isalpha():
        assert stem(put_right(f"¿{typed.capitalize()}?").strip("¿?")) == stem(meant.capitalize())


@pytest.mark.parametrize(("typed", "meant"), [
    ("la biblioteca de Elena", "la biblioteca de Elena"), ("¿Elena?", "¿Helena?"),  # any first word has a capital
    ("de elena", "de helena"), ("the tezis of thesis", "the tesis of thesis"),
])  # fmt: skip
def test_a_name_and_an_english_word_are_not_heard_as_something_else(typed: str, meant: str) -> None:
    spanish, english = (
        Lexicon.from_words(["helena", "tesis", "hueco"]),
        Lexicon.from_words(["thesis"], spanish=False),
    )
    assert put_right(typed, {}, spanish, english) == meant


def test_spanish_sounds_are_not_heard_in_an_english_question() -> None:
    assert put_right("the ziudad", {}, asked_in="en") == "the ziudad"


@pytest.mark.parametrize(("typed", "held", "known"), [
    ("las bacas", ("barcas", "balas"), ["vacas"]),  # the dictionary does not decide between two of the documents
    ("los matos", ("gatos", "ratos", "patos"), []),
])  # fmt: skip
def test_where_two_words_may_be_meant_the_question_stays(
    typed: str, held: tuple[str, ...], known: list[str]
) -> None:
    assert put_right(typed, {stem(word): 1 for word in held}, Lexicon.from_words(known)) == typed


def test_the_dictionaries_know_common_words_in_any_form() -> None:
    assert "ciudad" in lexicon_of("es")
    assert "ciudades" in lexicon_of("es")
    assert "children" in lexicon_of("en")
    for word in ("provinvias", "resumerme", "detenicon", "ciberqwerty", "sextorsionn"):
        assert word not in lexicon_of("es")


@pytest.mark.parametrize(
    "word",
    """escribió produjo ocurrió resúmeme tipifican dígamelo denunciárselo ciberacosadores guardándoselas explícamelo
    detuvieron cuéntame dénoslo ciberdelincuentes extorsionaban lápices""".split(),
)
def test_a_conjugated_form_a_plural_and_one_with_pronouns_are_words_and_stay(word: str) -> None:
    near = {stem(fold(other)) for other in (word[:-1], word + "s", word[:-1] + "o", word[:-3] + "ido")}
    near -= {stem(fold(word))}
    asked = f"qué {word} entonces"
    assert correct_spelling(asked, "es", lambda stems: [int(of in near) for of in stems]) == asked


@given(st.sets(st.text(alphabet="abcz", min_size=1, max_size=12)))
def test_front_coded_words_are_read_as_they_were(words: set[str]) -> None:
    assert list(front_decode(front_encode(sorted(words)))) == sorted(words)


def test_forms_are_made_with_every_affix(tmp_path: Path) -> None:
    (tmp_path / "es_ES.aff").write_text(
        "SET UTF-8\nPFX r Y 1\nPFX r 0 re .\nSFX V Y 2\nSFX V ar ó ar\nSFX V ar ando/p ar\nSFX p Y 1\nSFX p 0 los [^s]\n"
    )
    (tmp_path / "es_ES.dic").write_text("2\ngrabar/Vr\nniñez\n")
    assert forms_of(tmp_path) == sorted(
        "grabar grabo grabando grabandolos regrabar regrabo regrabando regrabandolos ninez".split()
    )


def _few_words(language: str) -> Lexicon:
    return Lexicon.from_words(
        ["ciudad", "registros"] if language == "es" else ["child"], spanish=language == "es"
    )


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The languages whose words were made anew."""
    languages: list[str] = []

    def make(language: str) -> Lexicon:
        languages.append(language)
        return _few_words(language)

    monkeypatch.setattr(spelling, "_build_lexicon", make)
    lexicon_of.cache_clear()
    yield languages
    lexicon_of.cache_clear()


def _anew(language: str, cache: Path, **options: float) -> Lexicon:
    """As in a process that has not asked before."""
    lexicon_of.cache_clear()
    return lexicon_of(language, cache, **options)


def test_the_words_are_made_once_and_kept(tmp_path: Path, made: list[str]) -> None:
    for _ in range(2):
        spanish, english = _anew("es", tmp_path), _anew("en", tmp_path)
        assert "ciudades" in spanish
        assert "child" in english
        assert "ciudad" not in english
    assert made == ["es", "en"]


def test_words_that_were_cut_off_or_made_from_others_are_made_anew(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _anew("es", tmp_path)
    (tmp_path / "words-es" / "words.npy").write_bytes(b"")
    assert "ciudad" in _anew("es", tmp_path)
    monkeypatch.setattr(spelling, "version", lambda _: "99")
    assert "ciudad" in _anew("es", tmp_path)
    assert made == ["es"] * 3


@pytest.mark.parametrize("damage", [bytes, lambda size: b"PK\3\4" + bytes(size - 4)])
def test_words_damaged_without_a_change_of_size_are_made_anew_once(
    tmp_path: Path, made: list[str], damage: Callable[[int], bytes]
) -> None:
    _anew("es", tmp_path)
    file = tmp_path / "words-es" / "words.npy"
    file.write_bytes(damage(file.stat().st_size))
    for _ in range(2):
        assert "ciudad" in _anew("es", tmp_path)
    assert made == ["es"] * 2


def test_a_question_does_not_wait_long_for_another_process(tmp_path: Path, made: list[str]) -> None:
    with FileLock(tmp_path / "words-es.lock"):
        assert "ciudad" in _anew("es", tmp_path, wait_seconds=0.05)
    assert not (tmp_path / "words-es").exists()


def test_without_a_folder_to_keep_them_the_words_are_known_all_the_same(
    tmp_path: Path, made: list[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert "ciudad" in _anew("es", tmp_path / "file")
    assert made == ["es"]
