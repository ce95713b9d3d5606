"""Settings: one frozen object, read in one place.

Later sources win: defaults, `alpie.toml` (in the working directory, or the file $ALPIE_CONFIG names), environment
variables ``ALPIE_<NAME>``, command-line options. An unknown key is refused, with the place where it was found and the
names that are allowed: a misspelt setting that is silently ignored is worse than none.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints

from pydantic import TypeAdapter, ValidationError

from alpie.app import setting_kinds as kinds
from alpie.app.translations import Language, message
from alpie.index.errors import SettingsError
from alpie.index.system.environment import Runtime
from alpie.index.system.files import read_toml, user_cache

ROOT = Path(__file__).resolve().parents[1]  # the checkout, or the folder of the installed namespace
SEED_DOCUMENTS = ROOT / "docs_src"
CONFIG_FILE = "alpie.toml"
ENVIRONMENT_PREFIX = "ALPIE_"
CONFIG_VARIABLE = "ALPIE_CONFIG"

UploadRights = Literal["auto", "off", "add", "all"]
MetricsAccess = Literal["off", "loopback", "all"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator may choose. `load_settings` makes one; every field has its own check.

    What each one does is explained in the catalogues, under `setting.` and its name.
    """

    docs: kinds.Folder
    data: kinds.Folder
    backend: Annotated[kinds.OptionalText, kinds.starting("milvus:")] = ""
    backend_token: kinds.OptionalText = field(default="", repr=False)
    backend_timeout_seconds: Annotated[kinds.Decimal, kinds.decimal(0.1, 600, message("unit.seconds"))] = 10.0
    max_document_megabytes: Annotated[kinds.Whole, kinds.whole(1, 200, message("unit.megabytes"))] = 100
    ocr: kinds.Switch = False
    cache: kinds.Folder
    encoder: kinds.Text = "bundled"
    encoder_runtime: Runtime = "auto"
    reader: kinds.Text = "bundled"
    answer_threshold: kinds.ProbabilityOrAuto = None
    max_quotes: Annotated[kinds.Whole, kinds.whole(1, 10, message("unit.quotes"))] = 5
    writer: kinds.OptionalText = ""
    writer_url: Annotated[kinds.OptionalText, kinds.starting("http://", "https://")] = ""
    writer_timeout_seconds: Annotated[kinds.Decimal, kinds.decimal(1, 600, message("unit.seconds"))] = 30.0
    writer_reads: kinds.Switch = False
    feedback: kinds.Switch = False
    upload: UploadRights = "auto"
    max_upload_megabytes: Annotated[kinds.Whole, kinds.whole(1, 200, message("unit.megabytes"))] = 25
    language: Language = "es"
    host: kinds.Text = "127.0.0.1"
    port: Annotated[kinds.Whole, kinds.whole(0, 65_535, message("unit.port"))] = 7860
    root_path: Annotated[kinds.OptionalText, kinds.starting("/")] = ""
    public_url: Annotated[kinds.OptionalText, kinds.starting("http://", "https://")] = ""
    allowed_hosts: kinds.Names = ()
    trusted_proxies: kinds.Networks = ()
    users: kinds.OptionalFile = None
    questions_per_minute: Annotated[kinds.Whole, kinds.whole(1, 100_000, message("unit.questions"))] = 60
    max_waiting_questions: Annotated[kinds.Whole, kinds.whole(1, 10_000, message("unit.questions"))] = 64
    metrics: MetricsAccess = "loopback"

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
    values |= _read_values(
        options or {}, folder, lambda name: message("settings.from_option", name=name.replace("_", "-"))
    )
    docs = values.setdefault("docs", SEED_DOCUMENTS)
    assert isinstance(docs, Path)
    values.setdefault("data", _default_data(docs))
    values.setdefault("cache", user_cache())
    return Settings(**values)  # type: ignore[arg-type]  # each value passed the check of its field


def read_language(environment: Mapping[str, str] | None = None) -> str:
    """The setting `language` as the environment has it, checked as `load_settings` does.

    For messages that come before the other settings are read, or when something is wrong with those.
    """
    name = f"{ENVIRONMENT_PREFIX}LANGUAGE"
    given = (os.environ if environment is None else environment).get(name, "")
    return str(_from_environment({name: given}, Path()).get("language", Settings.language))


class Setting(NamedTuple):
    """What the documentation and the checks know about a setting."""

    kind: Any  # a type that pydantic reads, of `alpie.app.setting_kinds` or a choice
    default: object  # MISSING: depends on where Al Pie is installed
    help: str  # what it does


@cache
def settings_table() -> Mapping[str, Setting]:
    """Each setting by its name, in order: what the documentation is generated from."""
    hints = get_type_hints(Settings, include_extras=True)
    return {
        setting.name: Setting(hints[setting.name], setting.default, message(f"setting.{setting.name}"))
        for setting in fields(Settings)
    }


def _from_file(environment: Mapping[str, str], folder: Path) -> dict[str, object]:
    named = environment.get(CONFIG_VARIABLE, "")
    path = (folder / named) if named else (folder / CONFIG_FILE)
    if not named and not path.is_file():
        return {}
    try:
        table = read_toml(path, SettingsError)
    except OSError as error:
        raise SettingsError(message("settings.unreadable", path=path, error=error.strerror)) from error
    return _read_values(
        table, path.parent.absolute(), lambda name: message("settings.from_file", name=name, path=path)
    )


def _from_environment(environment: Mapping[str, str], folder: Path) -> dict[str, object]:
    given = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(ENVIRONMENT_PREFIX) and name != CONFIG_VARIABLE and value != ""
    }
    return _read_values(given, folder, lambda name: message("settings.from_environment", name=name.upper()))


def _read_values(
    given: Mapping[str, object], folder: Path, place_of: Callable[[str], str]
) -> dict[str, object]:
    """The values of one source, each checked; `place_of` says where in the source a name stands."""
    known = settings_table()
    values: dict[str, object] = {}
    for key, value in given.items():
        where = place_of(key)
        if key not in known:
            raise SettingsError(
                message("settings.unknown", where=where, suggestion=_suggestion(key, known), known=[*known])
            )
        try:
            values[key] = TypeAdapter(known[key].kind).validate_python(value, context=folder)
        except ValidationError as error:
            allowed = kinds.allowed_values(known[key].kind)
            raise SettingsError(
                message("settings.value", where=where, value=str(value), allowed=allowed)
            ) from error
    return values


def _suggestion(key: str, known: Mapping[str, Setting]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return message("settings.suggestion", name=close[0]) if close else ""


def _default_data(docs: Path) -> Path:
    """`var` in a checkout, else the user's data folder; other documents get a folder of their own.

    With one folder for all, `--docs` without `--data` would answer from an index of other documents.
    """
    if (ROOT / "pyproject.toml").is_file():
        base = ROOT / "var"
    else:
        import platformdirs

        base = platformdirs.user_data_path("alpie", appauthor=False)
    if docs.resolve() == SEED_DOCUMENTS.resolve():
        return base / "index"
    return base / f"index-{hashlib.sha256(str(docs.resolve()).encode()).hexdigest()[:12]}"
