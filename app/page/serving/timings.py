"""«Tiempos de este servidor»: what the running server spent its time on, for people."""

from __future__ import annotations

from alpie.app.page.state.server_metrics import Meter
from alpie.app.page.views.markup import tag
from alpie.app.page.views.page_words import Translations

__all__ = ["render_timings"]


def render_timings(meter: Meter, words: Translations) -> str:
    """A section with a row a stage, the questions by outcome, and how many wait now."""
    title = tag("h3", words.html("timings.title"))
    times = meter.stage_times()
    if not times:
        return tag("section", title + tag("p", words.html("timings.none"), class_="small"), class_="timings")
    counts = meter.counts()
    told = words.html(
        "timings.questions",
        answered=words.number(counts["answered"]),
        refused=words.number(counts["not_in_documents"]),
        other=words.number(counts["unusable"] + counts["failed"]),
        shed=words.number(counts["shed"]),
        waiting=words.number(meter.value("waiting_questions")),
    )
    columns = ("stage", "count", "mean", "p95")
    head = tag("tr", (tag("th", words.html(f"timings.{column}"), scope="col") for column in columns))
    rows = (
        tag(
            "tr",
            [
                tag("th", words.html(f"timings.stage.{one.stage}"), scope="row"),
                tag("td", words.number(one.count)),
                tag("td", words.number(one.mean, 1)),
                tag("td", words.number(one.p95, 1)),
            ],
        )
        for one in times
    )
    table = tag("table", tag("thead", head) + tag("tbody", rows))
    note = tag("p", words.html("timings.note"), class_="small")
    return tag("section", [title, tag("p", told), table, note], class_="timings")
