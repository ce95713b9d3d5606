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
from dataclasses import dataclass, fields
from ipaddress import ip_network
from pathlib import Path

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
from alpie.app.translations import said
from alpie.index.errors import SettingsError
from alpie.index.model_cache import default_cache

ROOT = Path(__file__).resolve().parents[1]  # the checkout, or the folder of the installed namespace
SEED_DOCUMENTS = ROOT / "docs_src"
CONFIG_FILE = "alpie.toml"
ENVIRONMENT_PREFIX = "ALPIE_"
CONFIG_VARIABLE = "ALPIE_CONFIG"

_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    # LANGSMITH_TRACING=false would not override an inherited LANGCHAIN_TRACING_V2=true; this does
    "LANGSMITH_TRACING_V2": "false",
    "ANONYMIZED_TELEMETRY": "False",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator may choose. `load_settings` makes one; every field has its own check."""

    docs: Path = setting(FOLDER, "Carpeta de los documentos y de su sources.toml.")
    data: Path = setting(FOLDER, "Carpeta del índice.")
    index: str = setting(
        text(may_be_empty=True, starts_with=("milvus:",)),
        "Motor que propone los pasajes, `milvus:<dirección o archivo.db>[#nombre]`; vacío: FAISS, en el mismo "
        "proceso.",
        "",
    )
    index_token: str = setting(
        text(may_be_empty=True),
        "Ficha o `usuario:contraseña` del motor; mejor en el entorno que en un archivo. Vacía: ninguna.",
        "",
    )
    index_timeout_seconds: float = setting(
        decimal(0.1, 600.0, said("unit.seconds")),
        "Espera máxima a cada llamada al motor antes de dar un error.",
        10.0,
    )
    max_document_megabytes: int = setting(
        whole_number(1, 200, said("unit.megabytes")),
        "Tamaño máximo del archivo de un documento; uno mayor no se abre y se nombra al indexar.",
        100,
    )
    ocr: bool = setting(
        SWITCH,
        "Reconocer con Tesseract el texto de las páginas escaneadas al indexar (`alpie index --ocr`).",
        False,
    )
    cache: Path = setting(
        FOLDER, "Carpeta de los archivos del codificador y de los diccionarios, común a todos los índices."
    )
    encoder: str = setting(
        text(),
        "Codificador: `bundled`, una carpeta de sentence-transformers o un modelo de la caché local.",
        "bundled",
    )
    runtime: str = setting(choice("auto", "onnx", "torch", "torch-bf16"), "Motor del codificador.", "auto")
    reader: str = setting(
        text(),
        "Lector: `bundled`, la carpeta de un «cross-encoder» de sentence-transformers o uno de la caché local.",
        "bundled",
    )
    threshold: float | None = setting(
        decimal(0.0, 1.0, said("unit.probability"), or_auto=True),
        "Confianza por debajo de la cual se dice que no hay una respuesta segura; `auto`: la calibrada.",
        None,
    )
    max_quotes: int = setting(
        whole_number(1, 10, said("unit.quotes")), "Máximo de citas en una respuesta.", 5
    )
    writer: str = setting(
        text(may_be_empty=True),
        "Modelo de lenguaje que redacta sobre las citas, `proveedor:modelo`; vacío: ninguno.",
        "",
    )
    writer_url: str = setting(
        text(may_be_empty=True, starts_with=("http://", "https://")),
        "Dirección de un servidor compatible con OpenAI para el redactor; vacía: la del proveedor.",
        "",
    )
    writer_timeout_seconds: float = setting(
        decimal(1.0, 600.0, said("unit.seconds")),
        "Espera máxima al redactor antes de mostrar solo las citas.",
        30.0,
    )
    writer_reads: bool = setting(
        SWITCH,
        "Si el modelo de lenguaje elige también, por su número, las frases que contestan; si falla, elige el lector.",
        False,
    )
    feedback: bool = setting(
        SWITCH, "Si la página guarda en un archivo local las valoraciones de los lectores.", False
    )
    upload: str = setting(
        choice("auto", "off", "add", "all"),
        "Qué pueden hacer con los documentos quienes abren la página: nada, añadirlos, o todo (también corregir sus "
        "datos, quitarlos y abrir colecciones); `auto`: todo si la página solo se sirve a esta máquina, si no nada.",
        "auto",
    )
    max_upload_megabytes: int = setting(
        whole_number(1, 200, said("unit.megabytes")), "Tamaño máximo de un documento que se sube.", 25
    )
    language: str = setting(choice("es", "en"), "Idioma de la interfaz.", "es")
    host: str = setting(text(), "Dirección de red en la que escucha la página.", "127.0.0.1")
    port: int = setting(whole_number(0, 65_535, said("unit.port")), "Puerto de la página.", 7860)
    root_path: str = setting(
        text(may_be_empty=True, starts_with=("/",)),
        "Ruta bajo la que un proxy sirve la página, como `/alpie`; vacía: la raíz.",
        "",
    )
    public_url: str = setting(
        text(may_be_empty=True, starts_with=("http://", "https://")),
        "Dirección pública de la página, con su ruta si la tiene: la que llevan los enlaces que se copian y "
        "exportan; vacía: aquella por la que se llega, salvo que sea la de esta misma máquina.",
        "",
    )
    allowed_hosts: tuple[str, ...] = setting(
        names(),
        "Nombres por los que se llega a la página, además de los de esta máquina: el del proxy, por ejemplo.",
        (),
    )
    trusted_proxies: tuple[str, ...] = setting(
        names(said("kind.networks"), ip_network),
        "Proxies a los que se cree cuando dicen de quién es una petición; vacía: a ninguno.",
        (),
    )
    users: Path | None = setting(
        OPTIONAL_FILE,
        "Archivo de usuarios que hace `alpie users add`; vacío: la página no pide contraseña.",
        None,
    )
    questions_per_minute: int = setting(
        whole_number(1, 100_000, said("unit.questions")),
        "Preguntas por minuto que se admiten de un mismo visitante.",
        60,
    )
    max_waiting: int = setting(
        whole_number(1, 10_000, said("unit.questions")),
        "Preguntas que esperan turno como mucho; las demás reciben un «ocupado».",
        64,
    )
    metrics: str = setting(
        choice("off", "loopback", "all"),
        "Quién puede leer `/al/metrics`: nadie, esta máquina o cualquiera que llegue a la página.",
        "loopback",
    )

    @property
    def max_document_bytes(self) -> int:
        """`max_document_megabytes` in bytes."""
        return 1_000_000 * self.max_document_megabytes


def work_offline() -> None:
    """Forbid libraries the network and telemetry. Has full effect only before their first import."""
    os.environ.update(_OFFLINE)


def compute_in_one_thread() -> None:
    """Keep numpy's and FAISS's products in the thread that asks; to be called before their first import.

    The products of a question take a millisecond or two: threads for them wait for each other, busily, and
    took half of a question's processor time on two cores. Several questions are several threads anyway. Who
    sets the variables otherwise is obeyed.
    """
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


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
    values |= _checked(options or {}, "settings.from_option", folder, dashes=True)
    docs = values.setdefault("docs", SEED_DOCUMENTS)
    assert isinstance(docs, Path)
    values.setdefault("data", _default_data(docs))
    values.setdefault("cache", default_cache())
    return Settings(**values)  # type: ignore[arg-type]  # each value passed the check of its field


def settings_table() -> tuple[tuple[str, Setting], ...]:
    """Name and description of each setting, in order: what the documentation is generated from."""
    return tuple((field.name, field.metadata["setting"]) for field in fields(Settings))


def _from_file(environment: Mapping[str, str], folder: Path) -> dict[str, object]:
    named = environment.get(CONFIG_VARIABLE, "")
    path = (folder / named) if named else (folder / CONFIG_FILE)
    if not named and not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(said("settings.unreadable", path=path, error=error.strerror)) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            said("at", where=path, reason=said("sources.not_utf8", place=error.start))
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(said("at", where=path, reason=said("sources.not_toml", error=error))) from error
    return _checked(table, "settings.from_file", path.parent.absolute(), path=path)


def _from_environment(environment: Mapping[str, str], folder: Path) -> dict[str, object]:
    given = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(ENVIRONMENT_PREFIX) and name != CONFIG_VARIABLE and value != ""
    }
    return _checked(given, "settings.from_environment", folder, capitals=True)


def _checked(
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
        where = said(place, name=shown, path=path)
        if key not in known:
            raise SettingsError(
                said("settings.unknown", where=where, suggestion=_suggestion(key, known), known=[*known])
            )
        try:
            values[key] = known[key].kind.read(value, folder)
        except ValueError as error:
            raise SettingsError(
                said("settings.value", where=where, value=repr(value), allowed=error)
            ) from error
    return values


def _suggestion(key: str, known: Mapping[str, Setting]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return said("settings.suggestion", name=close[0]) if close else ""


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
