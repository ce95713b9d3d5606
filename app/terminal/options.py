"""The commands and options of the command line, with help texts from a catalogue."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from alpie.app.translations import LANGUAGES, Translations
from alpie.index import package_version
from alpie.index.retrieval import MAX_HITS, RETRIEVERS

COMMANDS = ("serve", "index", "ask", "search", "verify", "eval", "doctor", "expand", "users", "mcp")
_BEFORE_A_COMMAND = ("--docs", "--data", "--language", "--host", "--port")  # options that take a value
_USER_ACTIONS = ("add", "remove", "list")
_PARTS = ("report", "fit", "all")
_STUDIES = ("ablation", "misses")


# What argparse says, in English only, and the catalogue's words for it.
_MESSAGES = {
    "required": re.compile(r"the following arguments are required: (?P<names>.+)"),
    "one_of": re.compile(r"one of the arguments (?P<names>.+) is required"),
    "choice": re.compile(
        r"argument (?P<name>.+?): invalid choice: (?P<value>.+) \(choose from (?P<allowed>.+)\)"
    ),
    "type": re.compile(r"argument (?P<name>.+?): invalid \w+ value: (?P<value>.+)"),
    "value": re.compile(r"argument (?P<name>.+?): expected (?:one|at least one) argument"),
    "unknown": re.compile(r"unrecognized arguments: (?P<names>.+)"),
    "together": re.compile(r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)"),
}


class ReadAhead(NamedTuple):
    """What is known about the arguments before they are parsed; "" for what is absent."""

    language: str
    command: str  # the first argument that is neither an option nor the value of one


def read_ahead(argv: Sequence[str]) -> ReadAhead:
    """The language and the command asked for.

    The parser that reads all options must already speak that language, and needs a command.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in _BEFORE_A_COMMAND:
        parser.add_argument(name, nargs="?")
    known, others = parser.parse_known_args(argv)
    language = known.language if known.language in LANGUAGES else ""
    return ReadAhead(language, next((other for other in others if not other.startswith("-")), ""))


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str, usage: str) -> None:
        super().__init__(prog)
        self._usage = usage

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, prefix or self._usage)


class _Parser(argparse.ArgumentParser):
    """argparse with its fixed words from the catalogue, and the options that all commands have."""

    def __init__(self, translations: Translations, **options: Any) -> None:
        formatter = partial(_Formatter, usage=translations("help.usage"))
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=formatter, **options)
        self.translations = translations
        self.given = self.add_argument_group(translations("help.arguments"))
        self.options = self.add_argument_group(translations("help.options"))
        self.options.add_argument("-h", "--help", action="help", help=translations("help.help"))
        for name in ("docs", "data"):
            self.add_setting(name, type=Path, metavar=translations("help.folder"))
        self.add_setting("language", choices=LANGUAGES)
        self.add_setting("verbose", action="store_true")

    def argument(self, name: str, help_key: str, **how: Any) -> None:
        self.given.add_argument(name, help=self.translations(f"help.{help_key}"), **how)

    def option(self, name: str, help_key: str = "", **how: Any) -> None:
        """Add an option; its help stands under its name, or under `help_key`."""
        self.options.add_argument(f"--{name}", help=self.translations(f"help.{help_key or name}"), **how)

    def flag(self, name: str, help_key: str = "") -> None:
        self.option(name, help_key, action="store_true")

    def add_setting(self, name: str, **how: Any) -> None:
        """Add an option that is absent unless given, so that settings apply and `ask` keeps the `--docs` given before it."""
        self.option(name, default=argparse.SUPPRESS, **how)

    def error(self, message: str) -> NoReturn:
        for name, pattern in _MESSAGES.items():
            if match := pattern.fullmatch(message):
                message = self.translations(f"usage.{name}", **match.groupdict())
        wrong = self.translations("cli.usage", message=message)
        self.exit(2, f"{self.format_usage()}{wrong}\n{self.translations('help.hint', command=self.prog)}\n")


def make_argument_parser(translations: Translations, evaluates: bool = True) -> argparse.ArgumentParser:
    """The parser of all commands, `eval` if it `evaluates`; options not given are absent from what it returns."""
    parser = _Parser(
        translations, prog="alpie", description=translations("help.alpie"), epilog=translations("help.epilog")
    )
    parser.option("version", action="version", version=f"alpie {package_version()}")
    commands = parser.add_subparsers(
        title=translations("help.commands"),
        dest="command",
        metavar=translations("help.command"),
        prog="alpie",
        required=True,
    )
    for name in COMMANDS:
        if name != "eval" or evaluates:
            text = translations(f"help.{name}")
            _add_own(commands.add_parser(name, translations=translations, help=text, description=text), name)
    parser.set_defaults(verbose=False)
    return parser


def _add_own(parser: _Parser, command: str) -> None:
    """What a command takes beside the common options."""
    if command in _LONG:
        _LONG[command](parser)
    elif command == "serve":
        parser.add_setting("host")
        parser.add_setting("port", type=int, metavar="N")
    elif command == "index":
        parser.flag("rebuild")
        parser.flag("watch")
        parser.options.add_argument("--json", action="store_true", help=argparse.SUPPRESS)  # for the page
        parser.add_setting("ocr", action="store_true")
    elif command == "expand":
        parser.argument("documents", "expand.documents", nargs="*", metavar="ID")
        parser.flag("yes")
    elif command == "users":
        parser.argument("action", "users.action", choices=_USER_ACTIONS)
        parser.argument("name", "users.name", nargs="?", metavar=parser.translations("help.name"))


def _add_ask(parser: _Parser) -> None:
    question = parser.translations("help.question")
    parser.argument("question", "ask.question", nargs="+", metavar=question)
    parser.flag("json")
    parser.option("turn", action="append", default=[], metavar=question)
    parser.option("document", "ask.document", action="append", default=[], metavar="ID")
    parser.flag("each-document")
    parser.option("record", "ask.record", type=Path, metavar=parser.translations("help.file"))


def _add_search(parser: _Parser) -> None:
    parser.argument("words", "search.words", nargs="+", metavar=parser.translations("help.words"))
    parser.flag("json")
    parser.option("document", metavar="ID")
    most = parser.translations("help.limit", most=MAX_HITS)
    parser.options.add_argument(
        "--limit", type=_count(parser.translations), default=10, metavar="N", help=most
    )
    parser.option("retriever", choices=RETRIEVERS, default=RETRIEVERS[0])


def _add_verify(parser: _Parser) -> None:
    translations = parser.translations
    either = parser.given.add_mutually_exclusive_group(required=True)
    either.add_argument(
        "text",
        nargs="*",
        default=[],
        metavar=translations("help.text"),
        help=translations("help.verify.text"),
    )
    either.add_argument(
        "--record", type=Path, metavar=translations("help.file"), help=translations("help.verify.record")
    )
    parser.flag("json")


def _add_eval(parser: _Parser) -> None:
    for name, place in (("questions", "file"), ("predictions", "file"), ("report", "folder")):
        parser.option(name, f"eval.{name}", type=Path, metavar=parser.translations(f"help.{place}"))
    parser.option("part", "eval.part", choices=_PARTS)
    parser.option("corpus-from-questions", "eval.corpus", action="store_true", default=None)
    parser.option("compare", "eval.compare", action=argparse.BooleanOptionalAction, default=None)
    parser.option("study", "eval.study", choices=_STUDIES)
    parser.flag("speed", "eval.speed")
    parser.flag("fit", "eval.fit")
    parser.option("resamples", "eval.resamples", type=int, metavar="N")


_LONG = {"ask": _add_ask, "search": _add_search, "verify": _add_verify, "eval": _add_eval}


def _count(translations: Translations) -> Any:
    def count(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else 0
        if not 1 <= number <= MAX_HITS:
            raise argparse.ArgumentTypeError(translations("cli.count", value=text, most=MAX_HITS))
        return number

    return count
