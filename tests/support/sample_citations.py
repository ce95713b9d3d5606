"""Citations of four kinds of document, the first with its document and passage, and arbitrary text for their fields."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import strategies as st

from alpie.app.answering.quoting.citation import cite
from alpie.index.records import BlockKind, Document, Passage, Sentence, Span, collapse

DOCUMENT = Document(
    "weprotect-2019", "Evaluación de la Amenaza Global 2019", "Alianza Global WePROTECT", "2019", "informe", "es",
    "informe.txt", "El cifrado avanza.", rights="© WeProtect", short_publisher="WeProtect",
)  # fmt: skip
PASSAGE = Passage(
    "weprotect-2019/04-tendencias/0123456789", DOCUMENT.id, (Sentence(DOCUMENT.text, (Span(0, 18),)),),
    ("04 Tendencias tecnológicas",), BlockKind.PARAGRAPH, page=13, paragraph=2,
)  # fmt: skip
REPORT = cite(DOCUMENT, PASSAGE)
RESOLUTION = replace(
    REPORT, address="interpol-2021/preambulo/aaaaaaaaaa", document_id="interpol-2021",
    title="Resolución nº 9: Proteger a los menores", publisher="OIPC-INTERPOL, Asamblea General",
    date="2021-11-23/2021-11-25", kind="resolución", path=(), label="párrafo 3 del preámbulo", page=None, paragraph=1,
    last_paragraph=0,
)  # fmt: skip
PRESS = replace(
    REPORT, address="alicante-2025/texto/bbbbbbbbbb", document_id="alicante-2025", title="[Detención en Alicante]",
    publisher="Policía Nacional (España)", date="2025-12-23", kind="nota de prensa", path=(), page=None,
)  # fmt: skip
OTHER_PRESS = replace(
    PRESS, address="europol-2025/texto/cccccccccc", document_id="europol-2025", title="Operación internacional", date="2025",
)  # fmt: skip

texts = st.text(
    alphabet=st.one_of(
        st.sampled_from("{}\\%&$#_~^\"'«»[]()@=-+*`|<>,;:/ \n\táéñ¿ 123"), st.characters(codec="utf-8")
    ),
    min_size=1,
    max_size=80,
).filter(lambda text: collapse(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text)) != "")
