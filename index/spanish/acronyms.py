"""Acronyms and what they stand for, learned from the documents themselves.

Spanish reports introduce an acronym once, «Centro Nacional para Niños Desaparecidos y Explotados (NCMEC)» or «CSAM:
Siglas en inglés de Material de Abuso Sexual Infantil», and then use acronym or name. With these pairs, a question
with the acronym finds passages with the name, and vice versa.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from alpie.index.spanish.analysis import STOP_WORDS, fold, terms

_ACRONYM = r"[A-ZÁÉÍÓÚÑ][A-ZÁÉÍÓÚÑ0-9-]{1,9}"
# «… (CSEA, por sus siglas en inglés)», «… (CSEA)», «… [NCII, por sus siglas en inglés]»
_IN_BRACKETS = re.compile(rf" [(\[]({_ACRONYM})(?:,? por sus siglas[^)\]]*)?[)\]]")
# The two to fifteen words before the bracket are matched backwards: a pattern that begins with the words tries every word
# of a text as the first, which took half the time of opening an index.
_WORDS_BACKWARDS = re.compile(r"[\w«»'’-]+(?:[ ,]+[\w«»'’-]+){1,14}")
# «CSAM: Siglas en inglés de Material de Abuso Sexual Infantil», «WPGA (la Alianza Global WePROTECT)»
_DEFINED = re.compile(rf"\b({_ACRONYM}): [Ss]iglas(?: en inglés)? de ([^.;(]+)")
_EXPANDED = re.compile(rf"\b({_ACRONYM}) \((?:siglas en inglés de )?(?:el |la |los |las )?([^()]{{8,90}})\)")
_MAX_NAME_WORDS = 9  # of an expansion: about as many as an acronym has letters


def _capitalised_tail(words: list[str]) -> list[str]:
    """The run of words at the end that looks like a name: from its first capital, function words inside."""
    start = len(words)
    for i in range(len(words) - 1, max(-1, len(words) - 1 - _MAX_NAME_WORDS), -1):
        word = words[i].strip("«»")
        if word[:1].isupper():
            start = i
        elif fold(word) not in STOP_WORDS:
            break
    return words[start:]


def _in_brackets(text: str) -> Iterator[tuple[str, str]]:
    end = 0
    for match in _IN_BRACKETS.finditer(text):
        backwards = text[end : match.start()][::-1]
        if words := _WORDS_BACKWARDS.match(backwards):
            yield match.group(1), words.group()[::-1]
            end = match.end()


def learn_acronyms(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The acronyms that `texts` introduce: acronym, folded → stems of its expansion.

    Of several introductions of an acronym the first counts, so `texts` are passages in reading order.
    """
    pairs: dict[str, tuple[str, ...]] = {}

    def learn(acronym: str, expansion: str) -> None:
        stems = tuple(dict.fromkeys(str(t) for t in terms(expansion) if t != fold(acronym)))
        if len(stems) >= 2:
            pairs.setdefault(fold(acronym), stems)

    for text in texts:
        for match in _DEFINED.finditer(text):
            learn(match.group(1), " ".join(match.group(2).split()[:_MAX_NAME_WORDS]))
        for acronym, before in _in_brackets(text):
            words = _capitalised_tail(before.replace(",", " ").split())
            # two capitals make a name; otherwise take as many content words as the acronym has letters
            if sum(word.strip("«»")[:1].isupper() for word in words) < 2:
                words = before.split()[-max(3, len(acronym) + 2) :]
            learn(acronym, " ".join(words))
        for match in _EXPANDED.finditer(text):
            if sum(word[:1].isupper() for word in match.group(2).split()) >= 2:
                learn(match.group(1), match.group(2))
    return pairs


class Acronyms:
    """Finds acronyms by their expansions and expansions by their acronyms, in the pairs of `learn_acronyms`."""

    def __init__(self, pairs: Mapping[str, tuple[str, ...]]) -> None:
        self.pairs = dict(pairs)
        self._order = {acronym: place for place, acronym in enumerate(self.pairs)}
        self._by_stem: dict[str, list[str]] = {}
        for acronym, stems in self.pairs.items():
            self._by_stem.setdefault(stems[0], []).append(acronym)

    def related(self, question_terms: Iterable[str]) -> list[str]:
        """Further terms to search: the expansion of an acronym in the question, the acronym of a name in it."""
        asked = {str(term) for term in question_terms}
        touched = {term for term in asked if term in self.pairs}
        touched.update(acronym for term in asked for acronym in self._by_stem.get(term, ()))
        related: list[str] = []
        for acronym in sorted(touched, key=self._order.__getitem__):
            stems = self.pairs[acronym]
            if acronym in asked:
                related.extend(stems)
            elif set(stems) <= asked:
                related.append(acronym)
        return [term for term in dict.fromkeys(related) if term not in asked]
