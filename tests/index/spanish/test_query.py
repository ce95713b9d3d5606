"""From what somebody typed to what is searched: cleaned up, never changed in meaning."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.index.errors import QuestionError
from alpie.index.spanish.query import MAX_CHARACTERS, detect_language, read_question


def searched(text: str) -> str:
    return read_question(text).searched


def test_the_question_as_typed_is_kept_beside_the_one_searched() -> None:
    typed = "  q  es\tel CSAM \n"
    question = read_question(typed)
    assert question.typed == typed
    assert question.searched == "que es el CSAM"


WAS = "por qué CSAM IWF NCMEC y no otros terminos"


@pytest.mark.parametrize(("typed", "expected"), [
    # chat spelling is written out
    ("q es el grooming", "que es el grooming"), ("xq detuvieron al hombre?", "por qué detuvieron al hombre?"),
    ("¿xq lo hicieron?", "¿por qué lo hicieron?"), ("¿ pq lo hicieron?", "¿ por qué lo hicieron?"),
    ("Xq lo hicieron?", "por qué lo hicieron?"), ("y porq lo hicieron", "y por qué lo hicieron"),
    ("bro xk lo hicieron", "por qué lo hicieron"), ("Dice el informe, ¿y xq?", "Dice el informe, ¿y por qué?"),
    ("hubo detenciones. xq?", "hubo detenciones. por qué?"), ("¿fue xq lo denunciaron?", "¿fue porque lo denunciaron?"),
    ("lo detuvieron xq tenia fotos", "lo detuvieron porque tenia fotos"), ("PQ es un codigo", "PQ es un codigo"),
    ("que es Pq", "que es Pq"), ("dnd fue tb la operacion", "dónde fue también la operacion"),
    ("Q dice el informe", "Q dice el informe"), ("cm se denuncia", "cómo se denuncia"),
    ("y cm lo denuncio", "y cómo lo denuncio"), ("una foto de 5 cm", "una foto de 5 cm"),
    ("kuantos niñ@s hay", "cuántos niños hay"), ("Qué dice de l@s niñxs", "Qué dice de los niños"),
    ("manda fotos a niñ@", "manda fotos a niño"), ("l@s profesor@s y adolescentxs", "los profesores y adolescentes"),
    ("escribe a maria@ o a fb@", "escribe a maria@ o a fb@"), ("Cm se denuncia", "cómo se denuncia"),
    ("CM se mide", "CM se mide"), ("que es un index o un thorax", "que es un index o un thorax"),
    # the meaning of a word is asked for as what it is
    ("¿Qué significan las siglas J-CAT?", "¿qué es J-CAT?"), ("que significa pegi", "qué es pegi"),
    ("¿Y qué quiere decir la palabra «grooming»?", "¿Y qué es «grooming»?"), ("¿Qué significa eso?", None),
    ("¿Qué significa para las víctimas que se compartan imágenes?", None),
    # what is no chat keeps its words
    ("¿A qué insta la resolución?", None), ("a que insta la asamblea a los paises", None), ("¿Quién tan joven?", None),
    ("¿Qué pasta usa el profe?", None), ("¿Quién es la tía de la menor?", None), ("detuvieron al tio de la niña", None),
    ("¿Qué dice AGN/65/RES/10 en su punto d)?", None), ("¿Cuántos cm mide, 5 cm?", None),
    ("what is a face scan in the info report", None),
    # capitals are lowered, and acronyms in a mixed question kept
    ("¿CUÁNTAS DETENCIONES HUBO EN ESPAÑA?", "¿cuántas detenciones hubo en españa?"), ("¿Qué es el CSAM?", None),
    ("CSAM IWF", None), ("xq NCMEC", "por qué NCMEC"), ("por qué NCMEC", None),
    ("DETENCIONES ESPAÑA 2025", "detenciones españa 2025"), ("xq CSAM IWF NCMEC y no otros terminos", WAS),
    # white space and invisible characters go, accents in two characters become one
    ("\u200b¿Qué\u00a0es\r\n  el CSAM?\ufeff\u0007", "¿Qué es el CSAM?"),
    (unicodedata.normalize("NFD", "¿Qué niño?"), "¿Qué niño?"),
    *((f"deten{invisible}ciones", "detenciones") for invisible in "\u2060\ufeff\u200d\u00ad"),
])  # fmt: skip
def test_what_is_searched(typed: str, expected: str | None) -> None:
    assert searched(typed) == (typed if expected is None else expected)


@pytest.mark.parametrize("typed", ["", "   ", "¿?", "…!!", "\u200b\u200b", "🙂🙂", "\x00"])
def test_nothing_to_search_is_said(typed: str) -> None:
    with pytest.raises(QuestionError, match="no contiene palabras que buscar"):
        read_question(typed)


@pytest.mark.parametrize("typed", ["7", "ñ", "漢字", "Ω", "bro", "porfa pls"])
def test_a_single_sign_or_word_of_any_script_can_be_searched(typed: str) -> None:
    assert searched(typed)


def test_a_long_question_is_cut_at_a_word() -> None:
    question = read_question("palabras " * 1000)
    assert len(question.searched) <= MAX_CHARACTERS
    assert set(question.searched.split()) == {"palabras"}
    assert len(read_question("a" * 100_000).searched) <= MAX_CHARACTERS


@pytest.mark.parametrize(("text", "language"), [
    ("¿Cuántas detenciones hubo?", "es"), ("cuantas detenciones hubo en españa", "es"),
    ("How many arrests were there in Spain?", "en"), ("What does the IWF say about self-generated material?", "en"),
    ("CSAM NCMEC", "und"), ("detenciones España", "es"), ("provincias registros", "und"), ("", "und"),
])  # fmt: skip
def test_the_language_is_told_by_function_words(text: str, language: str) -> None:
    assert detect_language(text) == language


@given(st.text(alphabet="qxk deáñ¿?.,AB1\n", min_size=1, max_size=80))
def test_cleaning_up_twice_is_cleaning_up_once(text: str) -> None:
    try:
        once = searched(text)
    except QuestionError:
        return
    assert searched(once) == once
