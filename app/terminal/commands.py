"""The commands of `app`; `eval.command_line` adds its own and is the program `alpie`.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 a clear error,
2 wrong usage. Whatever is slow to import is imported by the command that needs it.
"""

from __future__ import annotations

import argparse
import getpass
import logging
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from alpie.app.operation.users import Users
from alpie.app.settings import Settings, load_settings, read_language
from alpie.app.terminal import DONE, FAILED, WRONG_USAGE
from alpie.app.terminal.expand_command import run_expand
from alpie.app.terminal.index_command import build_corpus, open_or_build_corpus, run_index, warn_if_stale
from alpie.app.terminal.options import COMMANDS, make_argument_parser, read_ahead
from alpie.app.terminal.streams import log_to_stderr, print_json, print_message, read_input, use_utf_8
from alpie.app.translations import LANGUAGES, Translations, message, translations_for
from alpie.index.errors import AlpieError, ArgumentError, FileError, IndexBusy, IndexMissing, SettingsError
from alpie.index.system.environment import compute_in_one_thread, work_offline

if TYPE_CHECKING:
    from alpie.app.answering.answer_types import Answer
    from alpie.app.answering.corpus import Corpus

Evaluate = Callable[[argparse.Namespace, Settings, Translations, Callable[[], "Corpus"]], int]
_SETTINGS_OPTIONS = ("docs", "data", "language", "host", "port", "ocr")
# that an assistant waits for an index still being opened; then it gets an error that says so
_TOOL_WAIT_SECONDS = 60.0

_LOG = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None, evaluate: Evaluate | None = None) -> int:
    """Run one command; returns its exit code. `evaluate` runs `eval`; None: there is no such command."""
    work_offline()
    compute_in_one_thread()
    use_utf_8()
    given = list(sys.argv[1:] if argv is None else argv)
    language, command = read_ahead(given)
    is_bare = not given or (given[0].startswith("-") and command not in COMMANDS)
    if is_bare and not {"-h", "--help", "--version"} & {*given}:
        given = ["serve", *given]  # `alpie` alone serves the page
    try:
        translations = translations_for(language or read_language())
        arguments = make_argument_parser(translations, evaluates=evaluate is not None).parse_args(given)
    except SettingsError as error:
        print_message(translations_for(LANGUAGES[0])("cli.error", message=error))
        return FAILED
    except SystemExit as ended:  # --help, --version or wrong usage, already said by argparse
        return DONE if ended.code in (None, 0) else WRONG_USAGE
    log_to_stderr(logging.INFO if arguments.verbose else logging.WARNING)
    return _run_guarded(arguments, translations, evaluate)


def _run_guarded(arguments: argparse.Namespace, translations: Translations, evaluate: Evaluate | None) -> int:
    """Run the chosen command; this is the outermost edge, where every error becomes a sentence."""
    try:
        settings = load_settings(
            {name: vars(arguments)[name] for name in _SETTINGS_OPTIONS if name in arguments}
        )
        translations = translations_for(settings.language)
        if evaluate is not None and arguments.command == "eval":
            code = evaluate(
                arguments, settings, translations, partial(open_or_build_corpus, settings, translations)
            )
        else:
            code = _RUN[arguments.command](arguments, settings, translations)
        if not sys.stdout.closed:  # `mcp` closes it with its last client
            sys.stdout.flush()
    except BrokenPipeError:
        # whatever reads the output, such as head, has had enough; Python would complain again when it closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print_message(f"\n{translations('cli.interrupted')}")
        return FAILED
    except AlpieError as error:
        print_message(translations("cli.error", message=error))
        return FAILED
    except Exception as error:  # noqa: BLE001 - the outermost edge: shown as a sentence, in full with --verbose
        _LOG.info("unexpected error", exc_info=True)
        print_message(translations("cli.unexpected", kind=type(error).__name__, message=error))
        return FAILED
    return code


def _serve(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    """Serve the page; without an index it is built first, as a visitor could ask nothing."""
    from alpie.index.storage.manifest import current_version

    try:
        current_version(settings.data)
        warn_if_stale(settings, translations)
    except IndexMissing:
        try:
            build_corpus(settings, translations)
        except IndexBusy as error:  # another page process, started at the same time: its index will do
            print_message(translations("index.problem", message=error))
    from alpie.app.page.serving.server import serve

    print_message(translations("serve.soon"))
    try:
        serve(settings, lambda url: print_message(translations("serve.now", url=url)))
    except KeyboardInterrupt:  # the ordinary way to stop a server
        print_message("")
    return DONE


def _ask(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    """Answer a question, and print it as text or as a row; what a writer adds is printed as it comes."""
    from alpie.app.service.people_at_risk import risk_of_asker
    from alpie.app.service.rows import answer_row
    from alpie.app.terminal.rendering import answer_text, terminal_width, written_lines
    from alpie.index.spanish.query import MAX_CHARACTERS, MAX_TYPED_CHARACTERS

    corpus = open_or_build_corpus(settings, translations)
    question = " ".join(arguments.question)
    if len(question) > MAX_CHARACTERS:
        print_message(translations("ask.cut", most=MAX_CHARACTERS))
    if len(question) > MAX_TYPED_CHARACTERS:
        print_message(translations("ask.pasted"))
    answer = corpus.ask(question, arguments.turn, arguments.document, arguments.each_document)
    if arguments.json and settings.writer:
        from alpie.app.writer import add_writing

        answer = add_writing(answer, settings)
    if arguments.record:
        _save_record(arguments.record, answer, corpus, translations)
    risk = risk_of_asker(answer, corpus.encoder)
    if arguments.json:
        print_json(answer_row(answer, translations.language, risk))
        return DONE
    print(answer_text(answer, translations, terminal_width(sys.stdout), risk), end="")
    if settings.writer and answer.quotes:
        from alpie.app.writer import write

        for line in written_lines(write(answer, settings), translations, terminal_width(sys.stdout)):
            print(line)
            sys.stdout.flush()
    return DONE


def _search(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    """Print the passages that are nearest, and say so where none holds the words."""
    from alpie.app.service.rows import hit_row
    from alpie.app.terminal.rendering import hits_text, terminal_width

    corpus = open_or_build_corpus(settings, translations)
    hits = corpus.search(
        " ".join(arguments.words),
        limit=arguments.limit,
        retriever=arguments.retriever,
        document=arguments.document,
    )
    if arguments.json:
        print_json([hit_row(hit, corpus.documents, translations.language) for hit in hits])
    else:
        near = arguments.retriever != "lexical" and corpus.holds_none_of(
            " ".join(arguments.words), arguments.document
        )
        more = len(hits) == arguments.limit < len(corpus.passages)
        width = terminal_width(sys.stdout)
        print(hits_text(hits, corpus.documents, translations, width, only_near=near, more=more), end="")
    return DONE


def _verify(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    """Check a quotation or a saved record; the verdict is output, not an error."""
    from alpie.app.service.rows import verification_row
    from alpie.app.terminal.rendering import record_check_text, terminal_width, verification_text

    width = terminal_width(sys.stdout)
    if arguments.record:
        from alpie.app.service.record_check import record_check_row, verify_record

        record = read_input(arguments.record)
        check = verify_record(record, open_or_build_corpus(settings, translations))
        row: object = record_check_row(check, translations.language)
        text = record_check_text(check, translations, width)
    else:
        from alpie.app.checking.verify import verify_quotation

        pasted = " ".join(arguments.text)
        outcome = verify_quotation(
            read_input(None) if pasted == "-" else pasted, open_or_build_corpus(settings, translations)
        )
        row, text = (
            verification_row(outcome, translations.language),
            verification_text(outcome, translations, width),
        )
    if arguments.json:
        print_json(row)
    else:
        print(text, end="")
    return DONE


def _doctor(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.app.terminal.doctor import Outcome, run_checks

    worst = DONE
    for check in run_checks(settings, translations):
        mark = {Outcome.GOOD: "✓", Outcome.ADVICE: "!", Outcome.BAD: "✗"}[check.state]
        print(f"{mark} {translations(f'doctor.{check.name}')}: {check.message}")
        if check.state is Outcome.BAD:
            worst = FAILED
    return worst


def _users(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    """Do one action on the file of users; returns the exit code. Raises `AlpieError`."""
    action, name = arguments.action, arguments.name
    if settings.users is None:
        raise SettingsError(message("users.no_file"))
    users = Users(settings.users)
    if action == "list":
        for user in users.hashes() if settings.users.exists() else ():
            print(user)
        return DONE
    if not name:
        raise ArgumentError(message("users.no_name", action=action))
    if action == "remove":
        users.remove(name)
        print(translations("users.removed", name=name, file=settings.users))
        return DONE
    new = users.add(name, _ask_password(translations))
    print(translations("users.added" if new else "users.changed", name=name, file=settings.users))
    return DONE


def _ask_password(translations: Translations) -> str:
    """Asked for twice without echo; a program may send it as a line on standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(translations("users.password") + " ")
    if getpass.getpass(translations("users.password_again") + " ") != first:
        raise ArgumentError(message("users.differ"))
    return first


def _mcp(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
    from alpie.app.operation.background_loader import BackgroundLoader, CorpusOpener
    from alpie.app.service.endpoints import Endpoints, make_finisher, mcp_server

    endpoints = Endpoints(
        lambda: loader.wait(_TOOL_WAIT_SECONDS), translations.language, make_finisher(settings)
    )
    server = mcp_server(endpoints)  # first: says what is not installed
    opener = CorpusOpener(settings, open_or_build_corpus(settings, translations).encoder)
    loader = BackgroundLoader(opener, opener.stamp).start()
    server.run()
    return DONE


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
    print_message(translations("record.saved", path=path))


_RUN: dict[str, Callable[[argparse.Namespace, Settings, Translations], int]] = {
    "serve": _serve,
    "index": run_index,
    "ask": _ask,
    "search": _search,
    "verify": _verify,
    "doctor": _doctor,
    "expand": run_expand,
    "users": _users,
    "mcp": _mcp,
}
