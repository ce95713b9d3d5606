"""Carries out `alpie users`: names who may open the page."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable

from alpie.app.page.guarding.users import Users
from alpie.app.settings import Settings
from alpie.app.translations import Translations, message
from alpie.index.errors import ArgumentError, SettingsError

ACTIONS = ("add", "remove", "list")


def run_users(
    action: str, name: str | None, settings: Settings, translations: Translations, say: Callable[[str], None]
) -> None:
    """Do one action on the file of users; `say` gets what there is to tell. Raises `AlpieError`."""
    if settings.users is None:
        raise SettingsError(message("users.no_file"))
    users = Users(settings.users)
    if action == "list":
        for one in users.hashes() if settings.users.exists() else ():
            say(one)
        return
    if not name:
        raise ArgumentError(message("users.no_name", action=action))
    if action == "remove":
        users.remove(name)
        say(translations("users.removed", name=name, file=settings.users))
        return
    new = users.add(name, _ask_password(translations))
    say(translations("users.added" if new else "users.changed", name=name, file=settings.users))


def _ask_password(translations: Translations) -> str:
    """Asked for twice without echo; a program may send it as a line on standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(translations("users.password") + " ")
    if getpass.getpass(translations("users.password_again") + " ") != first:
        raise ArgumentError(message("users.differ"))
    return first
