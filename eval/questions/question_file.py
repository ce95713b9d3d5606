"""Questions with their gold evidence: JSON Lines of our own, or SQuAD JSON.

Unknown fields are ignored and fields may be absent; a malformed line is an error, since it would shift every row after it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alpie.eval.questions.question_records import UNANSWERABLE, Evidence, GoldQuestion, QuestionFile, fault_at
from alpie.eval.questions.squad import squad_questions
from alpie.index.records import collapse

# Its folder `fitting` is never reported on, `reporting` never fitted on; what lies beside them is split.
OWN_QUESTIONS = Path(__file__).resolve().parent

# What each kind measures.
KINDS: Mapping[str, str] = {
    "factual": "who, what, when, how many",
    "exact": "a code, name, article or reference number to be found as written",
    "explanatory": "why, how, what for",
    "list": "an enumeration, quoted whole",
    "multi": "one passage does not answer: two or more are needed",
    "paraphrase": "shares hardly a word with the passage",
    "colloquial": "as people type: everyday words, spelling errors, no accents",
    "english": "asked in English",
    "follow-up": "understood only with the questions before it",
    "overview": "what is said of a subject at all: any sentence about it suffices",
    "comparison": "two sides, each by itself",
    "definition": "what something is or means",
    "yes-no": "whether something is so",
    "whole-document": "what a document is about, asks for, is dated",
    "at-risk": "somebody writes about themselves, or someone near, and a threat",
    UNANSWERABLE: "the documents do not answer",
}


def read_questions(path: Path) -> QuestionFile:
    """Reads JSON Lines or SQuAD 1.1/2.0 JSON; raises `QuestionsFileError` naming file and line."""
    text = _read_text(path)
    whole = _json_or_none(text)
    if isinstance(whole, dict) and "data" in whole:
        return squad_questions(path, whole["data"])
    questions = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            questions.append(_question(_json_line(line, path, number), path, number))
    if not questions:
        raise fault_at(path, "eval.questions.none")
    return QuestionFile(path, tuple(questions))


def read_own_questions(folder: Path = OWN_QUESTIONS) -> tuple[GoldQuestion, ...]:
    """The project's own questions in `folder`, in the order of its files; folders in it are not read."""
    files = sorted(folder.glob("*.jsonl"))
    return tuple(question for file in files for question in read_questions(file).questions)


def own_question_texts(most: int) -> list[str]:
    """At most `most` of the project's questions that can be understood alone, spread over the files."""
    texts = [question.text for question in read_own_questions() if not question.earlier]
    return texts[:: max(1, len(texts) // most)][:most]


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault_at(path, "eval.questions.not_utf8", place=error.start) from error
    except OSError as error:
        raise fault_at(path, "eval.questions.unreadable", error=error.strerror) from error


def _json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _json_line(line: str, path: Path, number: int) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise fault_at(f"{path}:{number}", "eval.questions.not_json", error=error) from error
    if not isinstance(record, dict):
        raise fault_at(f"{path}:{number}", "eval.questions.no_object", found=type(record).__name__)
    return record


def _question(record: Mapping[str, Any], path: Path, number: int) -> GoldQuestion:
    """The question of one line. Raises QuestionsFileError, since a skipped line would shift all rows after it."""
    source = f"{path}:{number}"
    turns = _strings(record, "turns", source)
    text = _string(record, "question", source) or (turns[-1] if turns else "")
    if not text.strip():
        raise fault_at(source, "eval.questions.no_question")
    # "turns" ends with this very question; a file that leaves it out means the earlier ones only.
    earlier = turns[:-1] if turns and collapse(turns[-1]) == collapse(text) else turns
    return GoldQuestion(
        id=_string(record, "id", source) or f"line-{number}",
        text=text,
        kind=_string(record, "kind", source),
        earlier=earlier,
        evidence=_evidence(record.get("evidence"), "evidence", source),
        evidence_all=_evidence_groups(record.get("evidence_all"), source),
        answer=_strings(record, "answer", source),
        answer_all=_strings(record, "answer_all", source),
        source=source,
    )


def _string(record: Mapping[str, Any], name: str, source: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and name == "id":
        return str(value)
    if not isinstance(value, str):
        raise fault_at(source, "eval.questions.string", name=name, value=repr(value))
    return value


def _strings(record: Mapping[str, Any], name: str, source: str) -> tuple[str, ...]:
    value = record.get(name)
    if value is None:
        return ()
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise fault_at(source, "eval.questions.strings", name=name, value=repr(value))
    return tuple(value for value in values if value.strip())


def _evidence(value: Any, name: str, source: str) -> tuple[Evidence, ...]:
    if value is None:
        return ()
    entries = [value] if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise fault_at(source, "eval.questions.objects", name=name, value=repr(value))
    evidence = []
    for entry in entries:
        fields = [entry.get(key) if isinstance(entry, dict) else None for key in ("doc", "quote")]
        if not all(isinstance(field, str) for field in fields):
            raise fault_at(source, "eval.questions.evidence", name=name, value=repr(entry))
        evidence.append(Evidence(entry["doc"], entry["quote"]))
    return tuple(evidence)


def _evidence_groups(value: Any, source: str) -> tuple[tuple[Evidence, ...], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise fault_at(source, "eval.questions.groups", name="evidence_all", value=repr(value))
    groups = (_evidence(group, "evidence_all", source) for group in value)
    return tuple(group for group in groups if group)
