"""All that is done with the inside of other libraries: with names that begin with an underscore, or by changing what they call.

Of each: what it does, why no public way does it, and the version that this was last looked up in. At an upgrade look
again; the test that is named fails where the library no longer works so, or offers a way of its own.
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

    Gradio 6.31 tells it by HTTP alone, at `/gradio_api/queue/status`, which is closed here, and not to its own process.
    Test: `test_the_queue_counts_what_waits`.
    """
    return len(page._queue)


def set_mcp_version(server: Any, version: str) -> None:
    """Have an MCP server (`FastMCP`) tell clients `version`; otherwise it tells them that of the package `mcp`.

    In mcp 1.30 the server within it takes a version, and `FastMCP` hands none on. That server by itself is public, but
    makes no tools of functions, which is what `FastMCP` is used for. Test: `test_fast_mcp_takes_no_version`.
    """
    server._mcp_server.version = version
