"""Who seems to be in danger, by what they write: whoever is needs help before quotations.

Two ways to tell: how near a message lies to others of people at risk, with the bundled encoder (fitted by
`eval/training/fit_risk`), and signs in its words, for every encoder. Each sign asks for the person and the threat
together, so that questions about the subject («¿cómo se amenaza a las víctimas?», «¿me puedes explicar qué es el
acoso?») pass untouched. Both lean towards showing help.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_weights import sigmoid
from alpie.index.encoder import Encoder

WEIGHTS_FILE = Path(__file__).with_name("risk_weights.json")
_LIKELY, _LIKELY_WITH_A_SIGN = 0.5, 0.1  # from which probability on help is shown


class Risk(StrEnum):
    """Who seems to be in danger. Only whoever writes about themselves is called «tú»: it may be a child."""

    SELF = "self"
    OTHER = "other"  # a child of theirs, a friend; or they fear themselves, or came across material


# Lower case without accents, as `detect_risk` folds the question.
_NEAR = (
    r"(mi (hij[oa]s?|herman[oa]s?|sobrin[oa]s?|niet[oa]s?|alumn[oa]s?|amig[oa]s?|prim[oa]s?|companer[oa]s?)"
    r"|my (son|daughter|child|kid|sister|brother|friend|student))"
)
_HARM = (
    r"(chantaj|extorsion|amenaz|acos|abus[aeo]|grooming"
    r"|blackmail|sextort|threaten|groom|abus(ed|ing)|stalk)\w*"
)
_HARMED_ME = r"(chantaj|extorsion|amenaz|acos|abus|forz|oblig|presion|insult|humill|toca|toco|manose)\w*"
_PICTURES = r"(fotos?|imagenes|videos?|packs?|nudes?|pictures|photos|pics)"
_ASKS = r"(pide|piden|pidio|pidiendo|ha pedido|han pedido|pidieron|exige|exigen|reclama)"
_MATERIAL = r"(abus|pornogra|csam|desnud|menor|nin[oa]s|child)"
_CHILDREN = r"(nin[oa]s|menores|children|minors|kids)"
_STRANGER = r"(un (tio|tipo|hombre|senor|adulto|desconocido|chico|pavo|chavo)|una (mujer|desconocida)|a (man|guy|stranger))"
_SPREAD = r"(subi|difund|public|compart|envi|mand|ense|post|shar|send)\w*"

_ABOUT_THEMSELVES = (
    # me chantajean, me están amenazando, me ha acosado
    rf"\bme (esta[ns]? |estan |ha[ns]? |siguen? |quieren? |intentan? )?{_HARMED_ME}",
    rf"\b{_HARM} me\b",
    rf"\b(is|are|was|were|has been|keeps?) {_HARM}.{{0,15}} me\b",
    r"\b(abus|acos|chantaje|amenaz)\w* (de|a|sobre) mi\b(?! \w)",
    r"\bsoy (una )?victima\b|\bi('m| am) a victim\b",
    # pictures of themselves, demands
    rf"\bmis {_PICTURES}\b|\b{_PICTURES} mi[ao]s?\b|\bmy {_PICTURES}\b",
    rf"\b{_PICTURES} de mi (desnud|intim)\w*",
    rf"\bme (esta |estan )?{_ASKS} .{{0,30}}({_PICTURES}|desnud|quedar|dinero|pasta|bizum|secreto)",
    rf"\b(asks?|asking|asked) me (for|to send) .{{0,20}}({_PICTURES}|naked|money)",
    rf"\b{_SPREAD} .{{0,25}}\b{_PICTURES} (de )?mi[ao]?s?\b",
    rf"\btengo (1?\d) anos\b.{{0,80}}({_PICTURES}|desnud|secreto|quedar|{_HARM})",
    # a stranger who comes closer
    rf"\b{_STRANGER}\b.{{0,40}}\b(me (escribe|habla|sigue|manda|envia)|quiere (quedar|verme))",
    r"\b(quiere|quieren) (quedar|verse|encontrarse) conmigo\b|\bwants to meet me\b",
    r"\bme (ha dicho|dice|dijo|dicen) que no se lo (cuente|diga)\b",
    r"\bme (ha mandado|mando|manda|envio|envia) .{0,20}su (pene|polla)\b",
    # no wish to live
    r"\bme quiero (morir|matar|suicidar)\b|\bquiero (morirme|matarme|suicidarme)\b",
    r"\bquitarme la vida\b|\bkill myself\b|\bno quiero (seguir )?vivi(r|endo)\b",
)
_ABOUT_OTHERS = (
    rf"\b{_NEAR}\b.{{0,60}}\b{_HARM}",
    rf"\b{_HARM}.{{0,40}}\b(a|de|con|of|with) {_NEAR}\b",
    rf"\b{_NEAR}\b.{{0,40}}\b(le|les) (esta |estan )?{_ASKS} .{{0,30}}({_PICTURES}|desnud|quedar|dinero)",
    # came across such material
    rf"\b(he encontrado|encontre|me he encontrado|me (enviaron|mandaron|llego)) .{{0,50}}{_MATERIAL}",
    rf"\bme han? (enviado|mandado|llegado) .{{0,50}}{_MATERIAL}",
    rf"\bi (found|received|came across) .{{0,50}}{_MATERIAL}",
    # afraid of themselves
    rf"\b(me atraen|siento atraccion por|tengo fantasias con) .{{0,20}}{_CHILDREN}",
    rf"\bi('m| am) attracted to .{{0,20}}{_CHILDREN}",
    r"\b(tengo miedo de|me da miedo|i('m| am) afraid of) .{0,30}(hacer|hacerle|do to|what i might)",
)
_SIGNS = tuple(
    (risk, re.compile("|".join(signs)))
    for risk, signs in ((Risk.OTHER, _ABOUT_OTHERS), (Risk.SELF, _ABOUT_THEMSELVES))
)


def detect_risk(question: str, encoder: Encoder | None = None) -> Risk | None:
    """Who seems to be in danger, for somebody writes about themselves, or someone near, and a threat; None: nobody.

    `encoder`: the one in use; with another than the bundled one, and with none, the signs decide.
    """
    folded = question.casefold().translate(str.maketrans("áéíóúüñ’", "aeiouun'"))
    sign = next((risk for risk, signs in _SIGNS if signs.search(folded)), None)
    fitted = _weights()
    if encoder is None or encoder.fingerprint != fitted["encoder"]:
        return sign
    vector = encoder.encode_queries([question.casefold()])[0]
    likely, themselves = (_probability(vector, fitted[name]) for name in ("risk", "self"))
    if likely < (_LIKELY_WITH_A_SIGN if sign else _LIKELY):
        return None
    return sign or (Risk.SELF if themselves >= _LIKELY else Risk.OTHER)


@lru_cache(maxsize=1)
def _weights() -> dict[str, object]:
    table: dict[str, object] = json.loads(WEIGHTS_FILE.read_text("utf-8"))
    return {name: value if name == "encoder" else np.array(value) for name, value in table.items()}


def _probability(vector: NDArray[np.float32], weights: object) -> float:
    return sigmoid(float(np.append(vector, 1.0) @ np.asarray(weights)))
