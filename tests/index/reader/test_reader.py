"""The reader: log-odds by sentence, answers told from near misses, long passages, other readers behind the protocol."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpie.app.settings import load_settings
from alpie.index.errors import EncoderError
from alpie.index.reader import Reader, ReaderInput, Reading
from alpie.index.reader.bundled import BUNDLED_READER, open_reader
from alpie.index.reader.cross_encoder import CrossEncoderReader

PASSAGE = ReaderInput(
    (
        "El servicio de préstamo de bicicletas abre de martes a domingo.",
        "La fianza es de 25 euros y se devuelve al entregar la bicicleta.",
        "Los menores de 14 años deben ir con una persona adulta.",
    ),
    "Bicicletas municipales",
)
OTHER = ReaderInput(
    ("El comedor escolar sirve dos menús.", "El precio lo fija el consejo escolar cada junio.")
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(BUNDLED_READER, load_settings().cache)


@pytest.mark.parametrize(("question", "sentence", "words"), [
    ("¿Cuánto hay que dejar de fianza?", 1, "25 euros"), ("how much is the deposit?", 1, "25 euros"),
    ("q dias esta abierto lo de las bicis", 0, "martes a domingo"),
    ("¿Quién acompaña a los niños pequeños?", 2, "una persona adulta"),
])  # fmt: skip
def test_the_sentence_that_answers_is_the_likeliest_and_its_words_are_told(
    reader: Reader, question: str, sentence: int, words: str
) -> None:
    (reading,) = reader.read(question, [PASSAGE])
    assert reading.sentence_log_odds.argmax() == sentence
    told = reading.words[sentence]
    assert told is not None
    assert words in PASSAGE.sentences[sentence][told.start : told.end]


@pytest.mark.parametrize(("asked", "not_said"), [
    ("¿Cuánto cuesta la fianza?", "¿Cuánto cuesta el seguro de la bicicleta?"),
    ("¿Qué edad mínima se exige para ir solo?", "¿Qué multa se paga por devolver tarde la bicicleta?"),
])  # fmt: skip
def test_what_the_passage_does_not_say_is_less_likely_answered(
    reader: Reader, asked: str, not_said: str
) -> None:
    answered, missing = (reader.read(one, [PASSAGE])[0].passage_log_odds for one in (asked, not_said))
    assert answered > missing


def test_a_passage_that_answers_is_told_from_one_that_does_not(reader: Reader) -> None:
    right, wrong = reader.read("¿Cuánto es la fianza?", [PASSAGE, OTHER])
    assert right.passage_log_odds > wrong.passage_log_odds + 1


def test_a_reading_does_not_depend_on_the_passages_beside_it(reader: Reader) -> None:
    alone = reader.read("¿Cuánto es la fianza?", [PASSAGE])[0]
    beside = reader.read("¿Cuánto es la fianza?", [OTHER, PASSAGE, OTHER])[1]
    assert alone.passage_log_odds == pytest.approx(beside.passage_log_odds, abs=1e-4)
    np.testing.assert_allclose(alone.sentence_log_odds, beside.sentence_log_odds, atol=1e-4)


def test_the_end_of_a_long_passage_is_read(reader: Reader) -> None:
    padding = "La instalación se limpia todos los días con agua y jabón neutro sin perfume alguno."
    long = ReaderInput((padding,) * 60 + (PASSAGE.sentences[1],))
    (reading,) = reader.read("¿Cuánto es la fianza?", [long])
    assert reading.sentence_log_odds.argmax() == 60
    assert len(reading.sentence_log_odds) == len(reading.words) == 61


def test_one_endless_sentence_is_read_as_far_as_it_fits(reader: Reader) -> None:
    (reading,) = reader.read("¿Cuánto es la fianza?", [ReaderInput(("fianza de 25 euros " * 900,))])
    assert np.isfinite(reading.passage_log_odds)


@given(st.text(max_size=60), st.lists(st.text(max_size=80), max_size=4))
@settings(max_examples=10, deadline=None)
def test_any_text_gives_a_finite_reading_and_words_inside_their_sentence(
    question: str, sentences: Sequence[str]
) -> None:
    (reading,) = open_reader(BUNDLED_READER, load_settings().cache).read(
        question, [ReaderInput(tuple(sentences))]
    )
    assert reading.sentence_log_odds.shape == (len(sentences),)
    assert np.isfinite(reading.passage_log_odds)
    for sentence, words in zip(sentences, reading.words, strict=True):
        assert words is None or 0 <= words.start <= words.end <= len(sentence)
        assert words is None or 0 <= words.probability <= 1 + 1e-6


class _WordOverlap:
    """A cross-encoder that counts the words two texts share."""

    def predict(self, pairs: Sequence[tuple[str, str]], **_: object) -> list[float]:
        return [float(len(set(one.lower().split()) & set(other.lower().split()))) for one, other in pairs]


def test_any_cross_encoder_can_take_its_place() -> None:
    readings = CrossEncoderReader(_WordOverlap(), "overlap").read("la fianza es de", [PASSAGE, OTHER])
    assert readings[0].sentence_log_odds.argmax() == 1
    assert readings[0].passage_log_odds > readings[1].passage_log_odds
    assert all(isinstance(reading, Reading) for reading in readings)


@pytest.mark.heavy  # imports PyTorch
def test_a_cross_encoder_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match="no-such-model"):
        open_reader("no-such-model", load_settings().cache)
