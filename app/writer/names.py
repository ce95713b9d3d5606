"""Proper names of a sentence, and whether they stand in its quotes.

A run of capitalised words must stand in the quotes as that run, so that two names make no third. The first word of a
sentence is taken for a name unless it opens sentences, or the quotes hold it in lower case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from alpie.app.writer.stated_figures import spelled_numbers
from alpie.index.spanish.analysis import STOP_WORDS, fold, stem

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CONNECTORS = frozenset("de del la las los el of the y e and von van da do di".split())
_OPENERS = frozenset(
    """ademas asimismo tambien finalmente posteriormente actualmente concretamente respecto durante
    mediante hubo existe existen hay fue fueron segun cita citas documento documentos texto textos informe
    nota resolucion entre total solo tanto dado debido gracias frente pese tras junto igualmente otra otro
    in on at according moreover also furthermore however during several both these those while besides
    additionally finally documents document quotes report no not there it he she they we you""".split()
)
_VERBAL = re.compile(r"(?:aron|ieron|ciones)$")
# Names in lower case are found only when they are known: of countries and of the firms and bodies that
# texts on this subject are about. The quotes' own names are known anyway.
_KNOWN = frozenset(
    """afganistan alemania andorra angola arabia argelia argentina australia austria belgica bolivia brasil
    bulgaria canada catar chile china chipre colombia corea cuba dinamarca ecuador egipto eslovaquia
    eslovenia espana estonia etiopia europa filipinas finlandia francia grecia guatemala haiti honduras
    hungria india indonesia irak iran irlanda islandia israel italia jamaica japon jordania kenia letonia
    libano libia lituania luxemburgo malasia malta marruecos mexico monaco mozambique nicaragua nigeria
    noruega pakistan panama paraguay peru polonia portugal rumania rusia senegal serbia singapur siria
    sudafrica suecia suiza tailandia taiwan tunez turquia ucrania uganda uruguay venezuela vietnam
    germany france spain italy england russia ukraine brazil morocco mexico japan poland sweden
    madrid barcelona valencia sevilla zaragoza malaga alicante bilbao londres paris berlin roma lisboa
    europol interpol eurojust fbi unicef onu otan google meta facebook instagram whatsapp telegram tiktok
    twitter snapchat discord microsoft apple amazon youtube openai""".split()
)


@dataclass(frozen=True)
class Evidence:
    """The words of the quotes a sentence names, and the names known from all that was found."""

    words: tuple[str, ...]  # folded, in order
    stems_in_lower_case: frozenset[str]
    known_names: frozenset[str]  # folded; of every quote and passage found

    @classmethod
    def of(cls, text: str, found: str = "") -> Evidence:
        tokens = _TOKEN.findall(text)
        lower = {fold(token) for token in tokens if token == token.lower()}
        return cls(
            tuple(fold(token) for token in tokens),
            frozenset(stem(word) for word in lower),
            frozenset(_names_only(f"{text} {found}")) | _KNOWN,
        )


def unsupported_names(sentence: str, evidence: Evidence) -> list[str]:
    """Names of `sentence` that do not stand in the evidence."""
    missing = [" ".join(run) for run in names_of(sentence, evidence) if not _holds(evidence.words, run)]
    words = set(evidence.words)
    lower = (fold(token) for token in _TOKEN.findall(sentence) if token == token.lower())
    missing += [word for word in lower if word in evidence.known_names and word not in words]
    foreign = {token for token in _TOKEN.findall(sentence) if not _is_latin(token)}
    return missing + [token for token in foreign if fold(token) not in words]


def names_of(sentence: str, evidence: Evidence) -> list[tuple[str, ...]]:
    """Runs of capitalised words, folded, with the «de» and «la» between them."""
    runs: list[tuple[str, ...]] = []
    run: list[str] = []
    between: list[str] = []
    end = 0
    for number, match in enumerate(_TOKEN.finditer(sentence)):
        token, gap = match.group(), sentence[end : match.start()]
        end = match.end()
        if run and gap.strip():  # a comma or full stop ends a name
            runs, run, between = [*runs, tuple(run)], [], []
        if _is_name(token, number == 0, evidence):
            run += [*between, fold(token)]
            between = []
        elif run and fold(token) in _CONNECTORS and len(between) < 2:
            between.append(fold(token))
        elif run:
            runs, run, between = [*runs, tuple(run)], [], []
    return [*runs, tuple(run)] if run else runs


def _is_name(token: str, is_first: bool, evidence: Evidence) -> bool:
    if token == token.lower():
        return False
    word = fold(token)
    if not is_first or any(c.isupper() for c in token[1:]):
        return True
    ordinary = (
        word in STOP_WORDS
        or word in _OPENERS
        or stem(word) in evidence.stems_in_lower_case
        or any(spelled_numbers(word))  # «Veinticinco»: checked as a figure
    )
    return not ordinary and not (_VERBAL.search(word) and len(word) > 6 and word not in evidence.known_names)


def _holds(words: tuple[str, ...], run: tuple[str, ...]) -> bool:
    """Whether `run` stands in `words`; a run joined by «y» may stand in two places."""
    size = len(run)
    if any(words[i : i + size] == run for i in range(len(words) - size + 1)):
        return True
    for joint in ("y", "e", "and"):
        if joint in run:
            at = run.index(joint)
            return _holds(words, run[:at]) and _holds(words, run[at + 1 :])
    return False


def _names_only(text: str) -> set[str]:
    """Translations that `text` writes with a capital inside sentences and never in lower case."""
    lower = {fold(token) for token in _TOKEN.findall(text) if token == token.lower()}
    inside = re.finditer(rf"(?<=[a-záéíóúñ,;] )({_TOKEN.pattern})", text)
    capitalised = {fold(match.group()) for match in inside if match.group() != match.group().lower()}
    return capitalised - lower - STOP_WORDS


def _is_latin(token: str) -> bool:
    return all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 for c in token)
