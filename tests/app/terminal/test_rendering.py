"""Answers and hits as text for a terminal: what is quoted is told from what is written, and no document steers it."""

from __future__ import annotations

from dataclasses import replace

from alpie.app.answering.answer_types import Answer, Part, Role, WrittenSentence
from alpie.app.service.rows import hit_row
from alpie.app.terminal.rendering import answer_text, hits_text
from alpie.app.translations import translations_for
from alpie.index.records import Hit, Sentence, Span
from support.sample_answer import ANSWER, DOCUMENT, HIT, PASSAGE, QUOTE


def shown(answer: Answer, width: int = 0) -> list[str]:
    return answer_text(answer, translations_for("es"), width).splitlines()


def test_lines_are_wrapped_for_a_terminal_only() -> None:
    answer = replace(ANSWER, quotes=(replace(QUOTE, text="palabra " * 40),))
    assert max(map(len, shown(answer, 60)[:5])) <= 60
    assert max(map(len, shown(answer))) > 200


def test_a_question_that_was_put_right_is_said_first() -> None:
    understood = replace(ANSWER, question="q detenciones", searched="que detenciones")
    assert shown(understood) == ["Entendido como: «que detenciones»", "", *shown(ANSWER)]


def test_a_part_without_quotations_says_whether_another_shows_what_answers() -> None:
    parts = (
        Part(Role.SIDE, "la operación", quotes=(QUOTE,)),
        Part(Role.SIDE, "la nota", shown_elsewhere=True),
        Part(Role.SIDE, "la ONU"),
    )
    lines = shown(replace(ANSWER, parts=parts))
    translations = translations_for("es")
    assert lines[lines.index("== la nota") + 2] == translations("part.elsewhere")
    assert lines[lines.index("== la ONU") + 2] == translations("part.empty")


def test_a_document_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in "".join(shown(replace(ANSWER, quotes=(replace(QUOTE, text="a\x1b[2Jb"),)), 80))
    passage = replace(PASSAGE, sentences=(Sentence("a\x1b[2Jb", (Span(0, 3),)),))
    assert "\x1b" not in hits_text([Hit(passage, 1.0)], {"nota": DOCUMENT}, translations_for("es"), 0)


def test_written_sentences_are_marked_and_never_quoted() -> None:
    written = replace(ANSWER, writer=(WrittenSentence("Hubo detenciones.", (1,)),))
    assert shown(written)[-1] == "Texto generado, no citado: Hubo detenciones. [1]"


def test_search_says_where_a_phrase_no_longer_stands() -> None:
    words, documents = translations_for("es"), {DOCUMENT.id: DOCUMENT}
    with_it, without = (replace(HIT, verbatim=verbatim) for verbatim in (True, False))
    text = hits_text((with_it, without, without), documents, words, 80)
    assert text.count("Los demás no lo contienen tal cual:") == 1
    assert text.index("1. ") < text.index("Los demás") < text.index("2. ")
    assert hits_text((without, without), documents, words, 80).startswith(
        "Ningún fragmento contiene eso tal cual."
    )
    assert hit_row(without, documents)["verbatim"] is False
