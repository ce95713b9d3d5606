"""The frame of the page: masthead, the views on the left, the source panel on the right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from alpie.app.exporting.reference_styles import STYLES
from alpie.app.page.serving.page_options import Choices
from alpie.app.page.state.library import Opening
from alpie.app.page.state.server_metrics import Meter
from alpie.app.page.views.chat import Chat, Conversation, Wish
from alpie.app.page.views.check_view import LONGEST_TEXT
from alpie.app.page.views.link_places import question_link
from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.templates import render

__all__ = ["build_page", "head_of", "script_of"]

_ASSETS = Path(__file__).resolve().parents[1] / "assets"
_SCRIPTS = (
    "page.js",
    "panel.js",
    "reading.js",
    "talks.js",
    "basket.js",
    "references.js",
    "scope.js",
    "upload.js",
    "views.js",
)
_STYLES = ("base.css", "chat.css", "panel.css", "views.css", "print.css")
_VIEWS = (  # name of the view in the catalogue, hash in the address
    ("ask", "preguntar"),
    ("search", "buscar"),
    ("check", "comprobar"),
    ("documents", "documentos"),
    ("evaluation", "evaluacion"),
    ("help", "ayuda"),
)
_EXAMPLES = 5
_FORMATS = ("markdown", "apa", "iso690", "bibtex", "ris", "csl-json", "csv")  # of the saved passages

# Gradio makes an event method of every name quoted after `trigger(`: here `ask`, `restore`, `reopen`.
_BRIDGE = (
    "window.alpieAsk = asked => trigger('ask', asked);"
    "window.alpieRestore = () => trigger('restore', {question: ''});"
    "window.alpieReopen = () => trigger('reopen', {question: ''});"
)


def build_page(
    opening: Opening,
    words: Translations,
    homes: Mapping[str, str],
    choices: Choices,
    meter: Meter | None = None,
) -> gr.Blocks:
    """The page in one language; `homes` says at which path each language is."""
    chat = Chat(opening, words, choices.help_lines, choices.finish, choices.root_path, meter)
    plain: dict[str, Any] = {"apply_default_css": False}
    page: gr.Blocks
    with gr.Blocks(title=words("page.title"), fill_width=True, analytics_enabled=False) as page:
        gr.HTML(_masthead(words, homes), elem_id="masthead", **plain)
        talk = gr.State(Conversation(), time_to_live=3600)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="views"):
                with gr.Column(elem_id="view-ask"):
                    chatbot = gr.Chatbot(
                        elem_id="chat",
                        label=words("chat.label"),
                        show_label=False,
                        container=False,
                        height=None,
                        autoscroll=False,
                        latex_delimiters=[],
                        reasoning_tags=[],
                        allow_tags=False,
                        buttons=[],
                        feedback_options=None,
                        line_breaks=False,
                        group_consecutive_messages=False,
                        layout="panel",
                        placeholder=_welcome(words),
                    )
                    gr.HTML(render("talks", words), elem_id="talks", **plain)
                    with gr.Row(elem_id="composer"):
                        box = gr.Textbox(
                            elem_id="question",
                            label=words("chat.question"),
                            placeholder=words("chat.placeholder"),
                            container=True,
                            lines=1,
                            max_lines=5,
                            max_length=LONGEST_TEXT,
                            scale=1,
                        )
                        gr.HTML(render("scope", words), elem_id="scope", **plain)
                        send = gr.Button(words("chat.send"), elem_id="send", variant="primary", scale=0)
                        again = gr.Button(words("chat.again"), elem_id="again", scale=0)
                gr.HTML(_views(words), elem_id="other-views", **plain)
            gr.HTML(_empty_panel(words), elem_id="panel", **plain)
        bridge = gr.HTML("", elem_id="bridge", **plain, js_on_load=_BRIDGE)
        hidden: dict[str, Any] = {"visible": "hidden", "show_label": False, "container": False}
        past, wishes = (gr.Textbox(elem_id=name, **hidden) for name in ("past", "wishes"))
        gr.HTML(_foot(words, choices), elem_id="colophon", **plain)

        def ask(question: Any, conversation: Any, before: Any, wished: Any) -> Iterator[tuple[Any, Any, Any]]:
            # The box is emptied once, when the question has arrived: a refused request leaves it there,
            # and what is typed while the answer is made is not erased.
            emptied: Any = ""
            for messages, state in chat.ask(question, conversation, before, Wish.read(wished)):
                yield messages, state, emptied
                emptied = gr.skip()

        def ask_from_link(conversation: Any, before: Any, event: gr.EventData) -> Iterator[tuple[Any, Any]]:
            wish = Wish.of(
                **{name: getattr(event, name, None) for name in ("documents", "anew", "each", "turns")}
            )
            yield from chat.ask(getattr(event, "question", ""), conversation, before, wish)

        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        answered = "() => window.alpie.answered()"
        chatbot.change(None, chatbot, past, js="messages => window.alpie.past(messages)", **quiet)
        for event in (box.submit, send.click):
            event(
                ask,
                [box, talk, past, wishes],
                [chatbot, talk, box],
                concurrency_limit=8,
                js="(...all) => window.alpieScope.wish(all)",
                **quiet,
            ).then(None, js=answered, **quiet)
        bridge.ask(ask_from_link, [talk, past], [chatbot, talk], concurrency_limit=8, **quiet).then(
            None, js=answered, **quiet
        )
        kept: dict[str, Any] = {"js": "() => window.alpieTalks.messages()", **quiet}
        bridge.restore(None, None, chatbot, **kept)
        bridge.reopen(chat.start_again, [talk], [chatbot, talk], concurrency_limit=8, **quiet).then(
            None, None, chatbot, **kept
        )
        # In the queue too: what goes beside it needs an address that would run anything else beside it.
        again.click(chat.start_again, [talk], [chatbot, talk], concurrency_limit=8, **quiet).then(
            None, js="() => window.alpie.cleared()", **quiet
        )
    return page


def script_of(words: Translations, home: str, choices: Choices) -> str:
    """The scripts of the page as one, after the words they say.

    A file, for the content-security policy allows no script that is put into the page later; one file, for
    Gradio adds the files of a head in no certain order.
    """
    own = {
        "lang": words.language,
        "root": choices.root_path,
        "home": home,
        "public": choices.public_url,
        "feedback": choices.feedback is not None,
    }
    strings = json.dumps({**own, **words.for_scripts}, ensure_ascii=False)
    parts = ((_ASSETS / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return "\n".join((f"window.alpieWords = {strings};", *parts))


def head_of(words: Translations, script: str, root: str) -> str:
    """What goes into the document head: styles and the address of the script.

    `script`: what `script_of` made in this language; `root`: the path under which a proxy serves the page.
    """
    digest = _digest(script.encode())
    styles = "".join(f'<link rel="stylesheet" href="{root}{_asset(name)}">' for name in _STYLES)
    scripts = f'<script defer src="{root}/al/script?lang={words.language}&v={digest}"></script>'
    meta = '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
    return f"{meta}{styles}{scripts}"


def _asset(name: str) -> str:
    """Address of an asset with a hash of its content, so that browsers never keep an old one."""
    return f"/al/assets/{name}?v={_digest((_ASSETS / name).read_bytes())}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _masthead(words: Translations, homes: Mapping[str, str]) -> str:
    home = tag(
        "a",
        [tag("h1", "Al Pie", class_="name"), tag("span", words.html("page.motto"), class_="motto")],
        href=homes[words.language],
        class_="brand",
    )
    links = (
        tag("a", words.html(f"nav.{view}"), href=f"#{target}", class_="go", data_view=view)
        for view, target in _VIEWS
    )
    languages = (
        tag("span", language.upper(), aria_current="true")
        if language == words.language
        else tag(
            "a",
            language.upper(),
            href=homes[language],
            hreflang=language,
            lang=language,
            class_="language",
            title=words("page.other_language"),
        )
        for language in homes
    )
    tools = tag(
        "div",
        [
            tag(
                "button",
                [words.html("basket.button") + " ", tag("span", "0", class_="count")],
                class_="tool basket-open",
                aria_expanded="false",
            ),
            tag("button", words.html("page.theme"), class_="tool theme", aria_pressed="false"),
            tag("span", languages, class_="languages"),
        ],
        class_="tools",
    )
    skip = tag("a", words.html("page.skip"), href="#question", class_="skip")
    nav = tag("nav", links, aria_label=words("nav.label"))
    basket = render("basket", words, style_names=tuple(STYLES), formats=_FORMATS)
    return f"{skip}{tag('header', [home, nav, tools], class_='masthead')}{basket}"


def _welcome(words: Translations) -> str:
    examples = [words(f"example.{n}") for n in range(1, _EXAMPLES + 1)]
    items = (tag("li", tag("a", escape(q), class_="ask", href=question_link(q))) for q in examples)
    return tag(
        "div",
        [
            tag("h2", words.html("welcome.title")),
            tag("p", words.html("welcome.text")),
            tag("p", words.html("welcome.examples"), class_="kicker"),
            tag("ul", items, class_="examples"),
        ],
        class_="welcome",
    )


def _views(words: Translations) -> str:
    return "".join(
        tag(
            "section",
            tag("p", words.html("view.loading"), class_="searching"),
            id=f"view-{view}",
            class_="view",
            aria_label=words(f"nav.{view}"),
            data_load=view,
            hidden="",
        )
        for view, _ in _VIEWS[1:]
    )


def _empty_panel(words: Translations) -> str:
    close = tag("button", words.html("panel.close"), class_="act panel-close")
    hint = tag(
        "div",
        [tag("p", words.html("panel.title"), class_="kicker"), tag("p", words.html("panel.empty"))],
        class_="panel-empty",
    )
    content = tag(
        "div", hint, class_="panel-content", tabindex="0", role="region", aria_label=words("panel.title")
    )
    where = tag("p", "", class_="panel-where")  # on a phone, where the head of the source scrolls away
    return tag("aside", [close, where, content], class_="panel", aria_label=words("panel.title"))


def _foot(words: Translations, choices: Choices) -> str:
    privacy = words.html("foot.privacy.writer") if choices.finish else words.html("foot.privacy")
    return tag(
        "footer",
        [
            tag("a", words.html("foot.help"), href="#ayuda", class_="go"),
            _log_out(words, choices) if choices.users else "",
            tag("span", privacy, class_="privacy"),
            tag("p", "", class_="toast", role="status"),
        ],
        class_="colophon",
    )


def _log_out(words: Translations, choices: Choices) -> str:
    """A form, for a link on another page must not log anybody out."""
    action = f"{choices.root_path}/al/logout?lang={words.language}"
    return tag("form", tag("button", words.html("login.leave"), class_="act"), method="post", action=action)
