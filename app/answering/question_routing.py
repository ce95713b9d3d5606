"""Decides how a question is answered: what kind of question it is, and which documents it is put to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.absence import refused
from alpie.app.answering.answer_pipeline import AnswerPipeline, Judged
from alpie.app.answering.answer_types import Absent, Answer, Part, Quote, Role
from alpie.app.answering.explanation import explained
from alpie.app.answering.quotes import QuotePolicy
from alpie.app.answering.reference_answer import answer_reference
from alpie.app.answering.whole_documents import demanding, places_told
from alpie.index.records import Passage
from alpie.index.retrieval.places import FoundPlaces, Place, Places, places_with, unit_in_words
from alpie.index.retrieval.search import EncodedQuestion
from alpie.index.spanish.comparison import Side, questions_in, sides_of
from alpie.index.spanish.conversation import (
    asked_before,
    asks_again,
    complete,
    is_small_talk,
    leans_on_earlier,
)
from alpie.index.spanish.named_documents import DocumentNames, looks_like_name
from alpie.index.spanish.overview import Overview, OverviewKind, read_overview
from alpie.index.spanish.query import Question, read_question
from alpie.index.spanish.references import Reference, read_reference
from alpie.index.spanish.scope import Scope, read_scope


@dataclass(frozen=True)
class AskedQuestion:
    """A question as it was put, and what it was found to ask."""

    question: Question
    reference: Reference | None  # the citation that it is
    overview: Overview | None  # what it asks of documents as wholes
    scope: Scope  # what is searched, completed by earlier questions, and in which documents


def read_asked(typed: str, turns: Sequence[str], names: DocumentNames) -> AskedQuestion:
    """Read a question; `turns` are the earlier ones, oldest first, `names` those of the documents.

    Raises `QuestionError` when there is nothing to search in it.
    """
    question = read_question(typed)
    scope = read_scope(complete(question, turns), names)
    return AskedQuestion(question, _cited(question, turns), read_overview(question, names, turns), scope)


def _cited(question: Question, turns: Sequence[str]) -> Reference | None:
    """The citation that a question is. «¿Y el artículo 15?» is of the law that the turn before it named."""
    reference = question.reference
    if reference is None or reference.name or reference.code or not turns:
        return reference
    before = read_reference(turns[-1]) if leans_on_earlier(question.searched) else None
    return replace(reference, name=before.name) if before else reference


_PREFERRED = 0.15  # the answer of a document that is named may be less sure than another's by this much
_DEMANDED = 0.3  # … and that of the paragraphs that demand something by this, where demands are asked for
_MAX_TOLD = 20  # documents that an answer about whole documents tells of
_CODE_CANDIDATES = 100  # passages that have words of a code, and are searched for the whole code
_OF_A_PART = 2  # quotations shown for a side of a comparison, or for a document
_CANDIDATES_OF_A_SIDE = 3
_LEAST_LEFT = 0.01  # probability that is left of a side at least, whatever was taken from it
_EASED = 0.6  # share of the threshold that is enough for what one document says, shown beside the others
_MAX_WORDS = 0.7  # where another quotation holds at least this share of its words, both say the same
_MAX_PARTS = 8  # documents shown one by one
_HITS = 10


@dataclass(frozen=True, kw_only=True)
class QuestionRouter(AnswerPipeline):
    """The documents that questions are put to: all of an index, or those that somebody chose."""

    rows_of: Callable[[str], NDArray[np.int64]]  # the numbers of the passages of a document
    passages_of: Callable[[str], Sequence[Passage]]
    places: Callable[[], Places]
    limited: bool = False  # `documents` are not all of the index

    def only(self, documents: Collection[str]) -> QuestionRouter:
        """A `QuestionRouter` of some of these documents alone."""
        chosen = {id_: one for id_, one in self.documents.items() if id_ in documents}
        return replace(self, documents=chosen, limited=True)

    def ask(self, question: str, turns: Sequence[str] = (), each_document: bool = False) -> Answer:
        """Answer a question with quotations, or say that nothing answers it: see `Corpus.ask`."""
        started = perf_counter()
        answer = self._answer(read_question(question), turns, each_document)
        if self.limited:
            search = replace(answer.search, passages=int(self.rows_in(self.documents).sum()))
            answer = replace(answer, search=search, limited_to=tuple(self.documents))
        if answer.parts:  # several were asked
            total = 1000 * (perf_counter() - started)
            answer = replace(answer, milliseconds={**answer.milliseconds, "total": total})
        return answer

    def _answer(self, read: Question, turns: Sequence[str], each_document: bool) -> Answer:
        if is_small_talk(read.searched):
            return self._nothing_asked(read)
        if each_document:
            return self._by_document(read, turns)
        if asks_again(read.searched):
            before = asked_before(turns)
            return self._explained(read, before) if before else self._nothing_asked(read)
        sides = sides_of(read, self.names)
        if sides and (compared := self._compared(read, sides, turns)):
            return compared
        answer = self._ask_one(read.typed, turns)
        return (self._one_by_one(read, turns) if answer.answered else None) or answer

    def _explained(self, read: Question, before: Sequence[str]) -> Answer:
        """What stands around the last answer, and what its words mean; a refusal once more."""
        *earlier, last = before
        answer = self._answer(read_question(last), earlier, False)
        answer = replace(answer, question=read.typed, language=read.language, follows=(*answer.follows, last))
        return explained(answer, self.index, self.documents, self._allowed) if answer.answered else answer

    def _ask_one(self, typed: str, turns: Sequence[str] = ()) -> Answer:
        """A question that is one, after the earlier ones that it leans on."""
        asked = read_asked(typed, turns, self.names)
        follows = asked.scope.question.follows
        if answer := self._cited_or_told(asked):
            alone = read_asked(typed, (), self.names)
            leans = (alone.reference, alone.overview) != (asked.reference, asked.overview)
            return replace(answer, follows=(turns[-1],)) if leans else answer
        answer = self._put(asked)
        if follows and not answer.answered:
            by_itself = self._put(read_asked(typed, (), self.names))  # what it seemed to follow is of no help
            if by_itself.answered:
                return by_itself
        return replace(answer, follows=follows)

    def _cited_or_told(self, asked: AskedQuestion) -> Answer | None:
        """What stands at a place that is named, or what documents say of themselves as wholes."""
        if asked.reference and (answer := self._quoted_from(asked.question, asked.reference)):
            return answer
        return self._told(asked.question, asked.overview) if asked.overview else None

    def _put(self, asked: AskedQuestion) -> Answer:
        """The answer to a question of its own, of the documents that it names."""
        scope, encoded = asked.scope, self.index.encode(asked.scope.question)
        if scope.absent:
            return refused(self.answer(encoded), [Absent(scope.absent)])
        if not scope.documents:
            return self.answer(encoded)
        of_those = self.rows_in(scope.documents)
        if scope.only:
            return self.answer(encoded, of_those)
        if scope.question.asks_two_things:  # «… según INTERPOL y según WeProtect»
            return self.answer(encoded)
        return self._preferred(encoded, of_those)

    def _preferred(
        self, encoded: EncodedQuestion, rows: NDArray[np.bool_], margin: float = _PREFERRED
    ) -> Answer:
        """The answer of some passages, unless others answer far better."""
        answer, of_all = self.answer(encoded, rows), self.answer(encoded)
        return answer if answer.answered and answer.confidence >= of_all.confidence - margin else of_all

    # --- several questions in one -----------------------------------------------------------------

    def _compared(self, read: Question, sides: Sequence[Side], turns: Sequence[str]) -> Answer | None:
        """Each side asked by itself; None where none has an answer, and the question is better asked as it stands."""
        answers = [self._of_side(side, turns) for side in sides]
        shared = _shared_out(answers, self.policy)
        for number, side in enumerate(sides):
            for asked in side.otherwise:
                if not shared[number]:
                    other = self._of_side(replace(side, asked=asked), turns)
                    if other and other.answered:
                        answers[number] = other
                        shared = _shared_out(answers, self.policy)
        if not any(shared):
            return None
        parts = _parts(((side.heading, side.asked) for side in sides), shared, answers)
        absent = tuple(Absent(side.heading) for side in sides if side.absent)
        together = self._together(read, [one for one in answers if one], _with_nearest(parts, answers))
        return replace(together, absent=absent)

    def _one_by_one(self, read: Question, turns: Sequence[str]) -> Answer | None:
        """Each of several questions in one, where each has an answer of its own; None: they are better asked together."""
        asked = questions_in(read)
        answers, more = list[Answer](), self._for_a_side
        for number, one in enumerate(asked):
            answers.append(more._ask_one(one, (*turns, *asked[:number])))
            if not answers[-1].answered:
                return None
        shared = _shared_out(answers, self.policy)
        if not (asked and all(shared)):
            return None
        return self._together(read, answers, _parts(zip(asked, asked, strict=True), shared, answers))

    @property
    def _for_a_side(self) -> QuestionRouter:
        """With more candidates: what answers both sides better is shown on one."""
        return replace(self, policy=replace(self.policy, always=_CANDIDATES_OF_A_SIDE))

    def _of_side(self, side: Side, turns: Sequence[str]) -> Answer | None:
        if side.absent:
            return None
        if not side.documents:
            return self._for_a_side._ask_one(side.asked, turns)
        asking = self._in(side.documents)
        if not side.asked:
            return asking._told(read_question(side.heading), Overview(OverviewKind.ABOUT, side.documents))
        answer = asking._ask_one(side.asked, turns)
        if not answer.answered and not answer.nearest:  # a bare word is nearer to what is said in others
            answer = self.only(side.documents)._ask_one(f"¿{side.topic}?", turns)
        # what is said of a matter is the whole quotation
        return replace(answer, quotes=tuple(replace(one, emphasis=()) for one in answer.quotes))

    def _in(self, documents: Collection[str]) -> QuestionRouter:
        """`only`, for a question put to each of several: less is needed to show what one of them says."""
        return replace(self.only(documents), threshold=self.limit * _EASED)

    def _by_document(self, read: Question, turns: Sequence[str]) -> Answer:
        """The question put to each document by itself; of many, to those nearest to it."""
        asked = read_asked(read.typed, turns, self.names)
        question = asked.scope.question
        ids = tuple(self.documents)
        if len(ids) > _MAX_PARTS:
            hits = self.index.search(question, 10 * _MAX_PARTS, allowed=self._allowed).hits
            ids = tuple(dict.fromkeys(hit.passage.document_id for hit in hits))[:_MAX_PARTS]
        encoded = self.index.encode(question)
        answers = [self._in((id_,))._of_document(asked, encoded) for id_ in ids]
        named = ((self.documents[id_].title, question.searched) for id_ in ids)
        quotes = [answer.quotes[:_OF_A_PART] if answer.answered else () for answer in answers]
        parts = _parts(named, quotes, answers, Role.DOCUMENT)
        return replace(self._together(read, answers, _with_nearest(parts, answers)), follows=question.follows)

    def _of_document(self, asked: AskedQuestion, encoded: EncodedQuestion) -> Answer:
        """What the one document says, whichever is named."""
        overview = asked.overview and replace(asked.overview, documents=tuple(self.documents))
        places = asked.reference and self._found(asked.question, asked.reference).groups
        return (
            (self._at(asked.question, places) if places else None)
            or (self._told(asked.question, overview) if overview else None)
            or self.answer(encoded)
        )

    def _together(self, read: Question, answers: Sequence[Answer], parts: Sequence[Part]) -> Answer:
        """One answer of several, the best of them first where it is told how sure it is."""
        quotes = {(one.document_id, one.spans): one for part in parts for one in part.quotes}
        best = max(answers, key=lambda answer: (answer.answered, answer.confidence))
        hits = {hit.passage.address: hit for answer in answers for hit in answer.hits}
        statement = replace(
            best.search,
            documents=len(self.documents),
            passages=len(self.index.passages),
            above_threshold=sum(answer.search.above_threshold for answer in answers),
        )
        return replace(
            best,
            question=read.typed,
            searched=read.searched,
            quotes=tuple(quotes.values()),
            hits=tuple(sorted(hits.values(), key=lambda hit: -hit.score))[:_HITS],
            search=statement,
            language=read.language,
            follows=(),
            absent=(),
            parts=tuple(parts) if quotes else (),
        )

    def _nothing_asked(self, read: Question) -> Answer:
        search, language = self.searched(0), read.language
        return Answer(
            read.typed, read.searched, False, 0.0, (), (), (), search, language=language, small_talk=True
        )

    # --- documents as wholes, places that are named -----------------------------------------------

    def _told(self, question: Question, overview: Overview) -> Answer | None:
        """What documents say of themselves as wholes; None where the question is better searched as any other."""
        ids = overview.documents or tuple(self.documents)
        if overview.about:
            rows = self.rows_in(ids)
            passages = {int(row): self.index.passages[int(row)] for row in np.flatnonzero(rows)}
            asking = {one.address for one in demanding(list(passages.values()))}
            rows[[row for row, one in passages.items() if one.address not in asking]] = False
            return self._preferred(self.index.encode(question), rows, _DEMANDED) if rows.any() else None
        most = self.policy.most if len(ids) == 1 else 1
        groups = [
            [place]
            for id_ in ids[:_MAX_TOLD]
            for place in places_told(overview, self.documents[id_], self.passages_of(id_), most)
        ]
        return self._at(question, groups)

    def _at(
        self, question: Question, groups: Sequence[Sequence[Place]], absent: Sequence[Absent] = ()
    ) -> Answer | None:
        return answer_reference(self, question, groups, absent)

    def _quoted_from(self, question: Question, reference: Reference) -> Answer | None:
        """What stands at the places a question names, or that they are not there; None: it names none after all."""
        found = self._found(question, reference)
        absent = [Absent(self._title_of(reference), unit_in_words(units)) for units in found.absent]
        if found.groups:
            return self._at(question, found.groups, absent)
        if reference.name and not self.names.fitting(reference.name):
            absent = [Absent(reference.name)] if looks_like_name(reference.name) else []
        return refused(self.answer(self.index.encode(question)), absent) if absent else None

    def _title_of(self, reference: Reference) -> str:
        """The title of the one document that a citation names, or of the only one there is; "" for several."""
        named = self.names.fitting(reference.name) if reference.name else self.names.all
        return self.documents[next(iter(named))].title if len(named) == 1 else ""

    def _found(self, question: Question, reference: Reference) -> FoundPlaces:
        return self.found(question, reference, self.documents)

    def found(self, question: Question, reference: Reference, documents: Collection[str]) -> FoundPlaces:
        """Where the places that a question names stand, in some documents."""
        if not reference.code:
            named = self.names.fitting(reference.name) if reference.name else self.names.all
            allowed = [id_ for id_ in self.documents if id_ in named and id_ in documents]
            return self.places().find(reference, allowed) if allowed else FoundPlaces(())
        rows = self.rows_in(documents) if self.limited or len(documents) < len(self.documents) else None
        code = replace(question, searched=reference.code)
        hits = self.index.search(code, _CODE_CANDIDATES, "lexical", rows).hits
        places = places_with(reference.code, [hit.passage for hit in hits])
        return FoundPlaces((places,) if places else ())

    @cached_property
    def names(self) -> DocumentNames:
        """By which names the documents are known."""
        return DocumentNames(self.documents)

    def rows_in(self, documents: Collection[str]) -> NDArray[np.bool_]:
        """Which passages are of one of `documents`, shape (passages,)."""
        allowed = np.zeros(len(self.index.passages), dtype=np.bool_)
        for document in documents:
            allowed[self.rows_of(document)] = True
        return allowed

    @property
    def _allowed(self) -> NDArray[np.bool_] | None:
        return self.rows_in(self.documents) if self.limited else None

    def judge(self, encoded: EncodedQuestion, allowed: NDArray[np.bool_] | None = None) -> Judged:
        return super().judge(encoded, self._allowed if allowed is None else allowed)


def _parts(
    named: Iterable[tuple[str, str]],
    quotes: Sequence[Sequence[Quote]],
    answers: Sequence[Answer | None],
    role: Role = Role.SIDE,
) -> list[Part]:
    """A part for each heading and question in `named`."""
    return [
        Part(role, heading, asked, tuple(own), tentative=bool(answer and answer.tentative))
        for (heading, asked), own, answer in zip(named, quotes, answers, strict=True)
    ]


def _with_nearest(parts: Sequence[Part], answers: Sequence[Answer | None]) -> list[Part]:
    """The parts, those without quotations with what comes nearest and is not shown in another."""
    shown = {one.text for part in parts for one in part.quotes}
    completed = []
    for part, answer in zip(parts, answers, strict=True):
        near = (*answer.nearest, *answer.quotes) if answer else ()
        nearest = [one for one in near if one.text not in shown]
        elsewhere = bool(answer and answer.answered and not part.quotes)
        completed.append(
            part if part.quotes else replace(part, nearest=tuple(nearest[:1]), elsewhere=elsewhere)
        )
    return completed


def _shared_out(answers: Sequence[Answer | None], policy: QuotePolicy) -> list[list[Quote]]:
    """The quotations of each side: words that answer several stand where they answer best.

    What is left of a side has the probability of what was taken away to share, and is shown if that is enough.
    """
    sides = [answer.quotes if answer and answer.answered else () for answer in answers]
    of_all = [quote for quotes in sides for quote in quotes]
    shared = []
    for quotes, answer in zip(sides, answers, strict=True):
        own = [one for one in quotes if not any(_is_better(other, one) for other in of_all)]
        taken = sum(one.score for one in quotes if one not in own)
        if answer and own and taken:
            left = (
                own[0].score / max(answer.confidence - taken, own[0].score, _LEAST_LEFT) * answer.confidence
            )
            own = own if left >= answer.search.threshold else []
        kept = [one for one in own if one.score >= policy.least_ratio * own[0].score]
        shared.append(kept[:_OF_A_PART])
    return shared


def _is_better(one: Quote, other: Quote) -> bool:
    """Whether `one` holds most words of `other`, and answers better."""
    shared = (
        min(one.end, other.end) - max(one.start, other.start) if one.document_id == other.document_id else 0
    )
    return shared >= _MAX_WORDS * (other.end - other.start) and one.score > other.score
