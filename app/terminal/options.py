"""Commands and options of the command line, with their help in the words of a catalogue, and `alpie users`."""

from __future__ import annotations

import argparse
import getpass
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from alpie.app.page.guarding.users import Users
from alpie.app.settings import Settings
from alpie.app.translations import LANGUAGES, Translations, said
from alpie.index.errors import SettingsError
from alpie.index.package_version import package_version
from alpie.index.retrieval.retrievers import RETRIEVERS

ACTIONS = ("add", "remove", "list")


def run_users(
    action: str, name: str | None, settings: Settings, words: Translations, say: Callable[[str], None]
) -> None:
    """Do one action on the file of users; `say` gets what there is to tell. Raises SettingsError."""
    if settings.users is None:
        raise SettingsError(said("users.no_file"))
    users = Users(settings.users)
    if action == "list":
        for one in users.hashes() if settings.users.exists() else ():
            say(one)
        return
    if not name:
        raise SettingsError(said("users.no_name", action=action))
    if action == "remove":
        users.remove(name)
        say(words("users.removed", name=name, file=settings.users))
        return
    new = users.add(name, _password(words))
    say(words("users.added" if new else "users.changed", name=name, file=settings.users))


def _password(words: Translations) -> str:
    """Asked for twice without echo; a program may send it as a line on standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(words("users.password") + " ")
    if getpass.getpass(words("users.password_again") + " ") != first:
        raise SettingsError(said("users.differ"))
    return first


COMMANDS = ("serve", "index", "ask", "search", "verify", "eval", "doctor", "expand", "users", "mcp")
_PARTS = ("report", "fit", "all")
_STUDIES = ("ablation", "misses")
_MAX_HITS = 100


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


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str, usage: str) -> None:
        super().__init__(prog)
        self._usage = usage

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, prefix or self._usage)


class _Parser(argparse.ArgumentParser):
    """argparse with its fixed words from the catalogue."""

    def __init__(self, words: Translations, **options: Any) -> None:
        formatter = partial(_Formatter, usage=words("help.usage"))
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=formatter, **options)
        self.words = words
        self.given = self.add_argument_group(words("help.arguments"))
        self.options = self.add_argument_group(words("help.options"))
        self.options.add_argument("-h", "--help", action="help", help=words("help.help"))

    def error(self, message: str) -> NoReturn:
        for name, pattern in _MESSAGES.items():
            if match := pattern.fullmatch(message):
                message = self.words(f"usage.{name}", **match.groupdict())
        wrong = self.words("cli.usage", message=message)
        self.exit(2, f"{self.format_usage()}{wrong}\n{self.words('help.hint', command=self.prog)}\n")


def make_parser(words: Translations) -> argparse.ArgumentParser:
    """The parser of all commands; options that were not given are absent from what it returns."""
    parser = _Parser(words, prog="alpie", description=words("help.alpie"), epilog=words("help.epilog"))
    _add_common(parser, words)
    parser.options.add_argument(
        "--version", action="version", version=f"alpie {package_version()}", help=words("help.version")
    )
    commands = parser.add_subparsers(
        title=words("help.commands"), dest="command", metavar=words("help.command"), required=True
    )

    def command(name: str) -> _Parser:
        text = words(f"help.{name}")
        added: _Parser = commands.add_parser(
            name, words=words, help=text, description=text, prog=f"alpie {name}"
        )
        _add_common(added, words)
        return added

    serve = command("serve")
    _wish(serve, "host", words)
    _wish(serve, "port", words, type=int, metavar="N")
    index = command("index")
    _flag(index, "rebuild", words)
    _flag(index, "watch", words)
    index.options.add_argument("--json", action="store_true", help=argparse.SUPPRESS)  # for the page
    _wish(index, "ocr", words, action="store_true")
    _ask(command("ask"), words)
    _search(command("search"), words)
    _verify(command("verify"), words)
    _eval(command("eval"), words)
    command("doctor")
    expand = command("expand")
    expand.given.add_argument("documents", nargs="*", metavar="ID", help=words("help.expand.documents"))
    _flag(expand, "yes", words)
    users = command("users")
    users.given.add_argument("action", choices=ACTIONS, help=words("help.users.action"))
    users.given.add_argument("name", nargs="?", metavar=words("help.name"), help=words("help.users.name"))
    command("mcp")
    parser.set_defaults(verbose=False)
    return parser


def _add_common(parser: _Parser, words: Translations) -> None:
    for name in ("docs", "data"):
        _wish(parser, name, words, type=Path, metavar=words("help.folder"))
    _wish(parser, "language", words, choices=LANGUAGES)
    _wish(parser, "verbose", words, action="store_true")


def _ask(parser: _Parser, words: Translations) -> None:
    parser.given.add_argument(
        "question", nargs="+", metavar=words("help.question"), help=words("help.ask.question")
    )
    _flag(parser, "json", words)
    parser.options.add_argument(
        "--turn", action="append", default=[], metavar=words("help.question"), help=words("help.turn")
    )
    parser.options.add_argument(
        "--document", action="append", default=[], metavar="ID", help=words("help.ask.document")
    )
    _flag(parser, "each-document", words)
    parser.options.add_argument(
        "--record", type=Path, metavar=words("help.file"), help=words("help.ask.record")
    )


def _search(parser: _Parser, words: Translations) -> None:
    parser.given.add_argument(
        "words", nargs="+", metavar=words("help.words"), help=words("help.search.words")
    )
    _flag(parser, "json", words)
    parser.options.add_argument("--document", metavar="ID", help=words("help.document"))
    parser.options.add_argument(
        "--limit", type=_count(words), default=10, metavar="N", help=words("help.limit", most=_MAX_HITS)
    )
    parser.options.add_argument(
        "--retriever", choices=RETRIEVERS, default=RETRIEVERS[0], help=words("help.retriever")
    )


def _verify(parser: _Parser, words: Translations) -> None:
    either = parser.given.add_mutually_exclusive_group(required=True)
    either.add_argument(
        "text", nargs="*", default=[], metavar=words("help.text"), help=words("help.verify.text")
    )
    either.add_argument("--record", type=Path, metavar=words("help.file"), help=words("help.verify.record"))
    _flag(parser, "json", words)


def _eval(parser: _Parser, words: Translations) -> None:
    for name in ("questions", "predictions", "report"):
        place = words("help.folder") if name == "report" else words("help.file")
        parser.options.add_argument(f"--{name}", type=Path, metavar=place, help=words(f"help.eval.{name}"))
    parser.options.add_argument("--part", choices=_PARTS, help=words("help.eval.part"))
    parser.options.add_argument(
        "--corpus-from-questions", action="store_true", default=None, help=words("help.eval.corpus")
    )
    parser.options.add_argument(
        "--compare", action=argparse.BooleanOptionalAction, default=None, help=words("help.eval.compare")
    )
    parser.options.add_argument("--study", choices=_STUDIES, help=words("help.eval.study"))
    parser.options.add_argument("--speed", action="store_true", help=words("help.eval.speed"))
    parser.options.add_argument("--fit", action="store_true", help=words("help.eval.fit"))
    parser.options.add_argument("--resamples", type=int, metavar="N", help=words("help.eval.resamples"))


def _flag(parser: _Parser, name: str, words: Translations) -> None:
    parser.options.add_argument(f"--{name}", action="store_true", help=words(f"help.{name}"))


def _wish(parser: _Parser, name: str, words: Translations, **how: Any) -> None:
    """An option that is absent unless given: so a setting holds, and `alpie --docs X ask` is not undone by `ask`."""
    parser.options.add_argument(f"--{name}", help=words(f"help.{name}"), default=argparse.SUPPRESS, **how)


def _count(words: Translations) -> Any:
    def count(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else 0
        if not 1 <= number <= _MAX_HITS:
            raise argparse.ArgumentTypeError(words("cli.count", value=text, most=_MAX_HITS))
        return number

    return count
