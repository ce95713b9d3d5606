"""Who seems to be in danger sees help first, addressed as the message was written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.views.chat import Chat, Conversation
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.service.people_at_risk import Risk, detect_risk


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
