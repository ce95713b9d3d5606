"""`alpie doctor`: checks whether everything that Al Pie needs is there and, if not, says what to do."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from importlib.util import find_spec
from time import perf_counter
from typing import NamedTuple

from alpie.app.errors import Uncalibrated
from alpie.app.operation.addresses import is_loopback
from alpie.app.operation.document_report import file_notices
from alpie.app.settings import ROOT, Settings
from alpie.app.translations import Translations
from alpie.index.errors import AlpieError, IndexMissing, RecognitionMissing, ScanWithoutText
from alpie.index.formats.pdf.recognition import Recogniser
from alpie.index.notices import FileNotice, NoticeKind
from alpie.index.system.files import free_bytes

_BYTES_FOR_ENCODER = 1_500_000_000  # weights, their 8-bit graph and what making it takes
_BYTES_FOR_INDEX = 200_000_000  # some forty times the index of the documents that Al Pie comes with


class Outcome(StrEnum):
    """How a check of the installation came out."""

    GOOD = "good"
    ADVICE = "advice"  # works, but there is something to know
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One line of the report: what was looked at, how it is, and what to do about it."""

    name: str
    state: Outcome
    message: str


class CheckResult(NamedTuple):
    """How a check came out, and what to say about it."""

    outcome: Outcome
    text: str


CheckFunction = Callable[[Settings, Translations], CheckResult]


def run_checks(
    settings: Settings, translations: Translations, functions: tuple[CheckFunction, ...] | None = None
) -> Iterator[Check]:
    """All checks, one after the other as they are done; one that fails never stops the others."""
    for look in CHECK_FUNCTIONS if functions is None else functions:
        try:
            state, text = look(settings, translations)
        except (AlpieError, OSError) as error:
            state, text = Outcome.BAD, translations.translate(error)
        yield Check(look.__name__.removeprefix("_"), state, text)


def _python(settings: Settings, translations: Translations) -> CheckResult:
    return CheckResult(Outcome.GOOD, ".".join(map(str, sys.version_info[:3])))


def _packages(settings: Settings, translations: Translations) -> CheckResult:
    needed = _needed_packages()
    if missing := [name for name in needed if not _is_installed(name)]:
        return CheckResult(Outcome.BAD, translations("doctor.packages.missing", names=", ".join(missing)))
    return CheckResult(Outcome.GOOD, translations("doctor.packages.good", count=len(needed)))


def _needed_packages() -> list[str]:
    """What `pyproject.toml` declares, extras apart."""
    try:
        declared = metadata.requires("alpie") or []
    except metadata.PackageNotFoundError:  # a checkout that is not installed
        declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in declared if "extra ==" not in line]


def _encoder(settings: Settings, translations: Translations) -> CheckResult:
    from alpie.index.encoder.factory import open_encoder

    encoder = open_encoder(settings.encoder, settings.cache, settings.encoder_runtime)
    started = perf_counter()
    encoder.encode_queries(["¿Qué es una prueba?"])
    milliseconds = round(1000 * (perf_counter() - started))
    message = translations(
        "doctor.encoder.good", name=encoder.name, runtime=encoder.runtime, milliseconds=milliseconds
    )
    if encoder.runtime == "torch" and settings.encoder_runtime == "auto" and settings.encoder == "bundled":
        return CheckResult(Outcome.ADVICE, f"{message} {translations('doctor.encoder.slow')}")
    return CheckResult(Outcome.GOOD, message)


def _documents(settings: Settings, translations: Translations) -> CheckResult:
    """Whether the documents can be read, with everything in them that cannot."""
    from alpie.index.sources.document_folder import read_sources

    report = read_sources(settings.docs, max_bytes=settings.max_document_bytes)
    characters = sum(len(document.text) for document in report.documents)
    good = translations(
        "doctor.documents.good",
        documents=translations.count("count.documents", len(report.documents)),
        characters=translations.number(characters),
        folder=settings.docs,
    )
    notices = [
        FileNotice(document.file, notice) for document in report.documents for notice in document.notices
    ]
    others = [translations("notice.file", file=other.file, notice=other.reason) for other in report.others]
    lines = [
        good,
        *map(translations.translate, report.problems),
        *file_notices(notices, translations),
        *others,
    ]
    scans = sum(isinstance(problem, ScanWithoutText) for problem in report.problems)
    scans += sum(notice.kind is NoticeKind.PAGES_WITHOUT_TEXT for _, notice in notices)
    if scans:
        lines.append(translations(_recogniser(), count=scans))
    if report.problems or not report.documents:
        return CheckResult(Outcome.BAD, "\n".join(lines))
    return CheckResult(Outcome.ADVICE if len(lines) > 1 else Outcome.GOOD, "\n".join(lines))


def _recogniser() -> str:
    try:
        Recogniser.of_system()
    except RecognitionMissing:
        return "doctor.documents.recogniser_missing"
    return "doctor.documents.recogniser_there"


def _index(settings: Settings, translations: Translations) -> CheckResult:
    from alpie.app.operation.document_report import compare_index_with_folder, staleness_text
    from alpie.index.storage.manifest import check_files, current_version, read_manifest

    try:
        folder = current_version(settings.data)
    except IndexMissing:
        return CheckResult(Outcome.ADVICE, translations("doctor.index.missing", folder=settings.data))
    manifest = read_manifest(folder)
    check_files(folder, manifest, thorough=True)
    freshness = compare_index_with_folder(settings.docs, settings.data, settings.max_document_bytes)
    if not freshness.is_fresh:
        return CheckResult(
            Outcome.ADVICE, staleness_text(freshness, settings.docs, settings.data, translations)
        )
    passages = translations.count("count.passages", manifest.passages)
    good = translations("doctor.index.good", passages=passages, date=manifest.built_at, folder=settings.data)
    return CheckResult(Outcome.GOOD, good)


def _matching_encoder(settings: Settings, translations: Translations) -> CheckResult:
    from alpie.app.answering.answer_weights import MissingWeights, load_calibration
    from alpie.index.encoder.factory import open_encoder
    from alpie.index.storage.manifest import check_encoder, current_version, read_manifest

    try:
        folder = current_version(settings.data)
    except IndexMissing:
        return CheckResult(Outcome.GOOD, translations("doctor.matching.nothing"))
    encoder = open_encoder(settings.encoder, settings.cache, settings.encoder_runtime)
    check_encoder(folder, read_manifest(folder), encoder)
    weights = load_calibration(encoder, settings.data).weights
    if isinstance(weights, MissingWeights):
        raise Uncalibrated(weights.reason, weights.data)  # its sentence says what to run
    return CheckResult(Outcome.GOOD, translations("doctor.matching.good"))


def _backend(settings: Settings, translations: Translations) -> CheckResult:
    """Opens the backend as an answer would: what cannot be opened says why, and what to do."""
    from urllib.parse import urlsplit

    from alpie.app.answering.configured_parts import configured_backend, open_configured_encoder
    from alpie.index.retrieval.vector_backend import BACKEND_RETRIEVERS
    from alpie.index.storage.manifest import current_version, read_manifest

    choice = configured_backend(settings)
    if choice is None:
        return CheckResult(Outcome.GOOD, translations("doctor.backend.local"))
    backend = choice.open(open_configured_encoder(settings))
    try:
        held, name, retrievers = backend.count(), backend.name, backend.retrievers
    finally:
        backend.close()
    try:
        expected = read_manifest(current_version(settings.data)).passages
    except IndexMissing:
        expected = held
    if held != expected:
        numbers = {"held": translations.number(held), "expected": translations.number(expected)}
        return CheckResult(Outcome.BAD, translations("doctor.backend.differs", name=name, **numbers))
    advice = [] if set(retrievers) == set(BACKEND_RETRIEVERS) else [translations("doctor.backend.no_words")]
    address = urlsplit(settings.backend.removeprefix("milvus:"))
    if address.scheme == "http" and not is_loopback(address.hostname or ""):
        advice.append(translations("doctor.backend.plain"))
    message = translations(
        "doctor.backend.good", name=name, passages=translations.count("count.passages", held)
    )
    return CheckResult(Outcome.ADVICE if advice else Outcome.GOOD, " ".join([message, *advice]))


def _writer(settings: Settings, translations: Translations) -> CheckResult:
    if not settings.writer:
        return CheckResult(Outcome.GOOD, translations("doctor.writer.none"))
    provider, separator, model = settings.writer.partition(":")
    if not (separator and model):
        return CheckResult(Outcome.BAD, translations("doctor.writer.form", writer=settings.writer))
    package = f"langchain_{provider.replace('-', '_')}"
    if find_spec(package) is None:
        return CheckResult(
            Outcome.BAD, translations("doctor.writer.missing", package=package.replace("_", "-"))
        )
    return CheckResult(Outcome.GOOD, settings.writer)


def _disk(settings: Settings, translations: Translations) -> CheckResult:
    needs = ((settings.cache, _BYTES_FOR_ENCODER), (settings.data, _BYTES_FOR_INDEX))
    for folder, needed in needs:
        if folder == settings.cache and folder.is_dir() and any(folder.iterdir()):
            continue  # the encoder's files are there already
        free = free_bytes(folder)
        if free < needed:
            megabytes = translations.number(free / 1e6), translations.number(needed / 1e6)
            message = translations("doctor.disk.low", folder=folder, free=megabytes[0], needed=megabytes[1])
            return CheckResult(Outcome.BAD, message)
    free = free_bytes(settings.data)
    return CheckResult(
        Outcome.GOOD, translations("doctor.disk.good", free=translations.number(free / 1e9, 1))
    )


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


CHECK_FUNCTIONS: tuple[CheckFunction, ...] = (
    _python,
    _packages,
    _disk,
    _documents,
    _encoder,
    _index,
    _matching_encoder,
    _backend,
    _writer,
)
