"""«Tiempos de este servidor»: what the running server spent its time on, for people."""

from __future__ import annotations

from alpie.app.page.state.server_metrics import Meter
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.templates import Markup, render

__all__ = ["render_timings"]


def render_timings(meter: Meter, words: Translations) -> Markup:
    """A section with a row a stage, the questions by outcome, and how many wait now."""
    counts = meter.counts()
    told = words(
        "timings.questions",
        answered=words.number(counts["answered"]),
        refused=words.number(counts["not_in_documents"]),
        other=words.number(counts["unusable"] + counts["failed"]),
        shed=words.number(counts["shed"]),
        waiting=words.number(meter.value("waiting_questions")),
    )
    times = [
        (words(f"timings.stage.{one.stage}"), (words.number(one.count), words.number(one.mean, 1), words.number(one.p95, 1)))
        for one in meter.stage_times()
    ]  # fmt: skip
    return render("timings", words, times=times, told=told)
