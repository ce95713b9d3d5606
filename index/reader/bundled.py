"""The reader of the package: an 8-bit cross-encoder under onnxruntime.

1. Question and passage go through the transformer as one sequence, ``<s> query: … </s></s> passage: … </s>``,
   one passage at a time, without padding. The graph starts at word vectors, which are the bundled encoder's,
   so its table of words is not shipped twice.
2. Every token gets two logits: the answer begins here, the answer ends here; the logits of ``<s>`` stand for «the
   answer is not here». A sentence's log-odds are the log-sum-exp of its begin logits less the begin logit of ``<s>``.
3. A passage too long for one sequence is read in runs of whole sentences.

It was trained by `alpie.eval.training.fit_reader`; docs/quality.md has its model card.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from alpie.index.arrays import Floats, Integers
from alpie.index.encoder import usable_processors, without_surrogates
from alpie.index.encoder.bundled_weights import PROMPTS, WEIGHTS_FILE, bundled_folder
from alpie.index.encoder.onnx_runtime import GRAPH_INPUT, open_session
from alpie.index.encoder.tokenizer import open_tokenizer
from alpie.index.encoder.word_vectors import WordVectors
from alpie.index.errors import EncoderError
from alpie.index.messages import message
from alpie.index.reader import NOT_READ, AnswerWords, Reader, ReaderInput, Reading

BUNDLED_READER = "bundled"  # its name in settings
READER_GRAPH = Path(__file__).with_name("reader.onnx")
READER_GRAPH_OUTPUT = "logits"

_MAX_TOKENS = 384  # of a sequence: twice those of a usual passage; training had up to 288
_MAX_QUESTION_TOKENS = 96  # a quarter of the sequence: the rest is the passage's
_MAX_QUESTION_CHARACTERS = 1_500  # more than 96 tokens need; a text of megabytes would take long to tokenise
_MAX_SPAN_TOKENS = 40  # of the words that answer inside a sentence
_SEPARATOR = 2  # the id of </s>


@dataclass(frozen=True)
class _Tokens:
    """The tokens of a text, without special tokens: their ids, and the offsets of their characters."""

    ids: Integers
    offsets: Integers  # (tokens, 2), into the text without its prompt; negative inside the prompt


class BundledReader:
    """The bundled model; see `alpie.index.reader.Reader`."""

    name = "alpie-reader"
    reads_each_alone = True

    def __init__(self, cache: Path) -> None:
        """The reader, with the encoder's files in `cache`, made if need be; raises `EncoderError` for a bad graph."""
        folder = bundled_folder(cache)
        try:
            self._session = open_session(READER_GRAPH)
        except Exception as error:  # the library raises private classes
            raise EncoderError(message("reader.graph", path=READER_GRAPH, error=error)) from error
        self._tokenizer, self._word_vectors = open_tokenizer(folder), WordVectors.open(folder / WEIGHTS_FILE)

    def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
        asked = self._tokens(PROMPTS["query"], question[:_MAX_QUESTION_CHARACTERS])
        head = np.concatenate([[0], asked.ids[:_MAX_QUESTION_TOKENS], [_SEPARATOR, _SEPARATOR]])
        if len(passages) == 1:
            return [self._read_one(head, passages[0])]
        return list(self._pool.map(lambda passage: self._read_one(head, passage), passages))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(usable_processors(), thread_name_prefix="alpie-reader")

    def _tokens(self, prompt: str, text: str) -> _Tokens:
        found = self._tokenizer.encode(prompt + without_surrogates(text))
        own = [row for row, special in enumerate(found.special_tokens_mask) if not special]
        offsets = np.array([found.offsets[row] for row in own], np.int64).reshape(-1, 2) - len(prompt)
        return _Tokens(np.array([found.ids[row] for row in own], np.int64), offsets)

    def _read_one(self, head: Integers, passage: ReaderInput) -> Reading:
        if not passage.sentences:
            return Reading(NOT_READ, np.zeros(0, np.float32))
        runs = self._runs(passage, _MAX_TOKENS - len(head) - 1)
        parts = [self._read_run(head, ReaderInput(run, passage.heading)) for run in runs]
        sentences = np.concatenate([part.sentence_log_odds for part in parts])
        words = tuple(words for part in parts for words in part.words)
        return Reading(max(part.passage_log_odds for part in parts), sentences, words)

    def _runs(self, passage: ReaderInput, max_tokens: int) -> list[tuple[str, ...]]:
        """The sentences of each run that fits one sequence; a sentence that does not fit is one run."""
        if len(passage.text) < max_tokens:  # no text has more tokens than characters
            return [passage.sentences]
        heading = len(self._tokens(PROMPTS["document"], passage.opening).ids)
        runs: list[tuple[str, ...]] = [()]
        used = heading
        for sentence in passage.sentences:
            length = len(self._tokens("", sentence).ids)
            if runs[-1] and used + length > max_tokens:
                runs.append(())
                used = heading
            runs[-1] += (sentence,)
            used += length
        return runs

    def _read_run(self, head: Integers, run: ReaderInput) -> Reading:
        before = len(run.opening)
        tokens = self._tokens(PROMPTS["document"], run.opening + run.text)
        kept = max(1, _MAX_TOKENS - len(head) - 1)
        ids, offsets = tokens.ids[:kept], tokens.offsets[:kept] - before
        sequence = np.concatenate([head, ids, [_SEPARATOR]])
        vectors = self._word_vectors.rows(sequence.tolist()).astype(np.float32)[np.newaxis]
        (logits,) = self._session.run([READER_GRAPH_OUTPUT], {GRAPH_INPUT: vectors})
        own = offsets[:, 1] > 0  # tokens of the heading are read, but are no answer
        begins, ends = (logits[0, len(head) : len(head) + len(ids), side][own] for side in (0, 1))
        return _reading_from_logits(run, offsets[own], begins, ends, logits[0, 0])


def _reading_from_logits(
    passage: ReaderInput, offsets: Integers, begins: Floats, ends: Floats, nowhere: Floats
) -> Reading:
    """The reading of a passage by the logits of its tokens, shape (tokens,) each."""
    scores = np.full(len(passage.sentences), NOT_READ, np.float32)
    words: list[AnswerWords | None] = [None] * len(passage.sentences)
    # a token begins with the blank before its word
    of_token = np.searchsorted(passage.starts, np.maximum(offsets[:, 1] - 1, 0), side="right") - 1
    for number in np.unique(of_token):
        mine = np.flatnonzero(of_token == number)
        scores[number] = np.logaddexp.reduce(begins[mine]) - nowhere[0]
        first, last, probability = _likeliest_span(begins[mine], ends[mine])
        start, end = offsets[mine[first], 0], offsets[mine[last], 1]
        begin = passage.starts[number]
        words[number] = _trim_words(
            passage.sentences[number], int(start - begin), int(end - begin), probability
        )
    answers = float(np.logaddexp.reduce(begins) - nowhere[0]) if len(begins) else NOT_READ
    return Reading(answers, scores, tuple(words))


class _TokenSpan(NamedTuple):
    first: int
    last: int
    probability: float  # given that the sentence answers


def _likeliest_span(begins: Floats, ends: Floats) -> _TokenSpan:
    """The tokens of the likeliest answer in a sentence, by the logits of its tokens."""
    both = begins[:, np.newaxis] + ends[np.newaxis, :]
    distance = np.arange(len(ends))[np.newaxis, :] - np.arange(len(begins))[:, np.newaxis]
    both = np.where((distance >= 0) & (distance < _MAX_SPAN_TOKENS), both, -np.inf)
    start, end = np.unravel_index(int(np.argmax(both)), both.shape)
    probability = float(np.exp(both[start, end] - np.logaddexp.reduce(both, axis=None)))
    return _TokenSpan(int(start), int(end), probability)


def _trim_words(sentence: str, start: int, end: int, probability: float) -> AnswerWords:
    start, end = max(0, start), min(len(sentence), end)
    while start < end and sentence[start].isspace():
        start += 1
    while end > start and sentence[end - 1].isspace():
        end -= 1
    return AnswerWords(start, end, probability)


@lru_cache(maxsize=4)
def open_reader(model: str, cache: Path) -> Reader:
    """The reader `model`, without ever using the network; opened once in a process.

    `model` is ``bundled``, the folder of a sentence-transformers cross-encoder, or the name of one in the local
    Hugging Face cache; `cache` holds the bundled encoder's files. Raises `EncoderError` when the model is missing or cannot
    be used.
    """
    if model == BUNDLED_READER:
        return BundledReader(cache)
    from alpie.index.reader.cross_encoder import CrossEncoderReader

    return CrossEncoderReader.open(model)
