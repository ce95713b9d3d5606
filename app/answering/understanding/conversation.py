"""Completes follow-up questions: «¿y en España?» is searched with what the question before was about.

A question depends on the one before when its words say so (it opens with «y», holds «ellos», «eso», «allí») or when
it is a fragment without a verb of its own. Then the words of the earlier question are searched too; a question that
is complete in itself is searched as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from alpie.index.errors import QuestionError
from alpie.index.spanish.analysis import content_words, fold, fold_in_place, tokens
from alpie.index.spanish.query import MAX_CHARACTERS, Question, parse_question
from alpie.index.spanish.word_tables import any_expression, word_sets

_OPENING = re.compile(
    r"^[¿¡\s]*(?:y|e|o|pero|entonces|and|but|what about|how about|so)(?=\s)(?! (?:si|ademas)\b)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:ell[oa]s?|es[oe]s?(?! de)|esas?(?! de)|ahi|alli|dich[oa]s?|aquell[oa]s?|(?:del|el|la|los|las|al) "
    r"(?:mism[oa]s?|anterior(?:es)?)|los dos|ambos|ambas|them|they|those|these|he|she|him|her)\b"
)
# «¿quiénes son los Phoenix 11 esos?»: after a noun, «esos» belittles and does not point back
_AFTER_NOUN = re.compile(r"\b(?:el|la|los|las) (?:\w+ ){1,3}es[oae]s?\W*$")
_QUESTION_WORDS = (
    r"(?:(?:a|de|en|por|para|con|desde|hasta|sobre) )?"
    r"(?:qu[eé]|qui[eé]n(?:es)?|cu[aá]l(?:es)?|cu[aá]nt[oa]s?|cu[aá]ndo|d[oó]nde|c[oó]mo|"
    r"what|who|which|when|where|why|how(?: many| much)?)"
)
_ASKS_ITSELF = re.compile(rf"^{_QUESTION_WORDS}\b", re.IGNORECASE)
_WORD_THAT_ASKS = re.compile(rf"(?:^|[¿\s]){_QUESTION_WORDS}\b", re.IGNORECASE)
_ASKING = re.compile(
    rf"^{_QUESTION_WORDS}(?: (?:es|son|era|eran|fue|fueron|hay|hubo|is|are|was|were|did|does|do))?\b",
    re.IGNORECASE,
)
_DEFINES = re.compile(r"^[¿¡\s]*(?:qu[eé] (?:es|son|significa)|what (?:is|are))\b", re.IGNORECASE)
# «y qué es la deep web», «explica la extorsión»: a subject of its own, whatever was spoken of before
_NAMES_SUBJECT = re.compile(
    r"^[¿¡\s]*(?:(?:y|pero|entonces|and|but)\s+)?(?:(?:que|quien) (?:es|son|significa)(?! lo\b)|what (?:is|are)|"
    r"(?:me )?(?:explica|define|describe|resume|habla|cuenta|dime|explain|define|describe|tell)(?:me|nos|s)?"
    r"(?: (?:me|us))?(?: (?:algo|mas|que (?:es|son)|about|de|sobre))*)(?P<rest>\s.+)$"
)
# «cómo se paga» has a verb and no more, and takes the place of «cuánto cuesta» before «la lavadora»
_OWN_VERB = re.compile(
    r"(?:(?:a|de|en|para|con|desde|hasta) )?(?:como|cuando|donde|quien(?:es)?|cuanto|por que) "
    r"(?:(?:no|se|le|les|lo|la|los|las) )*(?!(?:es|el|la|los|las|un|una|otr[oa]s?)\b)\w{3,}\W*"
)
_THING_FIRST = re.compile(r"(?:el|la|los|las|un|una)\s|[A-ZÁÉÍÓÚÑ]")
_VERB_FIRST = re.compile(r"\w+ (?=(?:el|la|los|las|un|una)\s)")
# «la velocidad máxima» stands for «la edad mínima» in «cuál es la edad mínima para …»
_NOUN_AND_WORD = r"(?:el|la|los|las) [a-z]+ [a-z]+"
_TWO_WORDS = re.compile(_NOUN_AND_WORD)
_ASKED_FOR = re.compile(
    rf"(?P<asks>[¿\s]*(?:cual(?:es)?|que) (?:es|son|era|eran|fue|fueron)) {_NOUN_AND_WORD}(?= (?:al?|con|del?|en|para|por)\b)"
)
MAX_TURNS = 6  # earlier questions that a question may depend on: nobody leans on what was asked long ago
_FRAGMENT_WORDS = 4  # content words from which a question counts as complete in itself
_BARE = re.compile(
    r"^[¿¡\s]*(?:por que|porque|cuando|donde|quien(?:es)?|cuant[oa]s?|como|cual(?:es)?|why|when|where|who|how many|explica\w*|"
    r"dime mas|mas detalles|ejemplos?|que mas)\b\W*+(?:\w++\W*+){0,2}+$|"
    r"^[¿¡\s]*(?:cuales son|what are) (?:l[ao]s |the )?\w+\W*$"
)
# «en España», «los niños», «a las de Francia», «Line»: words that say nothing alone
_FRAGMENT = re.compile(
    r"(?:(?P<joined>a|de|en|con|por|para|sobre|contra|desde|hasta|segun) )?(?:(?:del|al|el|la|los|las) )?[\w-]+(?: de [\w-]+)?$"
)
_WORDS = word_sets(__file__)
_LIGHT_VERB = f"(?:{'|'.join(_WORDS['light_verbs'])})"
_NO_SUBJECT = re.compile(
    r"^[¿¡\s]*(?:(?:a|de|en|por|para|con|desde|hasta) )?(?:que(?! es\b)(?: (?!es\b|son\b|significa)\w+){0,2}?|donde|cuando|como|"
    rf"cual(?:es)?|quien(?:es)?|cuant[oa]s?(?: \w+)?) (?:(?:se|le|les|lo|la|los|las) ){{0,2}}{_LIGHT_VERB}\W*$"
)
# «explícamelo mejor», «dame más detalles», «no entiendo» ask the question before once more: every word of them is one of
# these, or of `_BESIDE_AGAIN`.
_AGAIN = re.compile(any_expression("|".join(_WORDS["again"])))
_BESIDE_AGAIN = _WORDS["beside_again"]
_COURTESIES = _WORDS["courtesies"]
_ADDRESSING, _BESIDE_ADDRESSING = _WORDS["addressing"], _COURTESIES | _WORDS["beside_addressing"]


_INTRODUCES = re.compile(r"\b(?:me llamo|mi nombre es|my name is) \w+")


def is_small_talk(question: str) -> bool:
    """Whether a question only greets, thanks, or asks about Al Pie itself: «hola, ¿qué puedes hacer?»."""
    words = [str(token) for token in tokens(_INTRODUCES.sub(" ", fold(question)))]
    return any(word in _ADDRESSING for word in words) and all(
        word in _ADDRESSING or word in _BESIDE_ADDRESSING for word in words
    )


def depends_on_earlier(question: str) -> bool:
    """Whether a question needs the one before it to be understood."""
    folded = fold(question)
    if asks_for_elaboration(question):
        return True
    points = _POINTS_BACK.search(_AFTER_NOUN.sub("", folded))
    named = _NAMES_SUBJECT.match(folded)
    if named and not points and any(word not in _BESIDE_AGAIN for word in content_words(named["rest"])):
        return False
    if _OPENING.search(folded) or _BARE.search(folded) or _NO_SUBJECT.search(folded):
        return True
    alone = _FRAGMENT.match(folded.strip(" ¿¡?.!"))
    if alone and alone["joined"] and not _WORD_THAT_ASKS.search(question):
        return True
    return bool(points) and len(content_words(question)) <= _FRAGMENT_WORDS


def standalone_question(question: str, turns: Sequence[str]) -> str:
    """What to ask where a question, completed by `turns`, found no answer; "" where it says nothing without them.

    The question may stand alone after all. A fragment does not: «¿y en España?» is put into the question before it,
    in place of the part that begins with «en» there.
    """
    if _NO_SUBJECT.search(fold(question)):
        return ""
    own = _OPENING.sub("", question, count=1).strip(" ¿¡?.!")
    fragment = _FRAGMENT.match(fold_in_place(own))
    if own == question.strip(" ¿¡?.!") or not fragment or _WORD_THAT_ASKS.search(own):
        return question
    earlier = next((turn for turn in reversed(turns) if not depends_on_earlier(turn)), "")
    joined = fragment["joined"]
    place = (
        re.search(rf"\s{joined}\s.+?(?=\s{joined}\s|[\s?.!]*$)", fold_in_place(earlier)) if joined else None
    )
    return f"{earlier[: place.start()]} {own}{earlier[place.end() :]}" if place else ""


def asks_for_elaboration(question: str) -> bool:
    """Whether a question only asks that the question before be answered once more, or at more length."""
    words = [str(token) for token in tokens(question)]
    again = [bool(_AGAIN.fullmatch(word)) for word in words]
    return any(again) and all(once or word in _BESIDE_AGAIN for once, word in zip(again, words, strict=True))


def names_in(text: str) -> list[str]:
    """Names, acronyms and codes of a question: words with a digit, or with a capital after the first word."""
    words = [word.strip("¿?¡!.,;:()«»\"'") for word in text.split()]
    return [
        word for i, word in enumerate(words) if any(c.isdigit() for c in word) or (i and word[:1].isupper())
    ]


def complete_question(question: Question, turns: Sequence[str]) -> Question:
    """The question completed by the words of earlier ones, if it depends on them; otherwise the question as it is.

    `turns`: the earlier questions, oldest first, of which the last `MAX_TURNS` count. Of a chain of follow-ups, all words
    of the first question are taken, and of the others only the names: all their words would bury what is asked now. A
    question that only asks for more («explícamelo mejor») becomes the earlier one again. Where the first is short and
    without a name («¿Cuántos fueron acusados?»), the names of the turn before are taken as well.
    """
    if not turns or not depends_on_earlier(question.searched):
        return question
    earlier = substantive_turns(turns[-MAX_TURNS:])
    if not earlier:
        return question
    completed = _with_thing_replaced(question.searched, earlier[-1])
    for_reader = "" if completed else _question_for_reader(question.searched, earlier)
    completed = completed or _completed_text(question.searched, earlier)
    return replace(
        question, searched=completed, reader_text=for_reader or completed, follows=_follow_up_chain(earlier)
    )


def _with_thing_replaced(asked: str, earlier: str) -> str:
    """The earlier question asked of another thing; "" where it is of another form, or depends on one before itself."""
    own = _OPENING.sub("", asked, count=1).strip(" ¿¡?.!")
    thing = _ASKED_FOR.match(fold_in_place(earlier))
    if thing is None or not _TWO_WORDS.fullmatch(fold_in_place(own)) or depends_on_earlier(earlier):
        return ""
    return f"{earlier[: thing.end('asks')]} {own}{earlier[thing.end() :]}"


def _follow_up_chain(turns: Sequence[str]) -> tuple[str, ...]:
    """The last of `turns` with the turns that it depends on, down to one that stands by itself; oldest first."""
    chain: list[str] = []
    for turn in reversed(turns):
        chain.insert(0, turn)
        if not depends_on_earlier(turn):
            break
    return tuple(chain)


def _question_for_reader(asked: str, turns: Sequence[str]) -> str:
    """The question as one sentence for the reader, the earlier question at its end; "" where it is read as searched.

    The words that the search repeats confuse a reader: with one sentence, of 14 fitting questions the right sentence was
    the likeliest for 9 instead of 7, and «not here» was believed for 2 instead of 10.
    """
    if asks_for_elaboration(asked):
        return ""
    earlier = next((turn for turn in reversed(turns) if not depends_on_earlier(turn)), turns[-1])
    own = _OPENING.sub("", asked, count=1).strip(" ¿¡")
    earlier = _without_replaced(own, earlier)
    subject = _subject_of(own, earlier)
    if _OWN_VERB.fullmatch(fold_in_place(own)) and _THING_FIRST.match(subject):
        return f"¿{own.rstrip(' ?')} {subject.rstrip(' ?')}?"[:MAX_CHARACTERS]
    return f"{asked.rstrip(' ?')}, {earlier.strip(' ¿?')}?"[:MAX_CHARACTERS]


def _completed_text(asked: str, turns: Sequence[str]) -> str:
    """The text to search for a question that depends on the last of `turns`, which are given as they were searched."""
    *before, earlier = turns
    if asks_for_elaboration(asked):
        return _completed_text(earlier, before) if before and depends_on_earlier(earlier) else earlier
    own = _OPENING.sub("", asked, count=1).strip(" ¿¡")
    links: list[str] = []
    while before and depends_on_earlier(earlier):
        links += reversed(names_in(_without_replaced(own, earlier)))
        *before, earlier = before
    older = (names_in(before[-1]) if before and _continues(earlier) else []) + links[::-1]
    subject = _without_replaced(own, earlier).strip(" ¿¡?.!")
    if _ASKS_ITSELF.search(own):  # «¿y qué riesgo tiene?» takes only the subject of the earlier question
        subject = _subject_of(own, subject)
    # What is asked now stands first and last, so that the earlier question's words do not outweigh it.
    own = own.rstrip(" ?.!")
    words = [own, *(name for name in dict.fromkeys(older) if name not in earlier), subject, own]
    return " ".join(words)[: MAX_CHARACTERS - 1] + "?"


def _subject_of(own: str, earlier: str) -> str:
    """The earlier question without what asks in it, nor its verb where `own` has one and the subject stands after it."""
    subject = _ASKING.sub("", earlier.strip(" ¿"), count=1).strip()
    return _VERB_FIRST.sub("", subject, count=1) if _OWN_VERB.fullmatch(fold_in_place(own)) else subject


def _without_replaced(own: str, earlier: str) -> str:
    """The earlier question without the part that `own` replaces: without «en Alemania» where `own` is «en España»."""
    fragment = _FRAGMENT.match(fold_in_place(own).rstrip(" ?.!"))
    if fragment is None or fragment["joined"] is None or any(sign.isdigit() for sign in own):
        return earlier
    return re.sub(rf"\s{fragment['joined']} (?:(?:el|la|los|las) )?[A-ZÁÉÍÓÚÑ]\w*(?=[\s?.!]*$)", "", earlier)


def substantive_turns(turns: Sequence[str]) -> list[str]:
    """The turns as searched, without those that ask nothing new: thanks, «explícamelo mejor», signs alone."""
    found: list[str] = []
    for turn in turns:
        try:
            searched = parse_question(turn[:MAX_CHARACTERS]).searched
        except QuestionError:
            continue
        courtesy = all(str(token) in _COURTESIES for token in tokens(searched))
        if not courtesy and not asks_for_elaboration(searched):
            found.append(searched)
    return found


def _continues(turn: str) -> bool:
    """Whether a turn goes on with the subject of the turn before without saying so."""
    if names_in(turn) or _DEFINES.search(turn):
        return False
    return len(content_words(turn)) <= _FRAGMENT_WORDS and not depends_on_earlier(turn)
