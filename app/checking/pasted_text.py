"""Takes a pasted text apart before it is looked up: its sentences, and the variants that the rule of `verify` allows."""

from __future__ import annotations

import re

from alpie.app.answering.quoting.omissions import OMISSION_MARK
from alpie.app.checking.text_view import fold_quotes
from alpie.index.chunking.sentences import sentence_bounds
from alpie.index.spanish.analysis import normalize
from alpie.index.spanish.characters import without_invisible

_LETTERS = re.compile(r"[^\W\d_]+")
_OUTER_QUOTES = re.compile(r"^([\"'])(.*)\1$", re.DOTALL)
_MIN_WORDS = 3  # of a sentence that is looked up on its own: a shorter one is found anywhere


def sentences_of(pasted: str) -> list[str]:
    """The sentences of a text, those of a word or two with the one before; what is marked as left out parts them too."""
    sentences: list[str] = []
    for part in OMISSION_MARK.split(pasted):
        begins = len(sentences)
        for bounds in sentence_bounds(part):
            sentence = part[bounds.start : bounds.end]
            if len(sentences) > begins and len(_LETTERS.findall(sentence)) < _MIN_WORDS:
                sentences[-1] += f" {sentence}"
            elif _LETTERS.search(sentence):
                sentences.append(sentence)
    return sentences


def visible_lines(text: str) -> str:
    """`text` without invisible characters and marks around the whole, its line ends kept."""
    return _strip_outer_quotes(without_invisible(text).strip())


def without_outer_quotes(pasted: str) -> str:
    """`pasted` without invisible characters and without quotation marks around the whole."""
    return _strip_outer_quotes(normalize("NFC", without_invisible(pasted)))


def _strip_outer_quotes(text: str) -> str:
    quoted = _OUTER_QUOTES.match(fold_quotes(text))
    return text[quoted.start(2) : quoted.end(2)].strip() if quoted and '"' not in quoted[2] else text


def variants_of(pasted: str) -> tuple[str, ...]:
    """The ways to read a pasted text that the rule of `verify` lets pass for it, the text itself first."""
    bare = without_outer_quotes(pasted)
    return tuple(dict.fromkeys((pasted, bare, normalize("NFD", bare))))
