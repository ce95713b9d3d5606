"""The commands of `app`; `eval.command_line` adds its own and is the program `alpie`.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 a clear error,
2 wrong usage. Whatever is slow to import is imported by the command that needs it.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from alpie.app.settings import Settings, load_settings, read_language
from alpie.app.terminal.options import COMMANDS, find_command_word, make_argument_parser
from alpie.app.translations import LANGUAGES, Translations, message, translations_for
from alpie.index.characters import escape_steering
from alpie.index.environment import compute_in_one_thread, work_offline
from alpie.index.errors import AlpieError, FileError, IndexBusy, IndexMissing, SettingsError

if TYPE_CHECKING:
    from alpie.app.answering.answer_types import Answer
    from alpie.app.answering.corpus import Corpus
    from alpie.index.build import BuildReport

Evaluate = Callable[[argparse.Namespace, Settings, Translations, Callable[[], "Corpus"]], int]
DONE, FAILED, WRONG_USAGE = 0, 1, 2
_SETTINGS_OPTIONS = ("docs", "data", "language", "host", "port", "ocr")
_OPENING_SECONDS = 60.0
_MAX_INPUT_BYTES = 5_000_000  # of a text or record to check

_LOG = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None, evaluate: Evaluate | None = None) -> int:
    """Run one command; returns its exit code. `evaluate` is what runs `eval`; None: that is no command."""
    work_offline()
    compute_in_one_thread()
    _use_utf_8()
    given = _with_default_command(sys.argv[1:] if argv is None else argv)
    try:
        translations = translations_for(_requested_language(given) or read_language())
        arguments = make_argument_parser(translations, evaluates=evaluate is not None).parse_args(given)
    except SettingsError as error:
        _inform(translations_for(LANGUAGES[0])("cli.error", message=error))
        return FAILED
    except SystemExit as ended:  # --help, --version or wrong usage, already said by argparse
        return DONE if ended.code in (None, 0) else WRONG_USAGE
    _log_to_stderr(logging.INFO if arguments.verbose else logging.WARNING)
    return _run_guarded(arguments, translations, evaluate)


def _run_guarded(arguments: argparse.Namespace, translations: Translations, evaluate: Evaluate | None) -> int:
    """Run the chosen command; this is the outermost edge, where every error becomes a sentence."""
    try:
        settings = load_settings(
            {name: vars(arguments)[name] for name in _SETTINGS_OPTIONS if name in arguments}
        )
        translations = translations_for(settings.language)
        if evaluate is not None and arguments.command == "eval":
            code = evaluate(arguments, settings, translations, partial(_open_corpus, settings, translations))
        else:
            code = _RUN[arguments.command](arguments, settings, translations)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader, such as head, has seen enough; Python would complain again when it closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        _inform(f"\n{translations('cli.interrupted')}")
        return FAILED
    except AlpieError as error:
        _inform(translations("cli.error", message=error))
        return FAILED
    except Exception as error:  # noqa: BLE001 - the outermost edge: told as a sentence, in full with --verbose
        _LOG.info("unexpected error", exc_info=True)
        _inform(translations("cli.unexpected", kind=type(error).__name__, message=error))
        return FAILED
    return code


def _serve(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.index.storage.manifest import current_version

    try:
        current_version(settings.data)
        _warn_if_stale(settings, translations)
    except IndexMissing:
        try:
            _build(settings, translations)
        except IndexBusy as error:  # another page process, started at the same time: its index will do
            _inform(translations("index.problem", message=error))
    from alpie.app.page.serving.server import serve

    _inform(translations("serve.soon"))
    try:
        serve(settings, lambda url: _inform(translations("serve.now", url=url)))
    except KeyboardInterrupt:  # the ordinary way to stop a server
        _inform("")
    return DONE


def _index(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    if arguments.watch:
        return _watch(settings, translations, arguments.rebuild)
    if arguments.json:
        return _index_for_a_program(settings, arguments.rebuild)
    from alpie.app.service.document_report import report_values
    from alpie.app.terminal.rendering import incomplete_text

    report = _build(settings, translations, rebuild=arguments.rebuild)
    if report.incomplete:
        _inform(incomplete_text(report.incomplete, settings.docs, translations))
    if left_out := len(report.problems) + len(report.others):
        _inform(translations("index.left_out", documents=translations.count("count.documents", left_out)))
    _print(translations("index.done", **report_values(report, translations), folder=settings.data))
    if report.backend:
        _print(
            translations(
                "index.backend",
                passages=translations.count("count.passages", report.backend.passages),
                written=translations.number(report.backend.written),
                deleted=translations.number(report.backend.deleted),
            )
        )
    return DONE


def _index_for_a_program(settings: Settings, rebuild: bool) -> int:
    """Index and print what is to be told as messages: who runs this tells it to readers of several languages."""
    from alpie.app.answering.corpus import Corpus
    from alpie.index.messages import message_to_row

    code, messages = DONE, tuple[str, ...]()
    try:
        messages = Corpus.build(settings, rebuild=rebuild).problems
    except AlpieError as error:
        code, messages = FAILED, (error.message,)
    _print_json([message_to_row(one) for one in messages])
    return code


def _watch(settings: Settings, translations: Translations, rebuild: bool) -> int:
    from alpie.app.answering.corpus import Corpus, open_configured_encoder
    from alpie.app.service.watching import watch
    from alpie.app.terminal.progress import progress_bar

    encoder = open_configured_encoder(settings)  # once: it takes longer than a small change
    rebuilds = iter([rebuild])

    def build() -> BuildReport:
        progress = progress_bar(sys.stderr, translations)
        return Corpus.build(settings, rebuild=next(rebuilds, False), on_progress=progress, encoder=encoder)

    watch(settings, translations, build, _inform)
    return DONE


def _ask(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.app.service.rows import answer_row
    from alpie.app.terminal.rendering import answer_text, terminal_width, written_lines
    from alpie.index.spanish.query import MAX_CHARACTERS, MAX_TYPED_CHARACTERS

    corpus = _open_corpus(settings, translations)
    question = " ".join(arguments.question)
    if len(question) > MAX_CHARACTERS:
        _inform(translations("ask.cut", most=MAX_CHARACTERS))
    if len(question) > MAX_TYPED_CHARACTERS:
        _inform(translations("ask.pasted"))
    answer = corpus.ask(question, arguments.turn, arguments.document, arguments.each_document)
    if arguments.json and settings.writer:
        from alpie.app.writer import add_writing

        answer = add_writing(answer, settings)
    if arguments.record:
        _save_record(arguments.record, answer, corpus, translations)
    if arguments.json:
        _print_json(answer_row(answer, language=translations.language))
        return DONE
    _print(answer_text(answer, translations, terminal_width(sys.stdout)), end="")
    if settings.writer and answer.quotes:
        from alpie.app.writer import write

        for line in written_lines(write(answer, settings), translations, terminal_width(sys.stdout)):
            _print(line)
            sys.stdout.flush()
    return DONE


def _search(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.app.service.rows import hit_row
    from alpie.app.terminal.rendering import hits_text, terminal_width

    corpus = _open_corpus(settings, translations)
    hits = corpus.search(
        " ".join(arguments.words),
        limit=arguments.limit,
        retriever=arguments.retriever,
        document=arguments.document,
    )
    if arguments.json:
        _print_json([hit_row(hit, corpus.documents, translations.language) for hit in hits])
    else:
        near = arguments.retriever != "lexical" and corpus.holds_none_of(
            " ".join(arguments.words), arguments.document
        )
        more = len(hits) == arguments.limit < len(corpus.passages)
        width = terminal_width(sys.stdout)
        _print(hits_text(hits, corpus.documents, translations, width, only_near=near, more=more), end="")
    return DONE


def _verify(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.app.service.rows import verification_row
    from alpie.app.terminal.rendering import record_check_text, terminal_width, verification_text

    width = terminal_width(sys.stdout)
    if arguments.record:
        from alpie.app.service.answer_record import record_check_row, verify_record

        record = _read_text(arguments.record)
        check = verify_record(record, _open_corpus(settings, translations))
        row: object = record_check_row(check, translations.language)
        text = record_check_text(check, translations, width)
    else:
        from alpie.app.checking.verify import verify_quotation

        pasted = " ".join(arguments.text)
        outcome = verify_quotation(
            _read_text(None) if pasted == "-" else pasted, _open_corpus(settings, translations)
        )
        row, text = (
            verification_row(outcome, translations.language),
            verification_text(outcome, translations, width),
        )
    if arguments.json:
        _print_json(row)
    else:
        _print(text, end="")
    return DONE


def _doctor(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.app.terminal.doctor import Outcome, run_checks

    worst = DONE
    for check in run_checks(settings, translations):
        mark = {Outcome.GOOD: "✓", Outcome.ADVICE: "!", Outcome.BAD: "✗"}[check.state]
        _print(f"{mark} {translations(f'doctor.{check.name}')}: {check.message}")
        if check.state is Outcome.BAD:
            worst = FAILED
    return worst


def _users(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.app.terminal.users_command import run_users

    run_users(arguments.action, arguments.name, settings, translations, _print)
    return DONE


def _mcp(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.app.service.endpoints import Endpoints, make_finisher, mcp_server
    from alpie.app.service.following import CorpusOpener, Following

    endpoints = Endpoints(
        lambda: following.wait(_OPENING_SECONDS), translations.language, make_finisher(settings)
    )
    server = mcp_server(endpoints)  # first: says what is not installed
    opener = CorpusOpener(settings, _open_corpus(settings, translations).encoder)
    following = Following(opener, opener.stamp).start()
    server.run()
    return DONE


def _expand(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.app.terminal.progress import progress_bar
    from alpie.app.writer.expand import estimate_cost, example_row, passages_without_lines, write_expansions
    from alpie.index.sources.expansions import expansions_file

    corpus = _open_corpus(settings, translations)
    asked = [corpus.require_document(name) for name in arguments.documents or corpus.documents]
    passages = [passage for passage in corpus.passages if passage.document_id in asked]
    left = passages_without_lines(settings.docs, corpus.documents, passages)
    if not left:
        _print(translations("expand.nothing"))
        return DONE
    if not settings.writer:
        file = settings.docs / expansions_file(left[0].document_id)
        _inform(
            translations(
                "expand.no_model", passages=translations.count("count.passages", len(left)), file=file
            )
        )
        _print(example_row(left[0]))
        return FAILED
    need = estimate_cost(left)
    _inform(
        translations(
            "expand.estimate",
            model=settings.writer,
            passages=translations.count("count.passages", need.passages),
            requests=translations.number(need.requests),
            read=translations.number(need.tokens_read),
            written=translations.number(need.tokens_written),
        )
    )
    if not arguments.yes:
        _inform(translations("expand.yes"))
        return DONE
    progress = progress_bar(sys.stderr, translations, label="expand.progress")
    done = write_expansions(settings, corpus.documents, left, progress)
    _print(
        translations(
            "expand.done",
            lines=translations.number(done.lines),
            passages=translations.count("count.passages", done.passages),
            dropped=translations.number(sum(done.dropped.values())),
            failed=translations.number(done.failed),
        )
    )
    return DONE


_RUN: dict[str, Callable[[argparse.Namespace, Settings, Translations], int]] = {
    "serve": _serve,
    "index": _index,
    "ask": _ask,
    "search": _search,
    "verify": _verify,
    "doctor": _doctor,
    "expand": _expand,
    "users": _users,
    "mcp": _mcp,
}


def _open_corpus(settings: Settings, translations: Translations) -> Corpus:
    """The corpus; its index is built first when there is none."""
    from alpie.app.answering.corpus import Corpus

    try:
        corpus = Corpus.open(settings)
    except IndexMissing:
        _build(settings, translations)
        return Corpus.open(settings)
    _warn_if_stale(settings, translations)
    return corpus


def _build(settings: Settings, translations: Translations, rebuild: bool = False) -> BuildReport:
    from alpie.app.answering.corpus import Corpus
    from alpie.app.service.document_report import build_warnings
    from alpie.app.terminal.progress import progress_bar

    _inform(translations("index.building", docs=settings.docs, data=settings.data))
    progress = progress_bar(sys.stderr, translations)
    report = Corpus.build(settings, rebuild=rebuild, on_progress=progress)
    for warning in build_warnings(report, translations):
        _inform(warning)
    return report


def _warn_if_stale(settings: Settings, translations: Translations) -> None:
    """An answer from yesterday's text is still a true quotation of it, but the reader should know."""
    from alpie.app.service.document_report import compare_index_with_folder

    try:
        freshness = compare_index_with_folder(settings.docs, settings.data, settings.max_document_bytes)
    except AlpieError as error:
        _inform(translations("index.problem", message=error))
        return
    if not freshness.is_fresh:
        _inform(translations("index.stale", names=", ".join(freshness.ids)))


def _save_record(path: Path, answer: Answer, corpus: Corpus, translations: Translations) -> None:
    from datetime import UTC, datetime

    from alpie.app.exporting.reference_files import json_text
    from alpie.app.service.answer_record import make_record, record_text
    from alpie.index import package_version

    record = make_record(answer, corpus, datetime.now(UTC), package_version(), translations.language)
    as_text = path.suffix.lower() == ".txt"
    try:
        path.write_text(
            record_text(record, translations.language) if as_text else json_text(record), encoding="utf-8"
        )
    except OSError as error:
        raise FileError(message("cli.cannot_write", path=path, reason=error.strerror), path) from error
    _inform(translations("record.saved", path=path))


def _read_text(path: Path | None) -> str:
    """A file, or standard input; bounded, so that a wrong file cannot fill the memory."""
    name = str(path or "-")
    try:
        if path is None:
            data = sys.stdin.buffer.read(_MAX_INPUT_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(_MAX_INPUT_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise FileError(message("cli.file", path=name, error=error.strerror), path) from error
    except UnicodeDecodeError as error:
        raise FileError(message("cli.not_utf8", path=name, place=error.start), path) from error
    if len(data) > _MAX_INPUT_BYTES:
        raise FileError(message("cli.too_large", path=name, most=_MAX_INPUT_BYTES // 1_000_000), path)
    return text


def _with_default_command(argv: Sequence[str]) -> list[str]:
    """The arguments with the command `serve` where none is given: `alpie` alone serves the page."""
    alone = not argv or (argv[0].startswith("-") and find_command_word(argv) not in COMMANDS)
    asks_for_help = any(word in ("-h", "--help", "--version") for word in argv)
    return ["serve", *argv] if alone and not asks_for_help else list(argv)


def _requested_language(argv: Sequence[str]) -> str:
    """What `--language` asks for, "" where it does not: the parser that reads the options has to speak it already."""
    options = [*argv[: argv.index("--")]] if "--" in argv else [*argv]
    requested = [after for one, after in pairwise(options) if one == "--language"]
    requested += [one.removeprefix("--language=") for one in options if one.startswith("--language=")]
    return next((language for language in requested if language in LANGUAGES), "")


def _use_utf_8() -> None:
    """Quotations need «», ñ and accents, whatever the locale of a pipe or a bare container says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


def _log_to_stderr(level: int) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level)  # of the handler: a library may have set a chattier one for its own logger
    logging.basicConfig(level=level, handlers=[handler], format="%(levelname)s %(name)s: %(message)s")


def _print(text: str, end: str = "\n") -> None:
    print(text, end=end)


def _print_json(value: object) -> None:
    print(escape_steering(json.dumps(value, ensure_ascii=False)))


def _inform(text: str) -> None:
    # messages name files, and a file may be called anything: it must not steer the terminal
    print(escape_steering(text), file=sys.stderr, flush=True)
