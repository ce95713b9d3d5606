"""The form for handing in a document, and how it stands with those that were."""

from __future__ import annotations

from alpie.app.page.state.uploads import State, Uploads
from alpie.app.page.views.markup import attributes, escape, tag
from alpie.app.page.views.page_words import Translations
from alpie.index.formats import SUFFIXES

__all__ = ["render_state", "render_upload"]


def render_upload(uploads: Uploads, words: Translations) -> str:
    """The form with the state under it."""
    accepted = attributes(
        id="upload-file", name="file", type="file", accept=",".join(SUFFIXES), required="", multiple=None
    )
    limits = words.html("upload.limits", megabytes=words.number(uploads.most_bytes // 1_000_000))
    form = tag(
        "form",
        [
            tag("label", words.html("upload.label"), for_="upload-file"),
            tag(
                "div",
                [
                    f"<input{accepted}>",
                    tag("button", words.html("upload.send"), type="submit", class_="primary"),
                ],
                class_="line",
            ),
            tag("p", limits, class_="small"),
        ],
        id="upload-form",
        class_="form",
    )
    return tag("section", [form, render_state(uploads.state, words)], class_="upload")


def render_state(state: State, words: Translations, problem: str = "") -> str:
    """What is being indexed, what was taken, what was refused and why; `problem`: of the file just sent."""
    lines = [tag("p", escape(problem), class_="problem")] if problem else []
    if state.indexing:
        lines.append(
            tag("p", words.html("upload.indexing", names=", ".join(state.indexing)), class_="searching")
        )
    if state.failure:
        lines.append(tag("p", words.html("upload.failed", reason=state.failure), class_="problem"))
    lines += [
        tag("p", words.html("upload.refused", name=name, reason=reason), class_="problem")
        for name, reason in state.refused
    ]
    lines += [tag("p", words.html("upload.done", name=name)) for name in state.done]
    busy = "true" if state.indexing else "false"
    return tag("div", lines, class_="upload-state", role="status", data_busy=busy)
