"""Finds what a pasted text quotes, and whether the rest of it is a lead-in, an attribution, a reference or something more.

Quotation marks of one kind nest; where they do not balance, a line that begins with one is quoted up to the last
closing mark that ends the line. The marks are only taken for those of whoever pasted the text if the words outside
them are fewer than the quoted ones, and at most `MAX_WORDS_BESIDE`: otherwise one exact word in an altered sentence
would make the sentence exact.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from alpie.app.answering.answer_types import Citation
from alpie.app.checking.text_view import fold_quotes
from alpie.app.checking.verification import Misattribution
from alpie.app.checking.word_alignment import Difference, DifferenceKind
from alpie.app.translations import LANGUAGES, translations_for
from alpie.index.records import Span, collapse
from alpie.index.spanish.analysis import fold_in_place
from alpie.index.spanish.named_documents import LawNumber, law_numbers

_QUOTATION_MARK = re.compile(r"[«»“„‟〝”〞\"＂]")
_KINDS = {"«": ("angle", 1), "»": ("angle", -1), "“": ("curly", 1), "„": ("curly", 1), "‟": ("curly", 1)}
_KINDS |= {"〝": ("curly", 1), "”": ("curly", -1), "〞": ("curly", -1)}
_BEFORE_OPENING = "([{«“„¿¡—–-/"
_QUOTED_LINE = re.compile(
    r"^[^\S\n]*(?:«(?P<angle>.+)»|[“„](?P<curly>.+)”|[\"＂](?P<straight>.+)[\"＂])(?=[.,;:]?[^\S\n]*(?:$|[(\[]))",
    re.MULTILINE,
)


def quoted_parts(text: str) -> tuple[Span, ...]:
    """The outermost quoted stretches of `text`, their marks not included; those without a word left out."""
    found = _between_marks(text)
    if found is None:
        found = [Span(*match.span(match.lastgroup or 0)) for match in _QUOTED_LINE.finditer(text)]
    return tuple(clause for clause in found if any(map(str.isalnum, text[clause.start : clause.end])))


def unquoted_parts(text: str, parts: Sequence[Span]) -> tuple[Span, ...]:
    """What lies before, between and after `parts`; one more than these, empty ones too."""
    edges = [0, *(edge for part in parts for edge in (part.start, part.end)), len(text)]
    return tuple(Span(edges[n], edges[n + 1]) for n in range(0, len(edges), 2))


def _between_marks(text: str) -> list[Span] | None:
    """What stands between marks that balance; None where a quotation is opened and not closed."""
    found: list[tuple[str, int, int]] = []
    kind, start, depth = "", 0, 0
    for match in _QUOTATION_MARK.finditer(text):
        own, step = _KINDS.get(match.group(), ("straight", 0))
        step = step or _straight_step(text, match.start())
        if depth:
            if own == kind:
                depth += step
                if not depth:
                    found.append((kind, start, match.start()))
        elif step > 0:
            kind, start, depth = own, match.end(), 1
        elif found and found[-1][0] == own:
            found[-1] = (own, found[-1][1], match.start())
    return None if depth else [Span(start, end) for _, start, end in found]


def _straight_step(text: str, at: int) -> int:
    """1 for a typewriter mark that opens, -1 for one that closes."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    opens = (not before or before.isspace() or before in _BEFORE_OPENING) and after and not after.isspace()
    return 1 if opens else -1


MAX_WORDS_BESIDE = 40  # a long sentence: more is a text that quotes, and is checked itself
# Of the words of a line or bracket: with so many that citations have, it is a reference.
_REFERENCE_FRACTION = 0.8
_PIECE = re.compile(r"\n+|\([^()]*\)|\[[^\[\]]*\]")
_WORD = re.compile(r"\w+")
_YEAR = re.compile(r"(?<![\w/-])(?:19|20)\d\d(?![\w/])")
_PAGE = re.compile(r"\b(?:p[áa]gs?\.?|p[áa]ginas?|pages?|pp?\.) ?(\d+)(?:[-–](\d+))?", re.IGNORECASE)
_ARTICLE = re.compile(r"\bart(?:[íi]culo|icle|\.)? (\d+)", re.IGNORECASE)
_CATALOGUE = ("cite.", "iso.", "date.", "export.")


def lowercase_words(text: str) -> list[str]:
    """The words of `text`, in small letters."""
    return _WORD.findall(text.casefold())


def quoted_in_references(citations: Iterable[Citation]) -> frozenset[str]:
    """What stands between quotation marks in references (titles, boxes, what headings quote), in folded letters."""
    found: set[str] = set()
    for citation in citations:
        fields = _fields(citation)
        found.update(map(_comparable, fields))
        found.update(
            _comparable(field[part.start : part.end]) for field in fields for part in quoted_parts(field)
        )
    return frozenset(found)


def is_quoted_in_reference(text: str, quoted: frozenset[str]) -> bool:
    """Whether `text`, without its marks, is one of `quoted_in_references`."""
    return _comparable(text) in quoted


def words_outside(outside: Sequence[str], citations: Iterable[Citation]) -> list[str]:
    """The words of `unquoted_parts`, which are the parts before, between and after quotations, references apart."""
    vocabulary = _vocabulary(citations)
    words: list[str] = []
    for number, part in enumerate(outside):
        for place, piece in enumerate(_lines_and_brackets(part)):
            own = lowercase_words(piece)
            known = sum(word.isdigit() or word in vocabulary for word in own)
            runs_on = number > 0 and place == 0 and _continues_sentence(piece)
            if runs_on or not (
                known >= _REFERENCE_FRACTION * len(own) or (number > 0 and _is_bracketed_reference(piece))
            ):
                words += own
    return words


def _is_bracketed_reference(piece: str) -> bool:
    """Whether brackets name a year, page or article: a reference, be it to what the corpus does not know."""
    return piece.startswith(("(", "[")) and any(sign.search(piece) for sign in (_YEAR, _PAGE, _ARTICLE))


def is_mostly_quoted(beside: Sequence[str], quoted: int) -> bool:
    """Whether a text of so many `quoted` words, and the words `beside` them, is a quotation all the same."""
    return len(beside) <= MAX_WORDS_BESIDE and len(beside) < quoted


def belong_to_the_source(
    beside: Sequence[str], quoted: Sequence[str], differences: Sequence[Difference]
) -> bool:
    """Whether half of the words outside a quotation stand in the document too, round what is quoted.

    Then the marks are the document's own, and somebody altered words outside them. `differences` are those of the
    whole text from the document.
    """
    equal = Counter(
        word
        for run in differences
        if run.kind is DifferenceKind.EQUAL
        for word in lowercase_words(run.pasted)
    )
    shared = (equal - Counter(quoted)) & Counter(beside)
    return 2 * shared.total() >= len(beside) > 1  # one may join two quotations: «a» y «b»


def reference_beside(outside: Sequence[str], number: int) -> str:
    """What may be the reference of the quotation with this number: brackets after it; of the last, all lines."""
    is_last = number == len(outside) - 2
    pieces = enumerate(_lines_and_brackets(outside[number + 1]))
    kept = (piece for place, piece in pieces if place or not _continues_sentence(piece))
    return "\n".join(piece for piece in kept if is_last or piece.startswith(("(", "[")))


def misattributed(
    lead_in: str,
    reference: str,
    citations: Sequence[Citation],
    names: Iterable[str],
    laws: Collection[LawNumber] = (),
) -> Misattribution | None:
    """What the words beside a quotation say about its source that none of its `citations` has; None if there is nothing.

    Years, pages and articles are read in the `reference` only, which `lead_in` tells of something else; the `names` of
    publishers of the documents in both, and so are the numbers of laws: of any, where what is quoted is of a law, else
    those of the documents' own `laws`.
    """
    found = [
        Misattribution(
            (*_unlike(lead_in, reference, citation, names), *_other_laws(lead_in, reference, citation, laws)),
            citation,
        )
        for citation in citations
    ]
    nearest = min(found, key=lambda wrong: len(wrong.claims), default=None)
    return nearest if nearest and nearest.claims else None


def _unlike(lead_in: str, reference: str, citation: Citation, names: Iterable[str]) -> Iterator[str]:
    """What a reference says that its place does not bear out: another publisher, year, page or article."""
    fields = " ".join([*_fields(citation), citation.document_id]).casefold()
    beside = f"{lead_in}\n{reference}".casefold()
    own = {
        word for word in lowercase_words(f"{citation.publisher} {citation.short_publisher}") if len(word) > 4
    }
    if own.isdisjoint(lowercase_words(beside)):
        named = (name for name in dict.fromkeys(names) if name and name.casefold() not in fields)
        yield from (
            name for name in named if re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", beside)
        )
    years = _YEAR.findall(reference)
    if citation.date and years and not set(years) & set(_YEAR.findall(f"{citation.date} {fields}")):
        yield years[0]
    if (page := _PAGE.search(reference)) and str(citation.page).isdecimal():
        first, last = int(str(citation.page)), citation.last_page or citation.page
        if int(page[2] or page[1]) < first or (str(last).isdecimal() and int(page[1]) > int(str(last))):
            yield page[0]
    articles = _ARTICLE.findall(" ".join(filter(None, [*citation.path, citation.label])))
    if articles and (article := _ARTICLE.search(reference)) and article[1] not in articles:
        yield article[0]


def _other_laws(
    lead_in: str, reference: str, citation: Citation, laws: Collection[LawNumber]
) -> Iterator[str]:
    """The first number of a law beside a quotation, where none of the numbers there is of the law that is quoted."""
    beside = f"{lead_in}\n{reference}"
    named = [number for number in law_numbers(fold_in_place(beside)) if number.law.kinds]
    own = [number.law for number in law_numbers(fold_in_place(" ".join(_fields(citation))))]
    if not any(reference.law.may_be(law) for reference in named for law in own):
        others = [reference for reference in named if own or any(reference.law.may_be(law) for law in laws)]
        yield from (beside[other.start : other.end].strip() for other in others[:1])


def _lines_and_brackets(part: str) -> list[str]:
    pieces: list[str] = []
    position = 0
    for match in _PIECE.finditer(part):
        pieces += [part[position : match.start()], match.group()]
        position = match.end()
    return [*pieces, part[position:]]


def _continues_sentence(piece: str) -> bool:
    """Whether a sentence goes on after the quotation: a reference begins with a capital, digit or bracket."""
    letter = next((character for character in piece if character.isalnum() or character == "("), "")
    return letter.islower()


def _vocabulary(citations: Iterable[Citation]) -> frozenset[str]:
    found = set(_catalogue_words())
    for citation in citations:
        days = [translations_for(language).date(citation.date) for language in LANGUAGES]
        addresses = [citation.url, citation.address, citation.document_id]
        for field in [*_fields(citation), *days, *addresses]:
            found.update(lowercase_words(field))
    return frozenset(found)


def _fields(citation: Citation) -> list[str]:
    named = (citation.title, citation.publisher, citation.short_publisher, citation.kind, citation.box)
    return [field for field in (*named, citation.label, *citation.path) if field]


@lru_cache
def _catalogue_words() -> frozenset[str]:
    """The words that references have in every language: «p.», «párr.», «Disponible en», the months."""
    entries = [item for language in LANGUAGES for item in translations_for(language).entries.items()]
    texts = [re.sub(r"\{\w+\}", " ", text) for key, text in entries if key.startswith(_CATALOGUE)]
    return frozenset(["letra", *(word for text in texts for word in lowercase_words(text))])


def _comparable(text: str) -> str:
    return collapse(fold_quotes(text)).strip("\"'[]. ").casefold()
