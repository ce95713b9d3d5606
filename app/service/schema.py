"""JSON Schema of every row that programs get: from `--json`, over HTTP and over MCP alike."""

from __future__ import annotations

from typing import Any

__all__ = ["SCHEMAS", "schema_document"]

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_FLAG: Schema = {"type": "boolean"}
_PAGE: Schema = {
    "type": ["integer", "string", "null"],
    "description": "page of the first word, as the document calls it («iv»); null where it has none",
}
_LAST_PAGE: Schema = {
    "type": ["integer", "string", "null"],
    "description": "page of the last word, where that is another; else null",
}
_MAYBE_TEXT: Schema = {"type": ["string", "null"]}


def _described(schema: Schema, text: str) -> Schema:
    return {**schema, "description": text}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _object(optional: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


_START = _described(_COUNT, "character offset into the document's text, included")
_END = _described(_COUNT, "character offset, excluded")
_SPANS = _list(
    _list(_COUNT, minItems=2, maxItems=2),
    description="[start, end] pairs; what lies between two of them the layout left out",
)
_PATH = _list(_TEXT, description="headings, outermost first")
_ADDRESS = _described(_TEXT, "permanent address of the passage")
_WHERE = {"path": _PATH, "box": _MAYBE_TEXT, "label": _MAYBE_TEXT, "page": _PAGE, "last_page": _LAST_PAGE}
_RECOGNISED = {
    "recognised": _described(
        _SHARE, "only of text that was read off a picture of the page: how sure its words are"
    ),
    "doubtful": _list(_TEXT, description="those of its words that are doubtful"),
}
_WHERE |= _RECOGNISED
_WORDS = {"doc": _described(_TEXT, "document id"), "text": _TEXT, "start": _START, "end": _END}

_QUOTE = _object(
    tuple(_RECOGNISED),
    **_WORDS,
    page=_PAGE,
    last_page=_LAST_PAGE,
    path=_PATH,
    address=_ADDRESS,
    score=_described(_SHARE, "probability that this quotation answers"),
    spans=_SPANS,
    citation=_TEXT,
    **_RECOGNISED,
)
_WRITER = _list(
    _object(text=_TEXT, quotes=_list({"type": "integer", "minimum": 1}, minItems=1)),
    description="sentences of a language model, no quotations; each with the numbers of its quotes, from 1",
)
_WRITER_REPORT = _object(
    model=_TEXT,
    dropped=_described(_COUNT, "sentences left out because the quotes do not support them"),
    reasons={"type": "object", "additionalProperties": _COUNT},
    failure={"enum": ["", "timeout", "cut", "unreachable", "nothing", "missing", "busy"]},
)
_ANSWER = _object(
    ("nearest", "writer_report", "tentative", "stages", "absent"),
    id=_TEXT,
    question=_TEXT,
    answered=_FLAG,
    answer=_described(_TEXT, "the quotations, one a line, or a sentence that there is no answer"),
    quotes=_list(_ref("quote"), description="best first; empty when not answered"),
    passages=_list(_object(**_WORDS, address=_ADDRESS, score=_NUMBER), maxItems=10),
    confidence=_described(_SHARE, "probability that the documents answer"),
    tentative=_described(_FLAG, "answered with reserve: the quotations come nearest and may not answer all"),
    ms=_described(_NUMBER, "milliseconds from question to answer"),
    stages=_described({"type": "object", "additionalProperties": _NUMBER}, "milliseconds by stage"),
    search=_object(documents=_COUNT, passages=_COUNT, above_threshold=_COUNT, threshold=_SHARE),
    writer={"anyOf": [{"type": "null"}, _WRITER]},
    writer_report=_WRITER_REPORT,
    absent=_list(
        _TEXT, description="of each document or place that is named and is not there, a sentence that says so"
    ),
    nearest=_list(_ref("quote"), description="of a refusal: the nearest passages, which are no answer"),
)
_HIT = _object(
    tuple(_RECOGNISED),
    **_WORDS,
    address=_ADDRESS,
    score=_NUMBER,
    **_WHERE,
    citation=_TEXT,
    terms=_list(_TEXT, description="words of the question that the passage holds"),
    ranks=_described(
        {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
        "rank of the passage in each retriever of the search",
    ),
)
_WARNINGS = _list(_TEXT, description="what a quotation cut short leaves out that may change its meaning")
_PLACE = _object(
    tuple(_WHERE),
    **_WORDS,
    shown=_described(_TEXT, "the same, with «[…]» where words between them were left out"),
    spans=_SPANS,
    address=_TEXT,
    **_WHERE,
    citation=_TEXT,
    sentence=_described(_TEXT, "the whole sentences that the words stand in; empty where they stand in none"),
    marked=_list(
        _list(_COUNT, minItems=2, maxItems=2), description="[start, end] of the words in `sentence`"
    ),
    warnings=_WARNINGS,
)
_VERDICT: Schema = {
    "enum": ["exact", "cut", "joined", "altered", "absent"],
    "description": "cut: exact, but with warnings; joined: exact sentences that do not follow one another",
}
_VERIFICATION = _object(
    ("only_signs", "quoted"),
    text=_TEXT,
    verdict=_VERDICT,
    similarity=_SHARE,
    occurrences=_COUNT,
    with_omissions=_FLAG,
    only_signs=_described(_FLAG, "nothing but accents, capitals, spaces or punctuation differs"),
    warnings=_WARNINGS,
    quoted=_list(
        _TEXT,
        description="what stands between quotation marks, where that alone was checked and the rest was not: "
        "all of it when exact, else the first that is not; empty when the whole text was checked",
    ),
    places=_list(_ref("place")),
    differences=_list(_object(kind=_TEXT, pasted=_TEXT, source=_TEXT)),
    sentences=_list(
        _object(text=_TEXT, verdict=_VERDICT, only_signs=_FLAG, places=_list(_ref("place"))),
        description="each sentence by itself, where some are exact and the whole text is not; else empty",
    ),
)
_PASSAGE = _object(
    tuple(_RECOGNISED),
    **_WORDS,
    address=_ADDRESS,
    **_WHERE,
    citation=_TEXT,
    sentences=_list(_object(text=_TEXT, spans=_SPANS)),
)
_DOCUMENT = _object(
    id=_TEXT,
    title=_TEXT,
    publisher=_TEXT,
    date=_described(_TEXT, "ISO 8601, as precise as known"),
    kind=_TEXT,
    language=_described(_TEXT, "BCP 47"),
    url=_TEXT,
    place=_TEXT,
    rights=_TEXT,
    file=_TEXT,
    sha256=_TEXT,
    passages=_COUNT,
)

SCHEMAS: dict[str, Schema] = {
    "ask": _ref("answer"),
    "search": _list(_ref("hit"), maxItems=100),
    "verify": _ref("verification"),
    "passage": _ref("passage"),
    "documents": _list(_ref("document")),
}


def schema_document() -> Schema:
    """One schema for all: `properties` has what each endpoint returns. Kept as `docs/schema.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Al Pie: what each endpoint returns",
        "type": "object",
        "properties": SCHEMAS,
        "$defs": {
            "quote": _QUOTE,
            "answer": _ANSWER,
            "hit": _HIT,
            "verification": _VERIFICATION,
            "place": _PLACE,
            "passage": _PASSAGE,
            "document": _DOCUMENT,
        },
    }
