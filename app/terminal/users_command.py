"""Carries out `alpie users`: names who may open the page."""

from __future__ import annotations

import argparse
import getpass
import sys

from alpie.app.service.users import Users
from alpie.app.settings import Settings
from alpie.app.terminal import DONE
from alpie.app.translations import Translations, message
from alpie.index.errors import ArgumentError, SettingsError

ACTIONS = ("add", "remove", "list")


def run_users(arguments: argparse.Namespace, settings: Settings, translations: Translations) -> int:
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
