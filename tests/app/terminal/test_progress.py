"""The progress line says how far indexing has come and how long it will take, and leaves nothing behind."""

from __future__ import annotations

import io

import pytest

from alpie.app.terminal.progress import duration, progress_bar
from alpie.app.translations import translations_for


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(*reports: tuple[float, int, int]) -> list[str]:
    """The lines drawn for reports of (seconds, done, in all)."""
    stream, now = Terminal(), [0.0]
    draw = progress_bar(stream, translations_for("es"), lambda: now[0])
    assert draw is not None
    for now[0], done, total in reports:
        draw(done, total)
    return stream.getvalue().split("\r")[1:]


def test_a_pipe_is_not_drawn_on() -> None:
    assert progress_bar(io.StringIO(), translations_for("es")) is None


def test_it_says_how_much_is_done_and_ends_the_line() -> None:
    half, whole = drawn((0, 1, 2), (1, 2, 2))
    assert " 50 % (1/2)" in half
    assert whole.rstrip(" ").endswith("(2/2)\n") or whole.endswith("\n")


def test_the_time_left_follows_from_the_time_taken() -> None:
    lines = drawn((0, 10, 100), (2, 20, 100), (10, 30, 100), (60, 80, 100), (80, 100, 100))
    assert "quedan" not in lines[0] + lines[1], "too early to tell"
    assert lines[2].rstrip().endswith("quedan unos 35 s")  # 20 done in 10 s, 70 to go
    assert lines[3].rstrip().endswith("quedan unos 17 s")
    assert "quedan" not in lines[4]


def test_a_shorter_line_leaves_nothing_of_a_longer_one() -> None:
    lines = drawn((0, 1, 100), (50, 2, 100), (51, 100, 100))
    assert len(lines[2].rstrip("\n")) >= len(lines[1])


@pytest.mark.parametrize(("seconds", "text"), [
    (0.2, "1 s"), (59.4, "59 s"), (61, "1 min"), (128, "2 min 10 s"), (3570, "59 min 30 s"), (3900, "1 h 05 min"),
])  # fmt: skip
def test_durations_are_as_exact_as_an_estimate(seconds: float, text: str) -> None:
    assert duration(seconds) == text
