"""The frame of the page: masthead, the views on the left, the source panel on the right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from gradio.events import api

from alpie.app.answering.answer_types import Answer
from alpie.app.exporting.reference_styles import STYLES
from alpie.app.page.serving.delivery import FirstPaintParts
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.state.question_options import QuestionLink, QuestionOptions
from alpie.app.page.state.server_metrics import Meter
from alpie.app.page.views.chat import Chat, Conversation
from alpie.app.page.views.check_view import MAX_PASTED_CHARACTERS
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, escape_line_ends, render
from alpie.app.page.views.welcome import render_welcome
from alpie.app.service.endpoints import Endpoints

_ASSETS = Path(__file__).resolve().parents[1] / "assets"
_SCRIPTS = ("page", "panel", "document", "conversations", "basket", "references", "scope", "upload", "views")
_FIRST_STYLES = ("base.css", "chat.css")  # what is seen first; they stand in the page itself
_STYLES = ("panel.css", "views.css", "print.css")
_VIEWS = (  # name of the view in the catalogue, hash in the address
    ("ask", "preguntar"),
    ("search", "buscar"),
    ("check", "comprobar"),
    ("documents", "documentos"),
    ("evaluation", "evaluacion"),
    ("help", "ayuda"),
)
_FORMATS = ("markdown", "apa", "iso690", "bibtex", "ris", "csl-json", "csv")  # of the saved passages

# that a program waits for an index still being opened; then it gets an error, not a connection that hangs
_ENDPOINT_WAIT_SECONDS = 60.0
_PLAIN: dict[str, Any] = {"apply_default_css": False}  # of what our own styles dress


def build_page(
    loader: CorpusLoader,
    translations: PageTranslations,
    homes: Mapping[str, str],
    options: PageOptions,
    meter: Meter | None = None,
) -> gr.Blocks:
    """The page in one language; `homes` gives the path of each language."""
    chat = Chat(loader, translations, options.finish, options.root_path, meter)
    page: gr.Blocks
    with gr.Blocks(title=translations("page.title"), fill_width=True, analytics_enabled=False) as page:
        basket = render("basket", translations, style_names=tuple(STYLES), formats=_FORMATS)
        gr.HTML(_masthead(translations, homes) + basket, elem_id="masthead", **_PLAIN)
        conversation = gr.State(Conversation(), time_to_live=3600)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="views"):
                with gr.Column(elem_id="view-ask"):
                    chatbot = _chatbot(translations)
                    gr.HTML(render("conversations", translations), elem_id="conversations", **_PLAIN)
                    composer = _composer(translations)
                gr.HTML(
                    render("empty_views", translations, views=_VIEWS[1:]), elem_id="other-views", **_PLAIN
                )
            gr.HTML(render("empty_panel", translations), elem_id="panel", **_PLAIN)
        on_load = (_ASSETS / "bridge.js").read_text(encoding="utf-8")
        bridge = gr.HTML("", elem_id="bridge", **_PLAIN, js_on_load=on_load)
        hidden: dict[str, Any] = {"visible": "hidden", "show_label": False, "container": False}
        past, options_box = (gr.Textbox(elem_id=name, **hidden) for name in ("past", "question-options"))
        gr.HTML(_foot(translations, options), elem_id="colophon", **_PLAIN)
        _wire_events(chat, conversation, chatbot, composer, bridge, past, options_box)
    return page


def _chatbot(translations: PageTranslations) -> gr.Chatbot:
    """Where the conversation is shown, with nothing of Gradio's own around it."""
    return gr.Chatbot(
        elem_id="chat",
        label=translations("chat.label"),
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
        placeholder=escape_line_ends(render_welcome(translations)),
    )


class _Composer(NamedTuple):
    """Where a question is written."""

    box: gr.Textbox
    send: gr.Button
    again: gr.Button  # begins another conversation


def _composer(translations: PageTranslations) -> _Composer:
    with gr.Row(elem_id="composer"):
        box = gr.Textbox(
            elem_id="question",
            label=translations("chat.question"),
            placeholder=translations("chat.placeholder"),
            container=True,
            lines=1,
            max_lines=5,
            max_length=MAX_PASTED_CHARACTERS,
            scale=1,
        )
        gr.HTML(render("scope", translations), elem_id="scope", **_PLAIN)
        send = gr.Button(translations("chat.send"), elem_id="send", variant="primary", scale=0)
        again = gr.Button(translations("chat.again"), elem_id="again", scale=0)
    return _Composer(box, send, again)


def _question_handlers(chat: Chat) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """What happens to a question, whether typed into the box or brought by a link."""

    def ask(question: Any, conversation: Any, before: Any, options: Any) -> Iterator[tuple[Any, Any, Any]]:
        # The box is emptied once, when the question has arrived: a refused request leaves it there,
        # and what is typed while the answer is made is not erased.
        emptied: Any = ""
        for messages, state in chat.ask(question, conversation, before, QuestionOptions.from_json(options)):
            yield messages, state, emptied
            emptied = gr.skip()

    def ask_from_link(conversation: Any, before: Any, event: gr.EventData) -> Iterator[tuple[Any, Any]]:
        link = QuestionLink.model_validate(event, from_attributes=True)
        yield from chat.ask(link.question, conversation, before, link)

    return ask, ask_from_link


def _wire_events(
    chat: Chat,
    conversation: gr.State,
    chatbot: gr.Chatbot,
    composer: _Composer,
    bridge: Any,  # `ask`, `restore` and `reopen` are methods that Gradio makes, see `bridge.js`
    past: gr.Textbox,
    options_box: gr.Textbox,
) -> None:
    """Define what happens when a question is sent, when a link brings one, and when the conversation starts again."""
    box, send, again = composer
    shown = [chatbot, conversation]
    ask, ask_from_link = _question_handlers(chat)
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    queued: dict[str, Any] = {"concurrency_limit": 8, **quiet}
    answered: dict[str, Any] = {"js": "window.alpie.answered", **quiet}
    chatbot.change(None, chatbot, past, js="window.alpie.past", **quiet)
    for event in (box.submit, send.click):
        event(
            ask,
            [box, conversation, past, options_box],
            [chatbot, conversation, box],
            js="window.alpieScope.withOptions",
            **queued,
        ).then(None, **answered)
    bridge.ask(ask_from_link, [conversation, past], shown, **queued).then(None, **answered)
    kept: dict[str, Any] = {"js": "window.alpieConversations.messages", **quiet}
    bridge.restore(None, None, chatbot, **kept)
    bridge.reopen(chat.start_again, [conversation], shown, **queued).then(None, None, chatbot, **kept)
    # In the queue too: what goes beside it needs an address that would run anything else beside it.
    again.click(chat.start_again, [conversation], shown, **queued).then(
        None, js="window.alpie.cleared", **quiet
    )


def script_of(translations: PageTranslations, home: str, options: PageOptions) -> str:
    """The scripts of the page as one, after the settings and translations they use.

    It is a file because the content-security policy allows no script that is added to the page later, and a single
    one because Gradio adds the files of a head in no particular order.
    """
    settings = {
        "lang": translations.language,
        "root": options.root_path,
        "home": home,
        "public": options.public_url,
        "feedback": options.feedback is not None,
        "views": {address: view for view, address in _VIEWS},
    }
    given = {"alpieSettings": settings, "alpieTranslations": translations.for_scripts}
    declared = (f"window.{name} = {json.dumps(value, ensure_ascii=False)};" for name, value in given.items())
    parts = ((_ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS)
    return "\n".join((*declared, *parts))


class PageHead(NamedTuple):
    """What goes into the document head, styles and the address of the script; and a `Link` header that names them early."""

    markup: str
    link_header: str


def head_of(translations: PageTranslations, script: str, root: str) -> PageHead:
    """The head of the page.

    `script`: what `script_of` made in this language; `root`: the path under which a proxy serves the page.
    """
    styles = [f"{root}{_asset(name)}" for name in _STYLES]
    source = f"{root}/al/script?lang={translations.language}&v={_digest(script.encode())}"
    files = [*((address, "style") for address in styles), (source, "script")]
    early = ", ".join(f"<{address}>; rel=preload; as={kind}" for address, kind in files)
    return PageHead(render("head", translations, styles=styles, script=source), early)


def first_paint(
    translations: PageTranslations, homes: Mapping[str, str], welcome: Callable[[PageTranslations], Markup]
) -> FirstPaintParts:
    """What is seen before Gradio has drawn the page."""
    *styles, script = ((_ASSETS / name).read_text(encoding="utf-8") for name in (*_FIRST_STYLES, "first.js"))
    body = render(
        "first",
        translations,
        masthead=_masthead(translations, homes, tools=False),
        welcome=welcome(translations),
        home=homes[translations.language],
        longest=MAX_PASTED_CHARACTERS,
        script=Markup(script),
    )
    return FirstPaintParts(translations.language, translations.html("page.title"), "".join(styles), body)


def _asset(name: str) -> str:
    """Address of an asset with a hash of its content, so that browsers never keep an old one."""
    return f"/al/assets/{name}?v={_digest((_ASSETS / name).read_bytes())}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _masthead(translations: PageTranslations, homes: Mapping[str, str], tools: bool = True) -> Markup:
    """Name, views, languages; `tools`: controls that work once the page's scripts are loaded."""
    return render("masthead", translations, homes=homes, views=_VIEWS, tools=tools)


def _foot(translations: PageTranslations, options: PageOptions) -> Markup:
    here = "foot.privacy" if options.here_only else "foot.privacy.server"
    privacy = "foot.privacy.writer" if options.finish else here
    log_out = f"{options.site_path}/al/logout?lang={translations.language}" if options.users else ""
    return render("foot", translations, privacy=privacy, log_out=log_out)


def add_api(
    page: gr.Blocks,
    loader: CorpusLoader,
    language: str = "es",
    finish: Callable[[Answer], Answer] | None = None,
    meter: Meter | None = None,
) -> None:
    """Add the endpoints to `page`; answers and citations are in `language`, see `Endpoints` for `finish`."""
    counted = meter.count_answers if meter else None
    endpoints = Endpoints(lambda: loader.wait(_ENDPOINT_WAIT_SECONDS), language, finish, counted)
    offered = endpoints.callables(partial(gr.Error, print_exception=False))
    for event in page.fns.values():  # a handler of the page called `ask` would make ours `ask_2`
        if event.api_name in offered:
            event.api_name = f"page_{event.api_name}"
    with page:
        for name, endpoint in offered.items():
            api(endpoint, api_name=name)
