"""Settings: one frozen object, read in one place.

Later sources win: defaults, `alpie.toml` (in the working directory, or the file $ALPIE_CONFIG names),
environment variables ``ALPIE_<NAME>``, command-line options. A key nobody knows is refused, with the
place it stands in and the names allowed: a misspelt setting that is silently ignored is worse than none.
"""

# ruff: noqa: RUF009 - `setting` is `dataclasses.field` with a description
from __future__ import annotations

import difflib
import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, get_args

from alpie.app.setting_kinds import (
    FOLDER,
    OPTIONAL_FILE,
    SWITCH,
    Setting,
    choice,
    decimal,
    names,
    setting,
    text,
    whole_number,
)
from alpie.app.translations import LANGUAGES, message
from alpie.index.database.files import user_cache
from alpie.index.environment import RUNTIMES, Runtime
from alpie.index.errors import SettingsError

ROOT = Path(__file__).resolve().parents[1]  # the checkout, or the folder of the installed namespace
SEED_DOCUMENTS = ROOT / "docs_src"
CONFIG_FILE = "alpie.toml"
ENVIRONMENT_PREFIX = "ALPIE_"
CONFIG_VARIABLE = "ALPIE_CONFIG"

UploadRights = Literal["auto", "off", "add", "all"]
MetricsReaders = Literal["off", "loopback", "all"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator may choose. `load_settings` makes one; every field has its own check.

    What each does is told in the catalogues, under `setting.` and its name.
    """

    docs: Path = setting(FOLDER)
    data: Path = setting(FOLDER)
    index: str = setting(text(may_be_empty=True, starts_with=("milvus:",)), "")
    index_token: str = setting(text(may_be_empty=True), "", secret=True)
    index_timeout_seconds: float = setting(decimal(0.1, 600.0, message("unit.seconds")), 10.0)
    max_document_megabytes: int = setting(whole_number(1, 200, message("unit.megabytes")), 100)
    ocr: bool = setting(SWITCH, False)
    cache: Path = setting(FOLDER)
    encoder: str = setting(text(), "bundled")
    runtime: Runtime = setting(choice(*RUNTIMES), "auto")
    reader: str = setting(text(), "bundled")
    threshold: float | None = setting(decimal(0.0, 1.0, message("unit.probability"), or_auto=True), None)
    max_quotes: int = setting(whole_number(1, 10, message("unit.quotes")), 5)
    writer: str = setting(text(may_be_empty=True), "")
    writer_url: str = setting(text(may_be_empty=True, starts_with=("http://", "https://")), "")
    writer_timeout_seconds: float = setting(decimal(1.0, 600.0, message("unit.seconds")), 30.0)
    writer_reads: bool = setting(SWITCH, False)
    feedback: bool = setting(SWITCH, False)
    upload: UploadRights = setting(choice(*get_args(UploadRights)), "auto")
    max_upload_megabytes: int = setting(whole_number(1, 200, message("unit.megabytes")), 25)
    language: str = setting(choice(*LANGUAGES), LANGUAGES[0])
    host: str = setting(text(), "127.0.0.1")
    port: int = setting(whole_number(0, 65_535, message("unit.port")), 7860)
    root_path: str = setting(text(may_be_empty=True, starts_with=("/",)), "")
    public_url: str = setting(text(may_be_empty=True, starts_with=("http://", "https://")), "")
    allowed_hosts: tuple[str, ...] = setting(names(), ())
    trusted_proxies: tuple[str, ...] = setting(names(message("kind.networks"), ip_network), ())
    users: Path | None = setting(OPTIONAL_FILE, None)
    questions_per_minute: int = setting(whole_number(1, 100_000, message("unit.questions")), 60)
    max_waiting: int = setting(whole_number(1, 10_000, message("unit.questions")), 64)
    metrics: MetricsReaders = setting(choice(*get_args(MetricsReaders)), "loopback")

    @property
    def max_document_bytes(self) -> int:
        """`max_document_megabytes` in bytes."""
        return 1_000_000 * self.max_document_megabytes


def load_settings(
    options: Mapping[str, object] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    working_folder: Path | None = None,
) -> Settings:
    """Settings from all sources; `options` are the command line's, those that were given.

    Raises `SettingsError`, which names the file, variable or option at fault and what is allowed.
    """
    environment = os.environ if environment is None else environment
    folder = (working_folder or Path.cwd()).absolute()
    values = _from_file(environment, folder)
    values |= _from_environment(environment, folder)
    values |= _read_values(options or {}, "settings.from_option", folder, dashes=True)
    docs = values.setdefault("docs", SEED_DOCUMENTS)
    assert isinstance(docs, Path)
    values.setdefault("data", _default_data(docs))
    values.setdefault("cache", user_cache())
    return Settings(**values)  # type: ignore[arg-type]  # each value passed the check of its field


def read_language(environment: Mapping[str, str] | None = None) -> str:
    """The setting `language` as the environment has it, checked as `load_settings` does.

    For who has something to say before the other settings are read, and whatever is wrong with those.
    """
    name = f"{ENVIRONMENT_PREFIX}LANGUAGE"
    given = (os.environ if environment is None else environment).get(name, "")
    return str(_from_environment({name: given}, Path()).get("language", Settings.language))


def settings_table() -> tuple[tuple[str, Setting], ...]:
    """Name and description of each setting, in order: what the documentation is generated from."""
    return tuple(
        (field.name, replace(field.metadata["setting"], help=message(f"setting.{field.name}")))
        for field in fields(Settings)
    )


def _from_file(environment: Mapping[str, str], folder: Path) -> dict[str, object]:
    named = environment.get(CONFIG_VARIABLE, "")
    path = (folder / named) if named else (folder / CONFIG_FILE)
    if not named and not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(message("settings.unreadable", path=path, error=error.strerror)) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            message("at", where=path, reason=message("sources.not_utf8", place=error.start))
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            message("at", where=path, reason=message("sources.not_toml", error=error))
        ) from error
    return _read_values(table, "settings.from_file", path.parent.absolute(), path=path)


def _from_environment(environment: Mapping[str, str], folder: Path) -> dict[str, object]:
    given = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(ENVIRONMENT_PREFIX) and name != CONFIG_VARIABLE and value != ""
    }
    return _read_values(given, "settings.from_environment", folder, capitals=True)


def _read_values(
    given: Mapping[str, object],
    place: str,
    folder: Path,
    *,
    capitals: bool = False,
    dashes: bool = False,
    path: Path | None = None,
) -> dict[str, object]:
    known = dict(settings_table())
    values: dict[str, object] = {}
    for key, value in given.items():
        shown = key.upper() if capitals else key.replace("_", "-") if dashes else key
        where = message(place, name=shown, path=path)
        if key not in known:
            raise SettingsError(
                message("settings.unknown", where=where, suggestion=_suggestion(key, known), known=[*known])
            )
        try:
            values[key] = known[key].kind.read(value, folder)
        except ValueError as error:
            raise SettingsError(
                message("settings.value", where=where, value=repr(value), allowed=error)
            ) from error
    return values


def _suggestion(key: str, known: Mapping[str, Setting]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return message("settings.suggestion", name=close[0]) if close else ""


def _default_data(docs: Path) -> Path:
    """`var` in a checkout, else the user's data folder; other documents get a folder of their own.

    Were it one folder for all, `--docs` without `--data` would answer from an index of other documents.
    """
    if (ROOT / "pyproject.toml").is_file():
        base = ROOT / "var"
    else:
        import platformdirs

        base = platformdirs.user_data_path("alpie", appauthor=False)
    if docs.resolve() == SEED_DOCUMENTS.resolve():
        return base / "index"
    return base / f"index-{hashlib.sha256(str(docs.resolve()).encode()).hexdigest()[:12]}"
