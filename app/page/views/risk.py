"""Does somebody write that it happens to them, or to someone near?

Each sign asks for the person and the threat together, so that questions about the subject («¿cómo se
amenaza a las víctimas?», «¿me puedes explicar qué es el acoso?») pass untouched. A notice too many
costs a reader two lines, so the signs lean towards showing it; it never replaces the answer.
"""

from __future__ import annotations

import re

__all__ = ["at_risk"]

# Lower case without accents, as `at_risk` folds the question.
_NEAR = (
    r"(mi (hij[oa]s?|herman[oa]|sobrin[oa]|niet[oa]|alumn[oa]|amig[oa]|prim[oa])"
    r"|my (son|daughter|child|kid|sister|brother|friend))"
)
_HARM = (
    r"(chantaj|extorsion|amenaz|acos|abus[aeo]|grooming"
    r"|blackmail|sextort|threaten|groom|abus(ed|ing)|stalk)\w*"
)
_HARMED_ME = r"(chantaj|extorsion|amenaz|acos|abus|forz|oblig|presion)\w*"
_PICTURES = r"(fotos?|imagenes|videos?|pictures|photos|pics|nudes)"
_MATERIAL = r"(abus|pornogra|csam|desnud|menor|nin[oa]s|child)"
_CHILDREN = r"(nin[oa]s|menores|children|minors|kids)"

_SIGNS = tuple(
    re.compile(pattern)
    for pattern in (
        # me chantajean, me están amenazando, me ha acosado
        rf"\bme (esta[ns]? |ha[ns]? |siguen? |quieren? |intentan? )?{_HARMED_ME}",
        rf"\b{_HARM} me\b",
        rf"\b(is|are|was|were|has been|keeps?) {_HARM}.{{0,15}} me\b",
        r"\b(abus|acos|chantaje|amenaz)\w* (de|a|sobre) mi\b(?! \w)",
        # a child of theirs, a friend
        rf"\b{_NEAR}\b.{{0,60}}\b{_HARM}",
        rf"\b{_HARM}.{{0,40}}\b(a|de|con|of|with) {_NEAR}\b",
        # pictures of themselves, demands
        rf"\bmis {_PICTURES}\b|\b{_PICTURES} mi[ao]s\b|\bmy {_PICTURES}\b",
        rf"\b{_PICTURES} de mi (desnud|intim)\w*",
        rf"\bme (pide|piden|pidio|ha pedido|han pedido) .{{0,30}}({_PICTURES}|desnud|quedar|dinero)",
        rf"\btengo (1?\d) anos\b.{{0,80}}({_PICTURES}|desnud|secreto|quedar|{_HARM})",
        # came across such material
        rf"\b(he encontrado|encontre|me he encontrado|me (enviaron|mandaron|llego)) .{{0,50}}{_MATERIAL}",
        rf"\bme han? (enviado|mandado|llegado) .{{0,50}}{_MATERIAL}",
        rf"\bi (found|received|came across) .{{0,50}}{_MATERIAL}",
        # afraid of themselves
        rf"\b(me atraen|siento atraccion por|tengo fantasias con) .{{0,20}}{_CHILDREN}",
        rf"\bi('m| am) attracted to .{{0,20}}{_CHILDREN}",
        r"\b(tengo miedo de|me da miedo|i('m| am) afraid of) .{0,30}(hacer|hacerle|do to|what i might)",
        r"\bme quiero (morir|matar|suicidar)\b|\bquiero (morirme|matarme|suicidarme)\b",
        r"\bquitarme la vida\b|\bkill myself\b",
    )
)


def at_risk(question: str) -> bool:
    """Whether somebody seems to write about themselves, or someone near, and a threat."""
    folded = question.casefold().translate(str.maketrans("áéíóúüñ’", "aeiouun'"))
    return any(sign.search(folded) for sign in _SIGNS)
