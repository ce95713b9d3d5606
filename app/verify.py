"""Check a quotation: is this text in the documents, word for word?

The rule. *Exact*: the text stands in a document as it was pasted, after each run of white space (line
ends too) is one space and typographic quotation marks and apostrophes are their typewriter forms («»,
“”, ‘’ → ", '). What the layout marks as running footer, footnote call or call-out may be left out.
Capitals, accents, punctuation, digits and every letter count. What cannot be seen is no difference:
soft hyphens, zero-width characters, a letter and its accent as one character or two. Quotation marks
around the whole text are not part of it. «[…]» stands for words left out, up to 2 000 characters.

*Altered*: not exact, but a stretch of a document is close; the difference is given word by word.
*Absent*: neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import Protocol

from alpie.app.citation import cite
from alpie.app.omissions import with_omissions
from alpie.app.records import Citation
from alpie.app.text_view import TextView, fold_quotes, views_of
from alpie.app.word_alignment import Alignment, Difference, DifferenceKind, align
from alpie.index.errors import QuestionError
from alpie.index.hits import Hit
from alpie.index.normal_forms import normalize
from alpie.index.readable import collapse, readable_text
from alpie.index.records import Document, Layout, Passage, SentenceRole, Span

__all__ = [
    "Difference",
    "DifferenceKind",
    "Place",
    "QuotationChecker",
    "Searchable",
    "Verdict",
    "Verification",
    "verify_quotation",
]

MAX_COMPARED_CHARACTERS = 20_000  # beyond, a text that is not exact is not compared word by word
MAX_PLACES = 20
_MAX_COUNTED = 1_000  # occurrences of a word or two; the count then says "at least"
_MAX_OMITTED_CHARACTERS = 2_000
# Measured on the seed documents: a sentence with a third of its words changed stays above 0.58; those of
# one document are below 0.54 against the other three, but for one that does say the same.
_ALTERED_SIMILARITY = 0.55
_MAX_PIECES = 10  # of a quotation with omissions; each of two words at least
_SLICE_WORDS = 40  # of the text, given to the lexical search at once
_WORD = re.compile(r"\S+")
_OMISSION = re.compile(r"\s*[\[(](?:\.\.\.|…)[\])]\s*")
_OUTER_QUOTES = re.compile(r"^([\"'])(.*)\1$")
_QUOTED_ROLES = (SentenceRole.HEADER, SentenceRole.LEAD_IN)


class Searchable(Protocol):
    """The part of a corpus that checking needs; `alpie.app.corpus.Corpus` has it."""

    @property
    def documents(self) -> Mapping[str, Document]: ...
    @property
    def layouts(self) -> Mapping[str, Layout]: ...
    @property
    def passages(self) -> Sequence[Passage]: ...
    @property
    def fingerprint(self) -> str: ...

    def search(
        self, question: str, limit: int = 10, leg: str = "fused", document: str | None = None
    ) -> tuple[Hit, ...]: ...


class Verdict(StrEnum):
    EXACT = "exact"
    ALTERED = "altered"
    ABSENT = "absent"


@dataclass(frozen=True)
class Place:
    """Where the text, or what it was made from, stands. `text` are the document's own words.

    `shown` are the same with «[…]» where words between them were left out.
    """

    document_id: str
    spans: tuple[Span, ...]
    text: str
    shown: str
    citation: Citation | None  # of the passage it stands in, or before; None for a document without passages

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return self.spans[-1].end

    @property
    def address(self) -> str:
        return self.citation.address if self.citation else ""


@dataclass(frozen=True)
class Verification:
    """The outcome. Altered: one place, and `differences` from it; absent: no place."""

    text: str
    verdict: Verdict
    places: tuple[Place, ...] = ()
    occurrences: int = 0  # places in all, of which `places` are the first
    similarity: float = 0.0  # 1 exact; else of the nearest stretch found, 0 … 1
    differences: tuple[Difference, ...] = ()
    with_omissions: bool = False  # exact but for what the text itself marks as left out


def verify_quotation(text: str, corpus: Searchable) -> Verification:
    """Check one text. Who checks many keeps a `QuotationChecker`, which prepares the documents once."""
    return QuotationChecker(corpus).check(text)


class QuotationChecker:
    """Checks texts against the documents of a corpus. Safe to share between threads."""

    def __init__(self, corpus: Searchable) -> None:
        self.corpus = corpus

    def check(self, text: str) -> Verification:
        """Raises `QuestionError` for a text without words, or too long to compare and not exact."""
        pasted = collapse(text)
        if not any(character.isalnum() for character in pasted):
            raise QuestionError("El texto no contiene palabras que comprobar. Pega la frase citada.")
        for reading in _readings(pasted):
            found, total = self._exact(reading)
            if found:
                return Verification(text, Verdict.EXACT, found, total, 1.0)
        for reading in _readings(pasted):
            place = self._with_omissions(reading)
            if place:
                return Verification(text, Verdict.EXACT, (place,), 1, 1.0, with_omissions=True)
        if len(pasted) > MAX_COMPARED_CHARACTERS:
            raise QuestionError(
                f"El texto no está literalmente en los documentos y es demasiado largo para compararlo "
                f"palabra por palabra ({len(pasted)} caracteres; máximo {MAX_COMPARED_CHARACTERS}). "
                "Comprueba las frases por separado."
            )
        return self._nearest(text, _bare(pasted))

    @cached_property
    def _views(self) -> Mapping[str, tuple[TextView, ...]]:
        documents, layouts = self.corpus.documents, self.corpus.layouts
        return {name: views_of(document, layouts.get(name)) for name, document in documents.items()}

    @cached_property
    def _passages(self) -> Mapping[str, Sequence[Passage]]:
        by_document: dict[str, list[Passage]] = {name: [] for name in self.corpus.documents}
        for passage in self.corpus.passages:
            by_document.setdefault(passage.document_id, []).append(passage)
        return by_document

    def _exact(self, reading: str) -> tuple[tuple[Place, ...], int]:
        words = fold_quotes(reading)
        places: list[Place] = []
        total = 0
        for name, views in self._views.items():
            spans: dict[tuple[int, int], tuple[Span, ...]] = {}
            for view in views:
                for at in islice(view.occurrences(words), _MAX_COUNTED - total):
                    found = view.source_spans(at, at + len(words))
                    spans.setdefault((found[0].start, found[-1].end), found)
            total = min(total + len(spans), _MAX_COUNTED)
            places += [self._place(name, spans[key]) for key in sorted(spans)[: MAX_PLACES - len(places)]]
        return tuple(places), total

    def _with_omissions(self, reading: str) -> Place | None:
        """The place of «one piece […] another»."""
        pieces = [piece for piece in _OMISSION.split(fold_quotes(reading)) if piece]
        if not 2 <= len(pieces) <= _MAX_PIECES or not all(" " in piece for piece in pieces):
            return None
        for name, views in self._views.items():
            for view in views:
                spans = _pieces_in_order(view, pieces)
                if spans:
                    return self._place(name, spans)
        return None

    def _nearest(self, text: str, pasted: str) -> Verification:
        words = fold_quotes(pasted).split()
        candidates = self._candidates(words)
        for passage in candidates:
            spans = _under_header(passage, pasted)
            if spans:
                return Verification(text, Verdict.EXACT, (self._place(passage.document_id, spans),), 1, 1.0)
        best: tuple[Alignment, Passage, list[re.Match[str]]] | None = None
        for passage in candidates:
            around = self._words_around(passage, len(pasted))
            fit = align(words, [match.group() for match in around])
            if fit and (best is None or fit.similarity > best[0].similarity):
                best = fit, passage, around
        if best is None or best[0].similarity < _ALTERED_SIMILARITY:
            return Verification(text, Verdict.ABSENT, similarity=best[0].similarity if best else 0.0)
        fit, passage, around = best
        view = self._plain_view(passage.document_id)
        spans = view.source_spans(around[fit.start].start(), around[fit.end - 1].end())
        place = self._place(passage.document_id, spans)
        differences = fit.differences(pasted.split(), place.text.split())
        return Verification(text, Verdict.ALTERED, (place,), 1, fit.similarity, differences)

    def _candidates(self, words: Sequence[str]) -> list[Passage]:
        """Passages that share rare words with the beginning, the middle or the end of the text."""
        starts = {0, max(0, (len(words) - _SLICE_WORDS) // 2), max(0, len(words) - _SLICE_WORDS)}
        found: dict[str, Passage] = {}
        for start in sorted(starts):
            slice_of_text = " ".join(words[start : start + _SLICE_WORDS])
            try:
                hits = self.corpus.search(slice_of_text, limit=5, leg="lexical")
            except QuestionError:  # nothing but function words or signs there
                continue
            for hit in hits:
                found.setdefault(hit.passage.address, hit.passage)
        return list(found.values())

    def _plain_view(self, document_id: str) -> TextView:
        """The view without footers and footnote calls, whose spans ascend."""
        views = self._views[document_id]
        return views[1] if len(views) > 1 and not views[1].breaks else views[0]

    def _words_around(self, passage: Passage, length: int) -> list[re.Match[str]]:
        view = self._plain_view(passage.document_id)
        start = view.text.rfind(" ", 0, max(0, view.view_offset(passage.start) - length - 100)) + 1
        end = view.text.find(" ", view.view_offset(passage.end) + length + 100)
        return list(_WORD.finditer(view.text, start, end if end >= 0 else len(view.text)))

    def _place(self, document_id: str, spans: tuple[Span, ...]) -> Place:
        document = self.corpus.documents[document_id]
        passages = self._passages[document_id]
        passage = _passage_at(passages, spans)
        citation = cite(document, passage) if passage else None
        near = (one for one in passages if one.start < spans[-1].end and one.end > spans[0].start)
        sentences = [sentence for one in near for sentence in one.sentences]
        shown = with_omissions(document.text, spans, sentences)
        return Place(document_id, spans, readable_text(document.text, spans), shown, citation)


def _bare(pasted: str) -> str:
    """`pasted` without invisible characters and without quotation marks around the whole."""
    visible = "".join(c for c in pasted if unicodedata.category(c) != "Cf")
    composed = normalize("NFC", visible)
    quoted = _OUTER_QUOTES.match(fold_quotes(composed))
    return composed[quoted.start(2) : quoted.end(2)].strip() if quoted and '"' not in quoted[2] else composed


def _readings(pasted: str) -> tuple[str, ...]:
    """What the rule lets pass for the pasted text, the text itself first."""
    bare = _bare(pasted)
    return tuple(dict.fromkeys((pasted, bare, normalize("NFD", bare))))


def _pieces_in_order(view: TextView, pieces: Sequence[str]) -> tuple[Span, ...]:
    """Spans of `pieces` one after the other, none further from the last than an omission may be."""
    for tried, at in enumerate(view.occurrences(pieces[0])):
        if tried >= MAX_PLACES:
            break
        spans, end = view.source_spans(at, at + len(pieces[0])), at + len(pieces[0])
        for piece in pieces[1:]:
            following = next(view.occurrences(piece, end), None)
            if following is None or following - end > _MAX_OMITTED_CHARACTERS:
                break
            end = following + len(piece)
            spans += view.source_spans(following, end)
        else:
            return spans
    return ()


def _under_header(passage: Passage, pasted: str) -> tuple[Span, ...]:
    """Spans of a row or item quoted right after the header or lead-in of its own table or list."""
    wanted = fold_quotes(pasted)
    spans: tuple[Span, ...] = ()
    position, group = 0, None
    for sentence in passage.sentences:
        text = fold_quotes(sentence.text)
        same_group = group is None or sentence.group == group
        if sentence.group is None or not same_group or not wanted.startswith(text, position):
            continue
        if position == 0 and sentence.role not in _QUOTED_ROLES:
            return ()
        group = sentence.group
        spans += sentence.spans
        position += len(text) + 1
    return spans if position == len(wanted) + 1 else ()


def _passage_at(passages: Sequence[Passage], spans: tuple[Span, ...]) -> Passage | None:
    """The passage that shares most with `spans`; for a heading, the one it stands over."""

    def shared(passage: Passage) -> int:
        return sum(
            max(0, min(span.end, part.end) - max(span.start, part.start))
            for span in spans
            for sentence in passage.sentences
            for part in sentence.spans
        )

    start, end = spans[0].start, spans[-1].end
    near = [passage for passage in passages if passage.start < end and passage.end > start]
    if near:
        return max(near, key=lambda passage: (shared(passage), -abs(passage.start - start)))
    following = [passage for passage in passages if passage.start >= end]
    return min(following, key=lambda p: p.start) if following else (passages[-1] if passages else None)
