"""Decides how a question is answered: what kind of question it is, and which documents it is put to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from alpie.app.answering.answer_types import Answer, MissingSource, Part, Role
from alpie.app.answering.quoting.quote_policy import MAX_PART_QUOTES, MAX_PARTS, SIDE_CANDIDATES
from alpie.app.answering.routing.answer_parts import distribute_quotes, fill_parts, join_answers
from alpie.app.answering.routing.collection_pipeline import CollectionPipeline, as_refusal
from alpie.app.answering.routing.explanation import explain_answer
from alpie.app.answering.routing.quoted_places import answer_from_places
from alpie.app.answering.understanding.asked_question import AskedQuestion, parse_asked_question
from alpie.app.answering.understanding.comparison import Side, comparison_sides, split_question
from alpie.app.answering.understanding.conversation import (
    asks_for_elaboration,
    is_small_talk,
    standalone_question,
    substantive_turns,
)
from alpie.app.answering.understanding.overview import Overview, OverviewKind
from alpie.index.retrieval.search import EncodedQuestion
from alpie.index.spanish.citation_parser import units_in
from alpie.index.spanish.query import Question, parse_question

_MIN_ANSWERED = 2  # of several questions in one: with fewer answers they are better asked together
# Of the threshold, for what one document says: its answer is shown beside those of others, and none of them need say all.
_LENIENT_FRACTION = 0.6
_HITS_PER_PART = 10  # passages among which the nearest documents are found: several are often of one document


@dataclass(frozen=True, kw_only=True)
class QuestionRouter(CollectionPipeline):
    """Answers a question in the way of its kind, from the documents that it is put to."""

    def ask(self, question: str, turns: Sequence[str] = (), each_document: bool = False) -> Answer:
        """Answer a question with quotations, or say that nothing answers it: see `Corpus.ask`."""
        started = perf_counter()
        answer = self._answer_by_kind(parse_question(question), turns, each_document)
        if self.chosen.limited:
            search = replace(answer.search, passages=int(self.chosen.rows_in(self.documents).sum()))
            answer = replace(answer, search=search, limited_to=tuple(self.documents))
        if answer.parts:  # several were asked
            total = 1000 * (perf_counter() - started)
            answer = replace(answer, milliseconds={**answer.milliseconds, "total": total})
        return answer

    def _answer_by_kind(self, question: Question, turns: Sequence[str], each_document: bool) -> Answer:
        """Answer by the kind of question: small talk, each document, «explícamelo», a comparison, one, several."""
        if is_small_talk(question.searched):
            return self._small_talk_answer(question)
        if each_document:
            return self._answer_by_document(question, turns)
        if asks_for_elaboration(question.searched):
            if before := substantive_turns(turns):
                return self._explain_last_answer(question, before)
            return self._small_talk_answer(question)
        sides = comparison_sides(question, self.chosen.names)
        if sides and (compared := self._answer_comparison(question, sides, turns)):
            return compared
        answer = self._answer_single(question.typed, turns)
        if not answer.answered:
            return answer
        return self._answer_each_question(question, turns) or answer

    def _explain_last_answer(self, question: Question, before: Sequence[str]) -> Answer:
        """The last answer explained; where the last answer was a refusal, that refusal."""
        *earlier, last = before
        answer = self._answer_by_kind(parse_question(last), earlier, False)
        answer = replace(
            answer, question=question.typed, language=question.language, follows=(*answer.follows, last)
        )
        if not answer.answered:
            return answer
        return explain_answer(answer, self.index, self.documents, self.chosen.allowed)

    def _answer_single(self, typed: str, turns: Sequence[str] = ()) -> Answer:
        """Answer a single question, completed by the earlier questions that it depends on."""
        asked = parse_asked_question(typed, turns, self.chosen.names)
        follows = asked.scope.question.follows
        if answer := self._answer_citation_or_overview(asked):
            alone = parse_asked_question(typed, (), self.chosen.names)
            is_follow_up = (alone.citation_question, alone.overview) != (
                asked.citation_question,
                asked.overview,
            )
            return replace(answer, follows=(turns[-1],)) if is_follow_up else answer
        answer = self._answer_in_scope(asked)
        if follows and not answer.answered:  # perhaps the question does not follow the earlier ones
            other = standalone_question(asked.question.searched, follows)
            again = (
                self._answer_in_scope(parse_asked_question(other, (), self.chosen.names)) if other else answer
            )
            if again.answered:
                is_fragment = other != asked.question.searched
                return replace(again, question=answer.question, follows=follows if is_fragment else ())
        return replace(answer, follows=follows)

    def _answer_citation_or_overview(self, asked: AskedQuestion) -> Answer | None:
        """What stands at a place that the question cites, or what documents say of themselves as wholes."""
        if asked.citation_question and (
            answer := self.answer_citation(asked.question, asked.citation_question)
        ):
            return answer
        return self.answer_overview(asked.question, asked.overview) if asked.overview else None

    def _answer_in_scope(self, asked: AskedQuestion) -> Answer:
        """Answer a question that depends on no other, from the documents that it names, or from all."""
        scope, encoded = asked.scope, self.index.encode(asked.scope.question)
        if scope.absent:
            places = [units for units, _ in units_in(scope.question.searched)]
            mentioned = self.answer_mentions(asked.question, scope.absent, places)
            return mentioned or as_refusal(self.answer(encoded), [MissingSource(scope.absent)])
        if not scope.documents:
            return self.answer(encoded)
        of_those = self.chosen.rows_in(scope.documents)
        if scope.exclusive:
            return self.answer(encoded, of_those)
        if scope.question.asks_two_things:  # «… según INTERPOL y según WeProtect»
            return self.answer(encoded)
        return self.answer_preferring(encoded, of_those)

    # --- several questions in one -----------------------------------------------------------------

    def _answer_comparison(
        self, question: Question, sides: Sequence[Side], turns: Sequence[str]
    ) -> Answer | None:
        """Ask each side by itself; None where no side has an answer: then the question is asked as it stands."""
        answers = [self._answer_side(side, turns) for side in sides]
        shown = distribute_quotes(answers, self.policy, self.documents)
        for number, side in enumerate(sides):
            for asked in side.alternatives:
                first, least = answers[number], 0.0
                if not side.documents:
                    asks_again = not shown[number]
                elif first is None:  # a document that says nothing is not asked again
                    asks_again = False
                else:  # one that answers unsurely may be surer in other words
                    asks_again, least = first.tentative, first.confidence
                other = self._answer_side(replace(side, question=asked), turns) if asks_again else None
                if other and other.answered and other.confidence > least:
                    answers[number] = other
                    shown = distribute_quotes(answers, self.policy, self.documents)
        if not any(shown):
            return None
        parts = (Part(Role.SIDE, side.heading, side.question) for side in sides)
        compared = self._join(question, answers, fill_parts(parts, shown, answers))
        return replace(compared, absent=tuple(MissingSource(side.heading) for side in sides if side.absent))

    def _answer_each_question(self, question: Question, turns: Sequence[str]) -> Answer | None:
        """Answer each of several questions in one; None where they are better asked together.

        Each of two, and all but one of more, must have an answer of its own.
        """
        asked = split_question(question)
        answers, router = list[Answer](), self._with_more_candidates
        for number, piece in enumerate(asked):
            answers.append(router._answer_single(piece, (*turns, *asked[:number])))
        shown = distribute_quotes(answers, self.policy, self.documents)
        if sum(map(bool, shown)) < max(len(asked) - 1, _MIN_ANSWERED):
            return None
        parts = (Part(Role.SIDE, piece, piece) for piece in asked)
        return self._join(question, answers, fill_parts(parts, shown, answers))

    @property
    def _with_more_candidates(self) -> QuestionRouter:
        """The router with more quotations a side: one that answers both sides is shown on one side only."""
        return replace(self, policy=replace(self.policy, min_quotes=SIDE_CANDIDATES))

    def _answer_side(self, side: Side, turns: Sequence[str]) -> Answer | None:
        if side.absent:
            return None
        if not side.documents:
            return self._with_more_candidates._answer_single(side.question, turns)
        asking = self._lenient_router(side.documents)
        if not side.question:
            return asking.answer_overview(
                parse_question(side.heading), Overview(OverviewKind.ABOUT, side.documents)
            )
        answer = asking._answer_single(side.question, turns)
        if not answer.answered and not answer.nearest:  # the topic alone may be nearer to this document
            answer = self.restricted_to(side.documents)._answer_single(f"¿{side.topic}?", turns)
        # the whole quotation says something of the topic, so no words of it are marked
        return replace(answer, quotes=tuple(replace(quote, emphasis=()) for quote in answer.quotes))

    def _lenient_router(self, documents: Collection[str]) -> QuestionRouter:
        """The router of some documents with a lower threshold, for answers that are shown beside others."""
        return replace(self.restricted_to(documents), threshold=self.answer_threshold * _LENIENT_FRACTION)

    def _answer_by_document(self, question: Question, turns: Sequence[str]) -> Answer:
        """Put the question to each document by itself; of many documents, to those nearest to the question."""
        asked = parse_asked_question(question.typed, turns, self.chosen.names)
        completed = asked.scope.question
        ids = tuple(self.documents)
        if len(ids) > MAX_PARTS:
            hits = self.index.search(completed, _HITS_PER_PART * MAX_PARTS, allowed=self.chosen.allowed).hits
            ids = tuple(dict.fromkeys(hit.passage.document_id for hit in hits))[:MAX_PARTS]
        encoded = self.index.encode(completed)
        answers = [self._lenient_router((id_,))._answer_from_document(asked, encoded) for id_ in ids]
        parts = (Part(Role.DOCUMENT, self.documents[id_].title, completed.searched) for id_ in ids)
        quotes = [answer.quotes[:MAX_PART_QUOTES] if answer.answered else () for answer in answers]
        joined = self._join(question, answers, fill_parts(parts, quotes, answers))
        return replace(joined, follows=completed.follows)

    def _answer_from_document(self, asked: AskedQuestion, encoded: EncodedQuestion) -> Answer:
        """Answer from the only document of this router, whichever document the question names."""
        overview = asked.overview and replace(asked.overview, documents=tuple(self.documents))
        places = (
            asked.citation_question
            and self.chosen.find_places(asked.question, asked.citation_question, self.documents).groups
        )
        return (
            (answer_from_places(self, asked.question, places) if places else None)
            or (self.answer_overview(asked.question, overview) if overview else None)
            or self.answer(encoded)
        )

    def _join(self, question: Question, answers: Sequence[Answer | None], parts: Sequence[Part]) -> Answer:
        return join_answers(question, answers, parts, self.search_statement(0))

    def _small_talk_answer(self, question: Question) -> Answer:
        return Answer(
            question=question.typed,
            searched=question.searched,
            search=self.search_statement(0),
            language=question.language,
            small_talk=True,
        )
