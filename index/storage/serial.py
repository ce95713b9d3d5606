"""Records to and from JSON, for the files of the index folder."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from alpie.index.notices import Coverage, notices_from_json
from alpie.index.records import Block, BlockKind, Document, Layout, Passage, Sentence, SentenceRole, Span

__all__ = [
    "document_from_json",
    "document_to_json",
    "layout_from_json",
    "layout_to_json",
    "passage_from_json",
    "passage_to_json",
]


def _spans(rows: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in rows)


def _rows(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def document_to_json(document: Document) -> dict[str, Any]:
    """Without the structure that a parser found: the layout was made of it."""
    row = asdict(replace(document, structure=None))
    del row["structure"]
    return row


def document_from_json(row: dict[str, Any]) -> Document:
    lists = ("notes", "editorial")
    fields: dict[str, Any] = {key: tuple(value) if key in lists else value for key, value in row.items()}
    fields["notices"] = notices_from_json(row.get("notices", ()))
    fields["coverage"] = Coverage(**row.get("coverage", {}))
    return Document(**fields)


def passage_to_json(passage: Passage) -> dict[str, Any]:
    return {
        "address": passage.address,
        "document_id": passage.document_id,
        "path": list(passage.path),
        "kind": passage.kind.value,
        "box": passage.box,
        "label": passage.label,
        "page": passage.page,
        "paragraph": passage.paragraph,
        "ordinal": passage.ordinal,
        "turns": list(map(list, passage.turns)),
        **({"recognised": list(map(list, passage.recognised))} if passage.recognised else {}),
        "sentences": [
            [s.text, _rows(s.spans), s.role.value, s.group, s.paragraph] for s in passage.sentences
        ],
    }


def passage_from_json(row: dict[str, Any]) -> Passage:
    return Passage(
        address=row["address"],
        document_id=row["document_id"],
        sentences=tuple(
            Sentence(text, _spans(spans), SentenceRole(role), group, paragraph)
            for text, spans, role, group, paragraph in row["sentences"]
        ),
        path=tuple(row["path"]),
        kind=BlockKind(row["kind"]),
        box=row["box"],
        label=row["label"],
        page=row["page"],
        paragraph=row["paragraph"],
        ordinal=row["ordinal"],
        turns=tuple((offset, page) for offset, page in row["turns"]),
        recognised=tuple((start, end, sure) for start, end, sure in row.get("recognised", ())),
    )


def layout_to_json(layout: Layout) -> dict[str, Any]:
    return {
        "document_id": layout.document_id,
        "footers": _rows(layout.footers),
        "note_calls": _rows(layout.note_calls),
        "page_starts": list(layout.page_starts),
        "page_labels": list(layout.page_labels),
        "marks": _rows(layout.marks),
        "blocks": [
            {
                **asdict(block),
                "kind": block.kind.value,
                "spans": _rows(block.spans),
                "parts": [_rows(part) for part in block.parts],
            }
            for block in layout.blocks
        ],
    }


def layout_from_json(row: dict[str, Any]) -> Layout:
    return Layout(
        document_id=row["document_id"],
        footers=_spans(row["footers"]),
        note_calls=_spans(row["note_calls"]),
        page_starts=tuple(row["page_starts"]),
        page_labels=tuple(row["page_labels"]),
        marks=_spans(row.get("marks", [])),
        blocks=tuple(
            Block(
                **{
                    **block,
                    "kind": BlockKind(block["kind"]),
                    "spans": _spans(block["spans"]),
                    "path": tuple(block["path"]),
                    "parts": tuple(_spans(part) for part in block["parts"]),
                }
            )
            for block in row["blocks"]
        ),
    )
