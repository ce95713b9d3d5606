"""Recognises what belongs to a web site rather than to the document: menus, trails, heads, feet and cookie banners."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

_MAY_BE_OF_SITE = (
    "nav, header, footer, [role=navigation], [role=banner], [role=contentinfo], "
    "[class*=cookie i], [id*=cookie i], [class*=breadcrumb i], [class*=migas i], "
    "aside, [role=complementary], [class*=share i], [class*=compartir i], [class*=redes-sociales i]"
)
_OF_TEXT = frozenset("article section aside blockquote figure".split())  # what has a head and foot of its own
_WHOLE = ("body", "html", "main", "article")
_MAX_BANNER = 150  # words: what speaks of cookies at more length is text
_TRAIL = ("breadcrumb", "migas")  # in the class of the links that lead to a page: «Inicio / Blog / …»
_MAX_TRAIL = 30  # words: the names of a few pages
_SHARING = ("share", "compartir", "redes-sociales")  # in the class of the links by which a page is passed on
_FEW_BESIDE = 0.4  # of the words of what is but links: their heading


def site_elements(tree: LexborHTMLParser) -> dict[int, LexborNode]:
    """The elements that are of the site, by their place in memory; none of them stands in another."""
    titles, main = len(tree.css("h1")), tree.css_first("main, article, [role=main]") is not None
    of_site: dict[int, LexborNode] = {}
    for element in tree.css(_MAY_BE_OF_SITE):
        around = {above.mem_id: above.tag for above in _around(element)}
        if of_site.keys().isdisjoint(around) and _is_of_site(element, {*around.values()}, titles, main):
            of_site[element.mem_id] = element
    return of_site


def _around(node: LexborNode) -> Iterator[LexborNode]:
    while node.parent is not None:
        node = node.parent
        yield node


def _is_of_site(node: LexborNode, around: set[str | None], titles: int, main: bool) -> bool:
    """Whether a menu, trail, head, foot or banner is the site's; `main`: the page tells its text apart."""
    role, tag = node.attributes.get("role") or "", node.tag
    if role.startswith("doc-") or "epub:type" in node.attributes or tag in _WHOLE:
        return False
    words, beside = len(node.text().split()), tag == "aside" or role == "complementary"
    classes = (node.attributes.get("class") or "").lower()
    if any(name in classes for name in _TRAIL):
        return node.css_first("a") is not None and words <= _MAX_TRAIL
    if tag == "nav" or role == "navigation":
        return True
    if beside or any(name in classes for name in _SHARING):
        return _is_links(node, words) or (beside and main and not around & {"main", "article"})
    foot = tag == "footer" or role == "contentinfo"
    if around & _OF_TEXT or ("main" in around and not foot):  # the head of the text
        return False
    if foot:
        return True
    if tag == "header" or role == "banner":
        return not (own := len(node.css("h1"))) or own < titles
    return main and not node.css("h1, main, article") and words <= _MAX_BANNER


def _is_links(node: LexborNode, words: int) -> bool:
    """Whether an element is links and little else."""
    linked = sum(len(link.text().split()) for link in node.css("a[href]"))
    return linked > 0 and words - linked <= _FEW_BESIDE * words and words <= _MAX_BANNER
