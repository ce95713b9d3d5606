"""Other programs: the same rows from the command line, over HTTP and over MCP, all true to one schema."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from alpie.app.errors import AddressError
from alpie.app.service.endpoints import ROWS, Endpoints, schema_document
from alpie.app.settings import Settings
from alpie.app.terminal import commands as cli
from alpie.index import package_version
from alpie.index.errors import ArgumentError, QuestionError
from support.places import ROOT

pytestmark = pytest.mark.heavy

QUESTION = "¿Cuántas detenciones hubo en España?"
UNANSWERABLE = "¿Cuál es la capital de Mongolia?"
QUOTATION = "dos se han producido en territorio español"
CALLS: dict[str, dict[str, Any]] = {
    "ask": {"question": QUESTION, "turns": []},
    "search": {"words": "cifrado de extremo a extremo", "limit": 3},
    "verify": {"text": "tres se han producido en territorio español"},
    "documents": {},
}


@pytest.fixture(scope="module")
def endpoints(seed_corpus: Any) -> Endpoints:
    return Endpoints(lambda: seed_corpus)


def check(name: str, row: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is in the extra `dev`")
    jsonschema.Draft202012Validator(schema_document()).validate({name: row})


def timeless(row: Any) -> Any:
    return {**row, "ms": 0, "stages": {}} if isinstance(row, dict) and "ms" in row else row


def test_the_schema_in_the_docs_is_the_one_that_holds() -> None:
    assert json.loads((ROOT / "docs" / "schema.json").read_text("utf-8")) == schema_document()


@pytest.mark.parametrize("name", CALLS)
def test_every_row_is_true_to_the_schema(endpoints: Endpoints, name: str) -> None:
    check(name, getattr(endpoints, name)(**CALLS[name]))


def test_refusals_exact_quotations_and_passages_are_true_to_the_schema(endpoints: Endpoints) -> None:
    row = endpoints.ask(UNANSWERABLE)
    assert row["answered"] is False
    check("ask", row)
    place = endpoints.verify(QUOTATION)
    assert place["verdict"] == "exact"
    check("verify", place)
    passage = endpoints.passage(place["places"][0]["address"])
    assert QUOTATION in passage["text"]
    check("passage", passage)


def test_a_row_that_breaks_the_schema_is_refused(endpoints: Endpoints) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is in the extra `dev`")
    row = endpoints.ask(QUESTION)
    for broken in (
        {**row, "extra": 1},
        {k: v for k, v in row.items() if k != "quotes"},
        {**row, "confidence": 2},
    ):
        with pytest.raises(jsonschema.ValidationError):
            check("ask", broken)


def test_the_command_line_prints_the_same_rows(
    endpoints: Endpoints, seed_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("ALPIE_DATA", str(seed_settings.data))

    def printed(*arguments: str) -> Any:
        assert cli.main([*arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert timeless(printed("ask", QUESTION)) == timeless(endpoints.ask(QUESTION))
    assert printed("search", "cifrado", "--limit", "3") == endpoints.search("cifrado", 3)
    assert printed("verify", QUOTATION) == endpoints.verify(QUOTATION)


@pytest.mark.parametrize(("name", "arguments", "kind", "said"), [
    ("ask", ("",), QuestionError, "palabras que buscar"), ("ask", (None,), ArgumentError, "question: .*NoneType"),
    ("ask", ("a" * 2_001,), ArgumentError, "question: .*2000"), ("ask", (QUESTION, 3), ArgumentError, "turns: .*int.*lista"),
    ("ask", (QUESTION, [], [3]), ArgumentError, "documents: .*int.*un texto"), ("search", ("x", 0), ArgumentError, "limit"),
    ("search", ("x", True), ArgumentError, "limit"), ("search", ("x", 10, "no-existe"), ArgumentError, "no-existe"),
    ("search", ("x", 10, "", "secret"), ArgumentError, "retriever"), ("verify", ("¿?",), ArgumentError, "comprobar"),
    ("passage", ("../../etc/passwd",), AddressError, "passwd"),
])  # fmt: skip
def test_what_cannot_be_used_is_refused(
    endpoints: Endpoints, name: str, arguments: tuple[Any, ...], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        getattr(endpoints, name)(*arguments)


# --- over HTTP ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(seed_server: str) -> Any:
    from gradio_client import Client

    return Client(seed_server, verbose=False, httpx_kwargs={"timeout": 120})


@pytest.mark.parametrize("name", CALLS)
def test_the_client_gets_the_same_rows(client: Any, endpoints: Endpoints, name: str) -> None:
    row = client.predict(**CALLS[name], api_name=f"/{name}")
    assert timeless(row) == timeless(getattr(endpoints, name)(**CALLS[name]))
    check(name, row)


def test_the_client_is_told_what_was_wrong(client: Any) -> None:
    with pytest.raises(Exception, match="Ningún fragmento"):
        client.predict(address="nada/de/eso", api_name="/passage")


# --- over MCP -------------------------------------------------------------------------------------


def test_an_mcp_client_gets_the_same_rows(endpoints: Endpoints, seed_settings: Settings) -> None:
    """`alpie mcp` as an assistant starts it: a process, spoken to over its standard input and output."""
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    environment = {**os.environ, "ALPIE_DATA": str(seed_settings.data)}
    command = "import sys; from alpie.app.terminal.commands import main; sys.exit(main(['mcp']))"
    parameters = StdioServerParameters(command=sys.executable, args=["-c", command], env=environment)

    async def talk() -> tuple[set[str], dict[str, Any], Any]:
        async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
            told = await session.initialize()
            assert told.serverInfo.version == package_version()
            tools = {tool.name for tool in (await session.list_tools()).tools}
            rows = {name: _row(await session.call_tool(name, CALLS[name])) for name in CALLS}
            return tools, rows, await session.call_tool("passage", {"address": "nada"})

    # in a thread of its own: Playwright's synchronous interface leaves a loop running in this one
    with ThreadPoolExecutor(1) as thread:
        tools, rows, refused = thread.submit(lambda: asyncio.run(talk())).result()
    assert tools == set(ROWS)
    for name, row in rows.items():
        assert timeless(row) == timeless(getattr(endpoints, name)(**CALLS[name]))
    assert refused.isError
    assert "Ningún fragmento" in refused.content[0].text


def _row(result: Any) -> Any:
    assert not result.isError
    content = result.structuredContent
    return content["result"] if set(content) == {"result"} else content


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.fastmcp", None)
    assert cli.main(["mcp"]) == 1
    assert "alpie[mcp]" in capsys.readouterr().err
