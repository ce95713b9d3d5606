"""What other programs may ask, and the rows they get: the same as the command line prints with `--json`.

The page offers these over HTTP, `alpie mcp` over MCP. Arguments come from strangers: each is checked, and
whatever cannot be used raises an `AlpieError` whose text is fit to be shown.
"""

# Names, types and docstrings of the endpoints are what both protocols announce: annotations must be types here.
# They give plain dictionaries: of a `TypedDict` the MCP library makes a model that writes each absent field as null.
from collections.abc import Callable, Mapping
from functools import wraps
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.understanding.conversation import MAX_TURNS
from alpie.app.chat_model import load_prompt
from alpie.app.checking.verify import QuotationChecker
from alpie.app.errors import AddressError
from alpie.app.operation.library_internals import set_mcp_version
from alpie.app.service.people_at_risk import risk_of_asker
from alpie.app.service.row_schemas import AnswerRow, DocumentRow, HitRow, PassageRow, VerificationRow
from alpie.app.service.rows import answer_row, document_row, hit_row, passage_row, verification_row
from alpie.app.settings import Settings
from alpie.app.translations import message, translations_for
from alpie.index import package_version
from alpie.index.errors import AlpieError, ArgumentError, PackageMissing
from alpie.index.retrieval import MAX_HITS, retriever_named
from alpie.index.spanish.query import MAX_CHARACTERS

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

MAX_QUOTATION_CHARACTERS = 20_000  # of a quotation to check
_MAX_SHOWN = 200  # characters of what was asked, in an error: it may be a megabyte
_INSTRUCTIONS = load_prompt(__file__, "mcp")


ROWS: Mapping[str, Any] = {
    "ask": AnswerRow,
    "search": Annotated[list[HitRow], Field(max_length=MAX_HITS)],
    "verify": VerificationRow,
    "passage": PassageRow,
    "documents": list[DocumentRow],
}
"""What each endpoint returns."""


class _Strict(GenerateJsonSchema):
    """Rows hold what is declared and nothing else; the names of fields are title enough."""

    def typed_dict_schema(self, schema: Any) -> dict[str, Any]:
        return {**super().typed_dict_schema(schema), "additionalProperties": False}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_document() -> dict[str, Any]:
    """One JSON Schema for all: `properties` has what each endpoint returns. Kept as `docs/schema.json`."""
    references, definitions = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(row)) for name, row in ROWS.items()], schema_generator=_Strict
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Al Pie: what each endpoint returns",
        "type": "object",
        "properties": {name: references[name, "validation"] for name in ROWS},
        **definitions,
    }


class Endpoints:
    """The five calls that programs may make. `opened` gives the corpus, or raises why there is none yet.

    `finish` is applied to each answer: with a writer configured, `alpie.app.writer.add_writing`. `counted` wraps
    `Corpus.ask`, so that metrics count its answers.
    """

    def __init__(
        self,
        opened: "Callable[[], Corpus]",
        language: str = "es",
        finish: Callable[[Answer], Answer] | None = None,
        counted: Callable[[Callable[..., Answer]], Callable[..., Answer]] | None = None,
    ) -> None:
        self._opened, self._language, self._finish, self._counted = opened, language, finish, counted
        self._checker: QuotationChecker | None = None

    def callables(self, refusal: Callable[[str], Exception]) -> dict[str, Callable[..., Any]]:
        """Each endpoint by its name, as a protocol takes it: what it cannot use is raised as `refusal`."""

        def translating(endpoint: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(endpoint)
            def answer(*arguments: Any, **named: Any) -> Any:
                try:
                    return endpoint(*arguments, **named)
                except AlpieError as error:
                    raise refusal(translations_for(self._language).translate(error)) from error

            return answer

        return {name: translating(getattr(self, name)) for name in ROWS}

    def ask(
        self,
        question: str,
        turns: list[str] | None = None,
        documents: list[str] | None = None,
        each_document: bool = False,
    ) -> dict[str, Any]:
        """Answer a question with verbatim quotations and citations, or say that the documents do not answer.

        `turns` are the earlier questions of the conversation, oldest first; `documents` the ids of those that it is put
        to, none for all; `each_document`: what each of them says, by itself.
        """
        asked = self._text(question, "question", MAX_CHARACTERS)
        earlier = self._texts(turns, "turns")[-MAX_TURNS:]
        chosen = self._texts(documents, "documents")
        corpus = self._opened()
        ask: Callable[..., Answer] = corpus.ask
        if self._counted:
            ask = self._counted(ask)
        answer = ask(asked, earlier, chosen, each_document is True)
        risk = risk_of_asker(answer, corpus.encoder)
        return {**answer_row(self._finish(answer) if self._finish else answer, self._language, risk)}

    def search(
        self, words: str, limit: int = 10, document: str = "", retriever: str = "hybrid"
    ) -> list[dict[str, Any]]:
        """The best passages for a question or some words. `document`: an id; `retriever`: hybrid, dense, lexical."""
        if isinstance(limit, bool) or not isinstance(limit, int | float) or not 1 <= limit <= MAX_HITS:
            raise ArgumentError(message("api.limit", value=repr(limit), most=MAX_HITS))
        chosen = retriever_named(retriever)
        corpus = self._opened()
        within = self._text(document or "", "document", MAX_CHARACTERS) or None
        hits = corpus.search(self._text(words, "words", MAX_CHARACTERS), int(limit), chosen, within)
        return [{**hit_row(hit, corpus.documents, self._language)} for hit in hits]

    def verify(self, text: str) -> dict[str, Any]:
        """Whether a quotation stands in the documents word for word, where, and what differs."""
        corpus = self._opened()
        checker = self._checker
        if checker is None or checker.corpus is not corpus:  # another index has come into use
            self._checker = checker = QuotationChecker(corpus)
        return {
            **verification_row(
                checker.check(self._text(text, "text", MAX_QUOTATION_CHARACTERS)), self._language
            )
        }

    def passage(self, address: str) -> dict[str, Any]:
        """The passage with this permanent address, with its citation."""
        corpus = self._opened()
        wanted = self._text(address, "address", MAX_CHARACTERS)
        try:
            passage = corpus.passage(wanted)
        except AddressError as error:
            raise AddressError(message("api.address", address=wanted[:_MAX_SHOWN]), address=wanted) from error
        return {**passage_row(passage, corpus.documents[passage.document_id], self._language)}

    def documents(self) -> list[dict[str, Any]]:
        """The documents that are searched: ids, titles, publishers, dates."""
        corpus = self._opened()
        counts = corpus.passages.counts
        return [
            {**document_row(document, counts.get(document.id, 0))} for document in corpus.documents.values()
        ]

    def _texts(self, value: object, name: str) -> tuple[str, ...]:
        if not isinstance(value, list | tuple | NoneType):
            raise ArgumentError(message("api.list", name=name, kind=type(value).__name__))
        return tuple(self._text(text, name, MAX_CHARACTERS) for text in value or ())

    def _text(self, value: object, name: str, most: int) -> str:
        if not isinstance(value, str):
            raise ArgumentError(message("api.text", name=name, kind=type(value).__name__))
        if len(value) > most:
            raise ArgumentError(message("api.long", name=name, most=most))
        return value


def make_finisher(settings: Settings) -> Callable[[Answer], Answer] | None:
    """What the configured writer does to an answer; nothing of it is imported without one."""
    if not settings.writer:
        return None
    from alpie.app.writer import add_writing

    return lambda answer: add_writing(answer, settings)


def mcp_server(endpoints: Endpoints) -> Any:
    """The endpoints as tools of an MCP server; `.run()` serves over standard input and output.

    It is not Gradio's MCP server, which would hold back pydantic; this one runs without the page.
    """
    try:
        from mcp.server.fastmcp import FastMCP
        from mcp.server.fastmcp.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ModuleNotFoundError as error:
        raise PackageMissing(message("api.no_mcp")) from error
    server = FastMCP("Al Pie", instructions=_INSTRUCTIONS, log_level="WARNING")
    set_mcp_version(server, package_version())
    for tool in endpoints.callables(ToolError).values():
        server.add_tool(tool, annotations=ToolAnnotations(readOnlyHint=True, openWorldHint=False))
    return server
