"""What the server counts and times: for Prometheus at `/al/metrics`, for people on the evaluation page.

Only numbers are kept: no question, no address and no name of a visitor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, ParamSpec

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from alpie.app.answering.answer_types import Answer
from alpie.index.errors import AlpieError

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

CONTENT_TYPE = CONTENT_TYPE_LATEST
# in the order they happen; "read" reads question and passages together, "choose" weighs sentences, "quote" cuts and
# proves, "render" makes the HTML
STAGES = ("encode", "lexical", "dense", "fuse", "read", "choose", "quote", "render")
Asked = ParamSpec("Asked")
# limits of the histograms' buckets: from one stage of an answer to an answer that a language model writes
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True)
class StageTimes:
    """What one stage took since the start: how often, and milliseconds on average and at the 95th percentile."""

    stage: str
    count: int
    mean: float
    p95: float


class Meter:
    """Counts what one server does, for its metrics."""

    def __init__(self) -> None:
        """Declare all metrics and their labels at once, so that Prometheus sees zeros before the first event."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, CPU seconds and open files; on Linux only
        histogram = partial(Histogram, buckets=_SECONDS, registry=self.registry)
        counter = partial(Counter, registry=self.registry)
        self._stages = histogram("alpie_stage_seconds", "Time of a stage of an answer", ["stage"])
        self._total = histogram("alpie_answer_seconds", "Time of an answer, search to quotations")
        self._questions = counter("alpie_questions", "Questions by outcome", ["outcome"])
        self._refusals = counter("alpie_refused_requests", "Requests refused by the guard", ["status"])
        self._corpus = {
            name: Gauge(f"alpie_index_{name}", text, registry=self.registry)
            for name, text in (("passages", "Passages in the index in use"), ("documents", "Documents in it"))
        }
        names = "Always 1; the labels name the index in use"
        self._version = Gauge(
            "alpie_index_version", names, ["fingerprint", "built_at"], registry=self.registry
        )
        for outcome in ("answered", "not_in_documents", "unusable", "failed"):
            self._questions.labels(outcome)
        for status in ("403", "413", "429", "503"):
            self._refusals.labels(status)
        for stage in STAGES:
            self._stages.labels(stage)

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Add a value that is asked for whenever metrics are collected."""
        Gauge(f"alpie_{name}", text, registry=self.registry).set_function(value)

    def opened(self, corpus: Corpus) -> Corpus:
        """Note that `corpus` is in use from now on, and return it."""
        for name, gauge in self._corpus.items():
            gauge.set(len(getattr(corpus, name)))
        self._version.clear()
        self._version.labels(corpus.fingerprint, corpus.built_at).set(1)
        return corpus

    def count_answers(self, ask: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        """Wrap `ask`, by which people put a question, so that its answers are counted and timed, its failures counted.

        What the page itself asks (examples, records of answers that were shown) goes to the corpus directly.
        """

        @wraps(ask)
        def counted(*arguments: Asked.args, **named: Asked.kwargs) -> Answer:
            try:
                answer = ask(*arguments, **named)
            except Exception as error:
                self._questions.labels("unusable" if isinstance(error, AlpieError) else "failed").inc()
                raise
            self._count_answer(answer)
            return answer

        return counted

    def _count_answer(self, answer: Answer) -> None:
        self._questions.labels("answered" if answer.answered else "not_in_documents").inc()
        times = answer.milliseconds
        self._total.observe(times.get("total", 0.0) / 1000)
        for stage in STAGES:
            if stage in times:
                self.stage(stage, times[stage] / 1000)

    def stage(self, name: str, seconds: float) -> None:
        self._stages.labels(name).observe(seconds)

    def count_refusal(self, status: int) -> None:
        """Count a request that was turned away; any status but a few counts as "other"."""
        self._refusals.labels(str(status) if status in (403, 413, 429, 503) else "other").inc()

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def values(self) -> Mapping[tuple[str, ...], float]:
        """Every number as it is now, by its name in Prometheus and the values of its labels."""
        samples = (sample for family in self.registry.collect() for sample in family.samples)
        return {(sample.name, *sample.labels.values()): sample.value for sample in samples}

    def stage_times(self) -> tuple[StageTimes, ...]:
        """Each stage in order and "total"; those that never ran are left out."""
        values = self.values()
        times = [_times(values, stage, "alpie_stage_seconds", stage) for stage in STAGES]
        times.append(_times(values, "total", "alpie_answer_seconds"))
        return tuple(timing for timing in times if timing.count)


def _times(values: Mapping[tuple[str, ...], float], stage: str, name: str, *labels: str) -> StageTimes:
    count, total = values[f"{name}_count", *labels], values[f"{name}_sum", *labels]
    buckets = (f"{name}_bucket", *labels)
    reached = [(float(key[-1]), value) for key, value in values.items() if key[:-1] == buckets]
    return StageTimes(stage, int(count), 1000 * total / max(count, 1), 1000 * _quantile(reached, 0.95))


def _quantile(reached: Sequence[tuple[float, float]], share: float) -> float:
    """A quantile from cumulative buckets, evenly spread within one, as Prometheus' `histogram_quantile`."""
    target = share * max((value for _, value in reached), default=0.0)
    below, before = 0.0, 0.0
    for bound, value in sorted(reached):
        if value >= target > 0:
            if bound == float("inf"):
                return below
            return below + (bound - below) * (target - before) / max(value - before, 1e-9)
        below, before = bound, value
    return 0.0
