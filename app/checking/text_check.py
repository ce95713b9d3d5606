"""Checks a text as a whole against the documents, by the rule that `alpie.app.checking.verify` states.

A text that is in no document is compared with the passages that share rare words with it. It may have the same words
with other punctuation, be a row under its header, or consist of sentences that are not next to each other; otherwise
the nearest place is compared word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from alpie.app.answering.quoting.citation import cite
from alpie.app.answering.quoting.cut import analyse_cut
from alpie.app.answering.quoting.omissions import OMISSION, OMISSION_MARK, OMISSION_OR_DOTS, with_omissions
from alpie.app.checking.copied import CopiedText, find_copied, without_hyphens
from alpie.app.checking.pasted_text import sentences_of, variants_of, visible_lines, without_outer_quotes
from alpie.app.checking.text_view import TextView, fold_quotes, pieces_in_order, views_of
from alpie.app.checking.verification import (
    MatchedPlace,
    Verdict,
    Verification,
    combine_sentences,
    exact_or_cut,
)
from alpie.app.checking.word_alignment import Alignment, align, align_whole
from alpie.app.translations import message
from alpie.index.errors import ArgumentError, QuestionError
from alpie.index.records import Passage, SentenceRole, Span, collapse, readable_text

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

# Beyond, a text that is not exact is not compared word by word: seconds of work.
MAX_COMPARED_CHARACTERS = 20_000
MAX_PLACES = 20  # shown for a text that stands at many, and tried for the first piece of one with omissions
_MAX_COUNTED = 1_000  # occurrences of a word or two; the count then says "at least"
# That «[…]» may stand for: about a page; beyond, it joins what does not belong together.
_MAX_OMITTED_CHARACTERS = 2_000
# Measured on the seed documents: a sentence with a third of its words changed stays above 0.58; those of
# one document are below 0.54 against the other three, but for one that does say the same.
_ALTERED_SIMILARITY = 0.55
_MAX_PIECES = 10  # of a quotation with omissions; each of two words at least
_SLICE_WORDS = 40  # of the text, given to the lexical search at once
_WORD = re.compile(r"\S+")
_MAX_SENTENCES = 40  # of a text that are looked up one by one
_EDGES = " .,;:"  # of a piece of a quotation with omissions: what may be another where it ends
_MAX_COPIED = 10_000  # characters of a text that is compared with copies
_MAX_MARGIN = 600  # characters of margins that a copy may have in it: heads, feet, a footnote
_QUOTED_ROLES = (SentenceRole.HEADER, SentenceRole.LEAD_IN)


def under_header(passage: Passage, pasted: str) -> tuple[Span, ...]:
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


def passage_at(passages: Sequence[Passage], spans: tuple[Span, ...]) -> Passage | None:
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
    if following:
        return min(following, key=lambda passage: passage.start)
    return passages[-1] if passages else None


class TextChecker:
    """Checks whole texts against the documents of a corpus. Safe to share between threads."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus

    def check(self, text: str) -> Verification:
        """Check a whole text. Raises `ArgumentError` for one without words, or too long to compare and not exact."""
        return self.check_literal(text) or self.check_nearest(text)

    def check_literal(self, text: str) -> Verification | None:
        """The outcome for a text that stands in a document as it is, or but for what it marks as left out."""
        pasted = collapse(text)
        if not any(character.isalnum() for character in pasted):
            raise ArgumentError(message("verify.no_words"))
        for variant in variants_of(pasted):
            found, total = self._find_exact(variant)
            if found:
                return exact_or_cut(text, found, total)
        for mark in (OMISSION_MARK, OMISSION_OR_DOTS):
            for variant in variants_of(pasted):
                place = self._with_omissions(mark.split(fold_quotes(variant)), self._views)
                if place:
                    return exact_or_cut(text, (place,), 1, with_omissions=True)
        if len(pasted) > MAX_COMPARED_CHARACTERS:
            raise ArgumentError(message("verify.too_long", count=len(pasted), most=MAX_COMPARED_CHARACTERS))
        return self._check_copied(text, is_exact=True)

    @cached_property
    def _views(self) -> Mapping[str, tuple[TextView, ...]]:
        documents, layouts = self.corpus.documents, self.corpus.layouts
        return {name: views_of(document, layouts.get(name)) for name, document in documents.items()}

    def _find_exact(self, variant: str) -> tuple[tuple[MatchedPlace, ...], int]:
        words = fold_quotes(variant)
        places: list[MatchedPlace] = []
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

    def _with_omissions(
        self, parts: Sequence[str], documents: Iterable[str], folded: bool = False
    ) -> MatchedPlace | None:
        """The place of «one piece […] another» in some of the documents; `folded`: capitals and accents apart."""
        pieces = [piece for piece in parts if piece]
        if not 2 <= len(pieces) <= _MAX_PIECES or not all(" " in piece for piece in pieces):
            return None
        for name in documents:
            for view in self._views[name]:
                spans = pieces_in_order(view, pieces, _MAX_OMITTED_CHARACTERS, MAX_PLACES, folded)
                if spans:
                    return self._place(name, spans)
        return None

    def check_nearest(self, text: str, by_sentence: bool = True) -> Verification:
        """The outcome for a text that is not literal: compared with the passages that share rare words."""
        pasted = without_outer_quotes(collapse(text))
        candidates = self._candidates(fold_quotes(pasted).split())
        for passage in candidates:
            spans = under_header(passage, pasted)
            if spans:
                return exact_or_cut(text, (self._place(passage.document_id, spans),), 1)
        if same := self._check_copied(text, is_exact=False):
            return same
        if marked := self._check_omissions(text, pasted, candidates):
            return marked
        sentences = self._check_sentences(pasted) if by_sentence else ()
        if sentences and all(sentence.is_found or sentence.only_signs for sentence in sentences):
            return combine_sentences(text, Verdict.JOINED, sentences)
        if not any(sentence.is_found or sentence.only_signs for sentence in sentences):
            sentences = ()
        if sentences and OMISSION_MARK.search(pasted):  # a mark is not to be compared with words
            return combine_sentences(text, Verdict.ALTERED, sentences)
        return self._compare_words(text, pasted, candidates, sentences)

    def _compare_words(
        self, text: str, pasted: str, candidates: Sequence[Passage], sentences: Sequence[Verification]
    ) -> Verification:
        """The outcome of comparing a text word by word with the nearest stretch round one of the `candidates`."""
        words = fold_quotes(pasted).split()
        best: tuple[Alignment, Passage, list[re.Match[str]]] | None = None
        for passage in candidates:
            around = self._words_around(passage, len(pasted))
            fit = align(words, [match.group() for match in around])
            if fit and (best is None or fit.similarity > best[0].similarity):
                best = fit, passage, around
        if best is None or best[0].similarity < _ALTERED_SIMILARITY:
            if sentences:
                return combine_sentences(text, Verdict.ALTERED, sentences)
            return Verification(text, Verdict.ABSENT, similarity=best[0].similarity if best else 0.0)
        fit, passage, around = best
        view = self._plain_view(passage.document_id)
        spans = view.source_spans(around[fit.start].start(), around[fit.end - 1].end())
        place = self._place(passage.document_id, spans)
        differences = fit.differences(pasted.split(), place.text.split())
        return Verification(
            text, Verdict.ALTERED, (place,), 1, fit.similarity, differences, sentences=tuple(sentences)
        )

    def _check_copied(self, text: str, is_exact: bool) -> Verification | None:
        """The outcome for the words of a stretch as a copy out of its file has them; None for other words."""
        bare = visible_lines(text)
        if len(bare) > _MAX_COPIED:
            return None
        near = self._candidates(fold_quotes(collapse(without_hyphens(bare))).split())
        reach = len(bare) + _MAX_MARGIN
        seen: dict[str, tuple[int, int]] = {}
        for passage in near:
            document = self.corpus.documents[passage.document_id]
            start, end = max(0, passage.start - reach), min(len(document.text), passage.end + reach)
            before = seen.get(document.id, (0, 0))
            if before[0] <= start and end <= before[1]:
                continue
            seen[document.id] = start, end
            for found in find_copied(bare, document, self.corpus.layouts.get(document.id), start, end):
                if found.is_exact is is_exact:
                    return self._copy_outcome(text, collapse(bare), document.id, found)
        return None

    def _check_omissions(self, text: str, pasted: str, near: Sequence[Passage]) -> Verification | None:
        """The outcome for «one piece […] another» of a near document, each piece right but for the signs at its edges."""
        parts = [part.strip(_EDGES) for part in OMISSION_MARK.split(fold_quotes(pasted))]
        documents = dict.fromkeys(passage.document_id for passage in near)
        if not (place := self._with_omissions(parts, documents, folded=True)):
            return None
        marked = OMISSION_MARK.sub(f" {OMISSION} ", pasted)
        return _differing_in_signs(text, marked, place, place.shown, with_omissions=True)

    def _copy_outcome(self, text: str, pasted: str, document_id: str, found: CopiedText) -> Verification:
        place = self._place(document_id, found.spans)
        if found.is_exact:
            return exact_or_cut(text, (place,), 1)
        return _differing_in_signs(text, pasted, place, place.text)

    def _check_sentences(self, pasted: str) -> tuple[Verification, ...]:
        """Each sentence of a text by itself; none for a text of one, or of very many."""
        sentences = sentences_of(pasted)
        if not 2 <= len(sentences) <= _MAX_SENTENCES:
            return ()
        return tuple(
            self.check_literal(sentence) or self.check_nearest(sentence, by_sentence=False)
            for sentence in sentences
        )

    def _candidates(self, words: Sequence[str]) -> list[Passage]:
        """Passages that share rare words with the beginning, the middle or the end of the text."""
        starts = {0, max(0, (len(words) - _SLICE_WORDS) // 2), max(0, len(words) - _SLICE_WORDS)}
        found: dict[str, Passage] = {}
        for start in sorted(starts):
            slice_of_text = " ".join(words[start : start + _SLICE_WORDS])
            try:
                hits = self.corpus.search(slice_of_text, limit=5, retriever="lexical")
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

    def _place(self, document_id: str, spans: tuple[Span, ...]) -> MatchedPlace:
        document = self.corpus.documents[document_id]
        passages = self.corpus.passages.of_document(document_id)
        passage = passage_at(passages, spans)
        citation = cite(document, passage, spans) if passage else None
        near = (
            passage for passage in passages if passage.start < spans[-1].end and passage.end > spans[0].start
        )
        sentences = [sentence for passage in near for sentence in passage.sentences]
        shown = with_omissions(document.text, spans, sentences)
        cut = analyse_cut(document.text, spans, sentences)
        return MatchedPlace(document_id, spans, readable_text(document.text, spans), shown, citation, cut)


def _differing_in_signs(
    text: str, pasted: str, place: MatchedPlace, source: str, with_omissions: bool = False
) -> Verification:
    """The outcome of a text whose words are those of `source`, and whose signs are others."""
    words, source_words = pasted.split(), source.split()
    fit = align_whole(fold_quotes(pasted).split(), fold_quotes(source).split())
    verdict = Verdict.CUT if place.cut.warnings else Verdict.ALTERED
    differences = fit.differences(words, source_words)
    return Verification(
        text, verdict, (place,), 1, fit.similarity, differences, with_omissions, only_signs=True
    )
