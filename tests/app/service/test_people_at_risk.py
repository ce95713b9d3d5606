"""Who seems to be in danger is shown help first, and nobody else."""

from __future__ import annotations

import json
import re

from alpie.app.service.people_at_risk import detect_risk, help_lines
from alpie.index.encoder import Encoder
from support.places import ROOT
from support.tables import cases


@cases("question")
def test_people_at_risk_are_shown_help(question: str, encoder: Encoder) -> None:
    assert detect_risk(question)
    assert detect_risk(question, encoder)


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
    assert {"112", "116 111", "017"} <= {line.contact for line in lines}
    assert any("aepd" in line.link for line in lines)
    assert all(re.fullmatch(r"(tel:[0-9+]+|https://[^\s\"'<>]+)?", line.link) for line in lines)
