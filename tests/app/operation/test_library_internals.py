"""What is done with the inside of other libraries still does what it is there for, and still has to be done so."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from alpie.app.operation.library_internals import count_waiting, import_gradio, set_mcp_version
from support.places import ROOT

TOP = ("index", "app", "eval")
_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

COUNTING = """
import ast, inspect, sys
calls, original = [], ast.get_source_segment
ast.get_source_segment = lambda *a, **k: (calls.append(1), original(*a, **k))[1]
getfile = inspect.getfile
{imported}
import gradio
assert inspect.getfile is getfile
assert gradio.Textbox(value="x").value == "x" and gradio.Chatbot().get_block_name() == "chatbot"
print(len(calls))
"""


@pytest.mark.parametrize("ours", [True, False])
def test_no_stub_is_made(ours: bool) -> None:
    imported = (
        "from alpie.app.operation.library_internals import import_gradio; import_gradio()" if ours else ""
    )
    program = COUNTING.format(imported=imported)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    made = int(run.stdout.split()[-1])
    assert (made == 0) if ours else made > 0, "Gradio no longer makes stubs: import it plainly"


def test_the_queue_counts_what_waits() -> None:
    import_gradio()
    import gradio as gr

    async def make() -> gr.Blocks:
        with gr.Blocks(analytics_enabled=False) as page:
            gr.Button().click(lambda: None, api_name="nothing")
        return page.queue(max_size=7)

    with ThreadPoolExecutor(1) as thread:  # in a loop of its own, see `_mount_pages` of the server
        page = thread.submit(asyncio.run, make()).result()
    assert count_waiting(page) == 0
    page._queue.event_queue_per_concurrency_id["ask"] = SimpleNamespace(queue=["one", "another"])
    assert count_waiting(page) == page._queue.get_status().queue_size == 2
    told = [name for name in dir(page) if "waiting" in name or "queue_size" in name or name == "get_status"]
    assert told == [], "Gradio tells how many wait: ask it"


def test_fast_mcp_takes_no_version() -> None:
    fastmcp = pytest.importorskip("mcp.server.fastmcp", reason="the extra `mcp` is not installed")
    assert "version" not in inspect.signature(fastmcp.FastMCP).parameters, (
        "FastMCP takes a version: give it one"
    )
    server = fastmcp.FastMCP("Al Pie")
    set_mcp_version(server, "1.2.3")
    assert server._mcp_server.create_initialization_options().server_version == "1.2.3"


def test_no_other_module_reaches_into_a_library() -> None:
    """Private names that none of our own modules defines are those of others; a `NamedTuple` has public ones with `_`."""
    trees = {path: ast.parse(path.read_text("utf-8")) for top in TOP for path in (ROOT / top).rglob("*.py")}
    nodes = [(path.name, node) for path, tree in trees.items() for node in ast.walk(tree)]
    own = {node.name for _, node in nodes if isinstance(node, _DEFINITIONS)}
    own |= {node.id for _, node in nodes if isinstance(node, ast.Name)}
    read = [(file, node) for file, node in nodes if isinstance(node, ast.Attribute)]
    own |= {node.attr for _, node in read if isinstance(node.ctx, ast.Store)}
    reached = {(file, node.attr) for file, node in read if re.match("_[^_]", node.attr)}
    foreign = {(file, name) for file, name in reached if name not in own | {"_replace", "_asdict"}}
    assert {one for one in foreign if one[0] != "library_internals.py"} == set()
