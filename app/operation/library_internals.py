"""Everything that relies on the internals of other libraries: on names with an underscore, or on changing what they call.

Each entry says what it does, why no public way exists, and in which version this was last checked. Check again at
every upgrade; the test that is named fails if the library works differently by then, or offers a way of its own.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradio import Blocks


def import_gradio() -> None:
    """Import `gradio`, if it is not there yet, without its type stubs being written.

    At each import it parses the source of each of its components and writes a stub beside it: 0.9 of 2.9 seconds of
    computing until the page is imported (one core, three runs each), and writing where an installation belongs.
    Gradio 6.31 makes the stub as it makes the class, whatever is set; only a class without a source file gets none.
    Test: `test_no_stub_is_made`.
    """
    original = inspect.getfile

    def getfile(object: Any) -> str:
        if isinstance(object, type) and object.__module__.startswith("gradio."):
            raise OSError("a component without a source file gets no stub")
        return original(object)

    inspect.getfile = getfile
    try:
        import gradio  # noqa: F401
    finally:
        inspect.getfile = original


def count_waiting(page: Blocks) -> int:
    """How many events wait in the queue of a page, for the metrics.

    Gradio 6.31 only reports it over HTTP, at `/gradio_api/queue/status`, which is closed here, and not to its own process.
    Test: `test_the_queue_counts_what_waits`.
    """
    return len(page._queue)


def set_mcp_version(server: Any, version: str) -> None:
    """Have an MCP server (`FastMCP`) report `version` to clients; otherwise it reports that of the package `mcp`.

    In mcp 1.30 the server within it takes a version, and `FastMCP` hands none on. That server by itself is public, but
    makes no tools of functions, which is what `FastMCP` is used for. Test: `test_fast_mcp_takes_no_version`.
    """
    server._mcp_server.version = version
