"""Parses a typed question into what is searched.

Chat spelling («q», «xq», «tb») is written out, capitals are lowered, invisible characters are removed, and the
language is detected by its function words. This changes what is searched, never the question that is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from alpie.index.errors import QuestionError
from alpie.index.messages import message
from alpie.index.spanish.analysis import fold, normalize, tokens
from alpie.index.spanish.characters import without_controls, without_invisible
from alpie.index.spanish.citation_questions import CitationQuestion, parse_citation_question
from alpie.index.spanish.word_tables import any_expression, read_tables

MAX_CHARACTERS = 2_000  # about the 512 tokens that the encoder reads
MAX_TYPED_CHARACTERS = 1_000  # a longer question is a pasted text; no chat model is given more

_WORDS = read_tables(__file__)
_CHAT: dict[str, str]
_ONLY_OPENING: dict[str, str]
_CHAT, _ONLY_OPENING = (
    {spelling: word for word, spellings in _WORDS[name].items() for spelling in spellings.split()}
    for name in ("written", "opening")
)
_CHAT_ONLY_INFORMAL = frozenset(_WORDS["informal"].split())
_SPANISH, _ENGLISH = (frozenset(_WORDS["function_words"][language].split()) for language in ("es", "en"))
_EDGES = "¿?¡!.,;:()\"'«»…"
_LEADING_IN = frozenset(_WORDS["leading_in"].split())
# «niñ@s», «lxs», «menorxs» stand for both genders; documents write the grammatical gender.
_BOTH_GENDERS = re.compile(r"(?<=[a-zñáéíóú])@(?=s$)|(?<=[b-df-hj-np-tv-zñ])x(?=s$)|(?<=niñ)@$")
_PLURAL_IN_ES = re.compile(r"(?:or|ent|j[oó]ven|val|ñol)$")  # profesor@s, adolescent@s, joven@s, chaval@s
# «¿Qué significan las siglas J-CAT?» asks what J-CAT is; texts that say so hold none of those words.
_MEANING = re.compile(
    r"(?P<before>\W*(?:y )?)qu[eé] (?:significan?|quieren? decir)(?: (?:las?|los|el|un[ao]?))?"
    r"(?: (?:siglas?|acr[oó]nimos?|abreviaturas?|t[eé]rminos?|palabras?|expresi[oó]n))?(?: de)?(?: (?:las?|los|el|un[ao]?))? "
    r"(?P<term>(?!esto\b|eso\b|ello\b|que\b)[^\s?]+(?: [^\s?]+){0,2})(?P<after>\W*)",
    re.IGNORECASE,
)
QUESTION_WORD = any_expression(_WORDS["question_words"])
_LIST_QUESTION = re.compile(rf"\b{any_expression(_WORDS['asking_for_several'])}\b")
_FIRST_PART = re.compile(rf"\b{QUESTION_WORD}\b")
_SECOND_PART = re.compile(
    r"(?:\b(?:y|e|ni|and|o|or)|[,;]) (?:(?:a|de|en|por|para|con|desde|hasta|sobre|in|of|at|to|from) )?"
    rf"{QUESTION_WORD}\b"
)
_COMPARES = re.compile(rf"\b(?:{any_expression(_WORDS['comparing'])}|tanto\b.*\bcomo)\b")


@dataclass(frozen=True)
class Question:
    """A parsed question: what was typed, what is searched, and what the words ask for."""

    typed: str
    searched: str
    language: str  # "es" | "en" | "und"
    reader_text: str = ""  # for the reader, where it is to get another text than the search; else ""
    follows: tuple[str, ...] = ()  # the earlier questions that completed this one, oldest first

    @property
    def as_read(self) -> str:
        """The question as the reader gets it."""
        return self.reader_text or self.searched

    @cached_property
    def asks_for_list(self) -> bool:
        """Whether the words ask for several things."""
        return bool(_LIST_QUESTION.search(fold(self.searched)))

    @cached_property
    def asks_two_things(self) -> bool:
        """Whether the question has two parts («¿Cuántos … y quién …?») or compares."""
        folded = fold(self.searched)
        first = _FIRST_PART.search(folded)
        return bool(_COMPARES.search(folded) or (first and _SECOND_PART.search(folded, first.end())))

    @cached_property
    def citation_question(self) -> CitationQuestion | None:
        """The citation, where the question is one: «artículo 22», «AGN/65/RES/10»."""
        return parse_citation_question(self.typed)


def detect_language(text: str) -> str:
    """The language of a text by its function words: "es", "en" or, where there are too few of them, "und"."""
    words = [str(token) for token in tokens(text)]
    spanish = sum(word in _SPANISH for word in words) + 2 * any(c in text for c in "¿¡ñ")
    english = sum(word in _ENGLISH for word in words)
    if english > spanish:
        return "en"
    return "es" if spanish else "und"


def _lower_capitals(text: str) -> str:
    """An ALL CAPS question in lower case (the encoder loses ten points on capitals); acronyms stay."""
    letters = [c for c in text if c.isalpha()]
    capitals = sum(c.isupper() for c in letters)
    many_words = sum(not word.islower() for word in text.split()) > 2
    return text.lower() if many_words and letters and capitals > 0.7 * len(letters) else text


def _expand_chat_word(word: str, opens: bool) -> str | None:
    """A chat spelling written out; "" for a spelling that says nothing, None for a word that is no chat spelling."""
    if word in _CHAT:
        return _CHAT[word]
    if opens and word in _ONLY_OPENING:
        return _ONLY_OPENING[word]
    found = _BOTH_GENDERS.search(word)
    if found is None:
        return None
    before = word[: found.start()]
    return before + ("e" if _PLURAL_IN_ES.search(before) else "o") + word[found.end() :]


def _expand_chat_spelling(text: str) -> str:
    """Chat spellings written out. Words of a formal question (with ¿ or accents) are left alone.

    «xq» asks («por qué») where it opens a sentence or follows «¿»; elsewhere it gives a reason («porque»).
    """
    formal = bool(re.search(r"[¿áéíóúÁÉÍÓÚñ]", text))
    words: list[str] = []
    opening = True
    for word in text.split(" "):
        bare = word.strip(_EDGES).lower()
        opens = opening or "¿" in word[: len(word) - len(word.lstrip(_EDGES))]
        written = _expand_chat_word(bare, opens)
        asks_why = opens and written == "porque"
        # a first letter may be one: «Xq»
        capitals = word.isupper() if asks_why or bare in _ONLY_OPENING else word != word.lower()
        says_nothing = not bare or bare in _LEADING_IN or written == ""
        opening = (opens and says_nothing) or word.endswith(("¿", "?", "!", ".", "…"))
        if written is None or (formal and bare in _CHAT_ONLY_INFORMAL) or (capitals and len(bare) < 3):
            words.append(word)
        elif written:
            words.append(word.lower().replace(bare, "por qué" if asks_why else written))
    return " ".join(words)


def _rephrase_meaning_question(text: str) -> str:
    """A question about the meaning of a word or an acronym as one about the thing."""
    asked = _MEANING.fullmatch(text)
    return f"{asked['before']}qué es {asked['term']}{asked['after']}" if asked else text


def parse_question(typed: str, write_out: bool = True) -> Question:
    """The parsed question, cut at a word beyond `MAX_CHARACTERS`; `write_out`: chat spellings are written out.

    Raises `QuestionError` when there is nothing to search: no letter and no digit in it.
    """
    text = normalize("NFC", typed[: MAX_CHARACTERS * 4])
    text = re.sub(r"\s+", " ", without_controls(without_invisible(text))).strip()
    if len(text) > MAX_CHARACTERS:
        text = text[:MAX_CHARACTERS].rsplit(" ", 1)[0]
    if not any(c.isalnum() for c in fold(text)):
        raise QuestionError(message("query.no_words"))
    language = detect_language(text)
    text = _lower_capitals(text)
    searched = (
        _rephrase_meaning_question(_expand_chat_spelling(text)) if write_out and language != "en" else text
    )
    searched = re.sub(r"\s+", " ", searched).strip() or text
    return Question(typed=typed, searched=searched, language=language)
