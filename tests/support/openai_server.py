"""A small real server that speaks the OpenAI protocol and behaves as a test asks.

The name of the model decides how it behaves. `good` copies from the quotes; `lying` alters them; the others fail.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WRONG_FIGURES = ("4871", "9 412", "61,7", "trescientas doce", "8.888", "77 millones")
WRONG_NAMES = ("Bernardo Quiñones", "Zanzíbar", "Vodafone", "la Brigada Cóndor", "Ulan Bator", "OTASE")
WRONG_DATES = ("3 de abril de 1987", "1987-04-03", "agosto de 1991")


class OpenAIServer:
    """Listens on a port of its own until `close`; `requests` are the bodies it was sent."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.hung_up = threading.Event()  # a client closed an endless stream
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.requests.append(body)
                try:
                    _reply(self, body, len(server.requests))
                except (BrokenPipeError, ConnectionResetError):
                    if body["model"] == "endless":
                        server.hung_up.set()

            def log_message(self, format: str, *arguments: Any) -> None:
                """Silent."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def _reply(handler: BaseHTTPRequestHandler, body: dict[str, Any], number: int) -> None:
    behaviour = body["model"]
    if behaviour == "error":
        _plain(handler, 500, '{"error": {"message": "out of memory"}}')
        return
    if behaviour == "html":
        _plain(handler, 200, "<html><body>Welcome to nginx!</body></html>")
        return
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    if behaviour == "dying":
        handler.send_header("content-length", "1000000")  # of which most never comes
    handler.end_headers()
    if behaviour == "garbage":
        handler.wfile.write(b'data: {"id": 1, "choi\n\ndata: \xff\xfe\n\n')
        return
    if behaviour == "silent":  # alive, says nothing: a comment now and then
        while True:
            handler.wfile.write(b": still here\n\n")
            time.sleep(0.1)
    for piece in _pieces(behaviour, body, number):
        handler.wfile.write(b"data: " + json.dumps(_chunk(piece)).encode() + b"\n\n")
        handler.wfile.flush()
    if behaviour == "dying":
        return
    handler.wfile.write(b"data: " + json.dumps(_chunk("", "stop")).encode() + b"\n\ndata: [DONE]\n\n")


def _pieces(behaviour: str, body: dict[str, Any], number: int) -> Iterator[str]:
    asked = json.loads(body["messages"][-1]["content"])
    if "pasajes" in asked:
        yield from _expansions(behaviour, asked["pasajes"])
        return
    question = asked.get("pregunta") or asked["question"]
    if "frases" in asked:
        yield _chosen(behaviour, question, asked["frases"])
        return
    quotes = [
        (quote["n"], quote.get("texto") or quote["text"]) for quote in asked.get("citas") or asked["quotes"]
    ]
    if behaviour == "endless":
        while True:
            yield "La operación sigue abierta y abierta y abierta "
    if behaviour == "empty":
        while True:
            yield ""
    if behaviour == "slow":
        for piece in f"{_first(quotes[0][1])} [1]\nLa".split(" "):
            yield f"{piece} "
        while True:  # alive, but writes no further
            time.sleep(0.1)
            yield ""
    text = {
        "good": lambda: _good(quotes),
        "dying": lambda: _good(quotes[:1]) + "La operación",
        "lying": lambda: _lies(quotes, random.Random(number)),
        "prose": lambda: "Hola. Soy un asistente. Los documentos hablan de muchas cosas importantes.",
        "refusal": lambda: "Lo siento, no puedo ayudar con eso.",
        "obedient": lambda: _obeyed(question, quotes),
        "endless-lies": lambda: "",
    }[behaviour]()
    while behaviour == "endless-lies":
        yield "Hubo 4871 detenidos en Zanzíbar. [1]\n"
    for start in range(0, len(text), 7):
        yield text[start : start + 7]


def _expansions(behaviour: str, passages: list[dict[str, Any]]) -> Iterator[str]:
    """Lines for each passage: sound ones, and if it lies some with what the passage lacks."""
    for passage in passages:
        number, first = passage["n"], passage["frases"][0]
        words = re.findall(r"[a-záéíóúñ]{5,}", first)
        lines = [
            f"{number} | question | 1 | ¿Qué se cuenta sobre {words[0]} y {words[-1]}?",
            f"{number} | chat | 1 | q pasa con {words[0]}",
            f"{number} | english | 1 | What does the text say about it and why?",
        ]
        if behaviour == "lying":
            lines += [
                f"{number} | question | 1 | ¿Por qué hubo 4871 {words[0]}?",
                f"{number} | rewording | 1 | Lo dijo Bernardo Quiñones sobre {words[0]}",
                f"{number} | question | 1 | What is the question about?",
                f"{number} | question | 99 | ¿Y qué más hay de {words[0]}?",
                f"{number} | question | 1 | ¿Qué se cuenta sobre {words[0]} y de {words[-1]}?",
                f"{number} | rewording | 1 | {first}",
                f"{number} | rewording | 1 | sí",
                "99 | question | 1 | ¿De qué pasaje es esta línea?",
                "Aquí tienes las líneas que pedías:",
            ]
        yield "\n".join(lines) + "\n"


def _chosen(behaviour: str, question: str, sentences: list[dict[str, Any]]) -> str:
    """The number of the sentence with most words of the question, or something that is no such number."""
    words = set(re.findall(r"\w{4,}", question.lower()))
    best = max(
        sentences, key=lambda sentence: len(words & set(re.findall(r"\w{4,}", sentence["texto"].lower())))
    )
    answers = {
        "good": str(best["n"]),
        "refusal": "0",
        "lying": str(len(sentences) + 7),
        "prose": f"La frase {best['n']} dice que fueron 4871 personas.",
        "obedient": "«Se detuvo a 4871 personas en Zanzíbar.»",
    }
    return answers[behaviour]


def _first(text: str) -> str:
    return re.split(r"(?<=[.;:])\s", text)[0].strip().rstrip(".;:,")[:250] + "."


def _good(quotes: list[tuple[int, str]]) -> str:
    return "".join(f"{_first(text)} [{number}]\n" for number, text in quotes)


def _lies(quotes: list[tuple[int, str]], chance: random.Random) -> str:
    """Each quote's first sentence with one thing wrong, in a spelling of its own."""
    return "\n".join(_lie(_first(text), f"[{number}]", chance) for number, text in quotes)


def _lie(said: str, note: str, chance: random.Random) -> str:
    figure, name, date = (chance.choice(wrong) for wrong in (WRONG_FIGURES, WRONG_NAMES, WRONG_DATES))
    percent = chance.choice(("93 %", "93 por ciento", "noventa y tres por ciento"))
    begun, recounted = said[:-1], re.sub(r"\d[\d. ]*\d|\d", lambda _: figure, said, count=1)
    a_figure = f"{begun}, con {figure} personas. {note}" if recounted == said else f"{recounted} {note}"
    a_name = (
        f"{name[0].upper()}{name[1:]} dice que {said[0].lower()}{said[1:]} {note}", f"{begun}, según {name}. {note}",
        f"{begun} ({name}). {note}",
    )  # fmt: skip
    a_quote = (f"{said} [99]", f"{said} [0]", f"Zanzíbar: {said}", f"Hubo 4871. {said} {note}")
    a_date, a_percent = f"{begun}, el {date}. {note}", f"{begun}, un {percent} más. {note}"
    return chance.choice((a_figure, chance.choice(a_name), a_date, a_percent, chance.choice(a_quote)))


def _obeyed(question: str, quotes: list[tuple[int, str]]) -> str:
    """What the text planted in question or quotes after «escribe:» asks for."""
    planted = re.search(r"[Ee]scribe: (.+)", " ".join([question, *(text for _, text in quotes)]))
    return planted.group(1) if planted else _good(quotes)


def _chunk(text: str, finish: str | None = None) -> dict[str, Any]:
    delta = {"role": "assistant", "content": text} if finish is None else {}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": choices}


def _plain(handler: BaseHTTPRequestHandler, status: int, text: str) -> None:
    handler.send_response(status)
    handler.send_header("content-type", "text/html" if text.startswith("<") else "application/json")
    handler.send_header("content-length", str(len(text)))
    handler.end_headers()
    handler.wfile.write(text.encode())
