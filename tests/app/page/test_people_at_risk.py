"""Who seems to be in danger is shown help first, and nobody else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from alpie.app.page.people_at_risk import Risk, detect_risk
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.views.chat import Chat, Conversation
from alpie.app.page.views.help import help_lines
from alpie.app.page.views.page_translations import page_translations_for
from alpie.index.encoder import Encoder
from support.places import ROOT
from support.tables import cases


@cases("question")
def test_people_at_risk_are_shown_help(question: str, encoder: Encoder) -> None:
    assert detect_risk(question)
    assert detect_risk(question, encoder)


@pytest.mark.parametrize(
    ("question", "risk"),
    [
        ("qué puedo hacer si un tío me pide fotos x insta", Risk.SELF),
        ("han subido fotos mias a un grupo", Risk.SELF),
        ("un hombre de internet quiere quedar conmigo", Risk.SELF),
        ("mi amiga sufre acoso en el insti", Risk.OTHER),
        ("a mi hija le piden fotos por instagram", Risk.OTHER),
        ("me atraen los niños y tengo miedo", Risk.OTHER),
    ],
)
def test_only_whoever_writes_of_themselves_is_called_tu(
    loader: CorpusLoader, question: str, risk: Risk
) -> None:
    assert detect_risk(question) is risk
    chat = Chat(loader, page_translations_for("es"))
    *_, (messages, _) = chat.ask(question, Conversation())
    said = messages[-1]["content"]
    assert ("no es culpa tuya" in said) == (risk is Risk.SELF)
    folded = said.index("set-aside")
    assert said.index("116 111") < folded < said.index('class="answer"')


@cases("question")
def test_questions_about_the_subject_are_not_interrupted(question: str, encoder: Encoder) -> None:
    assert not detect_risk(question)
    assert not detect_risk(question, encoder)


def test_messages_of_people_at_risk_are_known_by_what_they_mean(encoder: Encoder) -> None:
    """Of messages that nothing was fitted on; the signs in words alone find 4 of the 30."""
    lines = (ROOT / "eval/training/risk_messages.jsonl").read_text("utf-8").splitlines()
    kept = [row for row in map(json.loads, lines) if row["part"] == "test"]
    shown = [bool(detect_risk(row["text"], encoder)) for row in kept]
    wanted = [bool(row["risk"]) for row in kept]
    assert (len(kept), sum(wanted)) == (60, 30)
    assert sum(one for one, want in zip(shown, wanted, strict=True) if want) >= 26
    assert sum(one for one, want in zip(shown, wanted, strict=True) if not want) <= 2


def test_help_lines_have_a_date_and_the_required_contacts() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", help_lines().checked)
    lines = help_lines().lines
    assert {"112", "116 111", "017"} <= {line["contact"] for line in lines}
    assert any("aepd" in line["link"] for line in lines)
    assert all(re.fullmatch(r"(tel:[0-9+]+|https://[^\s\"'<>]+)?", line["link"]) for line in lines)


def test_whoever_goes_on_after_a_message_of_danger_still_sees_help_first(corpus: Any) -> None:
    class Following(type(corpus)):  # type: ignore[misc]
        def ask(self, question: str, turns: tuple[str, ...] = (), *_: Any) -> Any:
            return replace(super().ask(question), follows=turns)

    loader = CorpusLoader(Following).start()
    loader.wait(10)
    chat, conversation = Chat(loader, page_translations_for("es")), Conversation()
    for question in ("me están chantajeando con fotos mías", "explícamelo"):
        *_, (messages, conversation) = chat.ask(question, conversation)
        assert "no es culpa tuya" in messages[-1]["content"]
