"""Gradio is imported without writing type stubs beside its sources."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
    imported = "from alpie.app.page.serving.server import import_gradio; import_gradio()" if ours else ""
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
