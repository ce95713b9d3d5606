"""A language model as the reader: it is shown numbered sentences and may answer with numbers only, or none.

What the model writes is never shown: a number that exists chooses a sentence, and everything else is dropped. So
every quotation stays word for word, whatever the model may say, or a document that gives it orders. If the model
cannot be asked, or its answer cannot be used, another reader decides.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from alpie.app.chat_model import Messages, ModelMessage, ModelTimeout, Stream, load_prompt, pieces_in_time
from alpie.index.reader import Reader, ReaderInput, Reading
from alpie.index.spanish.query import MAX_TYPED_CHARACTERS

_LOG = logging.getLogger(__name__)
_CHOSEN = 6.0  # log-odds of a sentence that the model names, as sure as the bundled reader ever is
_PASSED_OVER = -6.0  # log-odds of the others: as sure in the other direction
_MAX_CHARACTERS = 400  # of an answer; numbers need fewer
# Characters of a sentence that the model is shown: a table row without end would leave no room for others.
_MAX_SENTENCE = 1_000
_NONE = re.compile(r"\W*(?:0|ningun[ao]?|none)\W*", re.IGNORECASE)
_NUMBERS = re.compile(r"\W*\d+(?:[\s,;y&\[\]().-]+\d+)*\W*")

_RULES = load_prompt(__file__, "choose_sentences")


class ModelReader:
    """A chat model that chooses sentences, and the reader that is its fallback; see `alpie.index.reader.Reader`."""

    reads_each_alone = False  # the model chooses among the sentences of all passages

    def __init__(self, stream: Stream, model: str, fallback: Reader, timeout_seconds: float) -> None:
        self._stream = stream
        self._fallback = fallback
        self._timeout = timeout_seconds
        self.name = f"{model} / {fallback.name}"

    def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
        readings = self._fallback.read(question, passages)
        places = [
            (at, number) for at, passage in enumerate(passages) for number in range(len(passage.sentences))
        ]
        if not places:
            return readings
        sentences = [passages[at].sentences[number] for at, number in places]
        numbers = numbers_in(self._answer(question, sentences), len(sentences))
        if numbers is None:
            return readings
        chosen = {places[number - 1]: rank for rank, number in enumerate(numbers)}
        return [_apply_choice(reading, at, chosen) for at, reading in enumerate(readings)]

    def _answer(self, question: str, sentences: Sequence[str]) -> str:
        """What the model says, up to `_MAX_CHARACTERS`; empty when the model fails or takes too long."""
        data = {
            "pregunta": question[:MAX_TYPED_CHARACTERS],
            "frases": [{"n": n, "texto": text[:_MAX_SENTENCE]} for n, text in enumerate(sentences, start=1)],
        }
        messages: Messages = [
            ModelMessage("system", _RULES),
            ModelMessage("user", json.dumps(data, ensure_ascii=False)),
        ]
        answer = ""
        try:
            for piece in pieces_in_time(self._stream, messages, self._timeout):
                answer += piece
                if len(answer) > _MAX_CHARACTERS:
                    break
        except ModelTimeout:
            _LOG.warning("the model took more than %.0f seconds to choose sentences", self._timeout)
            return ""
        except Exception as error:  # noqa: BLE001 - edge: providers raise what they like
            _LOG.warning("the model cannot choose sentences: %s: %s", type(error).__name__, error)
            return ""
        return answer


def numbers_in(answer: str, sentences: int) -> list[int] | None:
    """The sentence numbers of a model's answer, each once; empty for «none», None for an answer of no use.

    An answer with anything but numbers is not used, nor one with a number that no sentence has.
    """
    text = answer.strip()
    if _NONE.fullmatch(text):
        return []
    if not _NUMBERS.fullmatch(text):
        return None
    numbers = list(dict.fromkeys(int(number) for number in re.findall(r"\d+", text)))
    return numbers if all(1 <= number <= sentences for number in numbers) else None


def _apply_choice(reading: Reading, at: int, chosen: dict[tuple[int, int], int]) -> Reading:
    """The reading with the model's choice in place of its numbers; the words that answer stay the reader's."""
    ranks = [chosen.get((at, number)) for number in range(len(reading.sentence_log_odds))]
    scores = np.array([_PASSED_OVER if rank is None else _CHOSEN - rank for rank in ranks], np.float32)
    return replace(
        reading, sentence_log_odds=scores, passage_log_odds=float(scores.max(initial=_PASSED_OVER))
    )
