"""The catalogues of the page: nothing missing, nothing unused, and readers called «usted»."""

from __future__ import annotations

import json
import re

from alpie.app import translations as common
from alpie.app.page.views.page_translations import page_translations_for
from support.places import ROOT

PAGE = ROOT / "app" / "page"


def _sources() -> str:
    paths = (*PAGE.rglob("*.py"), *PAGE.rglob("*.html"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _keys_used() -> set[str]:
    python = _sources()
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (PAGE / "assets").glob("*.js"))
    quoted = set(re.findall(r"""["']([a-z][a-z0-9_-]*(?:\.[a-z0-9_@ -]+)+)["']""", python))
    return quoted | {f"js.{name}" for name in re.findall(r"translations\.([a-z_]+)", scripts)}


def _families() -> tuple[str, ...]:
    """Prefixes of keys that are put together in the code: f"nav.{view}"."""
    python = _sources()
    joined = re.findall(r'f"([a-z]+(?:\.[a-z_]+)*\.)\{', python)
    return tuple({*joined, *re.findall(r'"([a-z]+(?:\.[a-z_]+)*\.)" ~', python)})


def test_spanish_calls_its_reader_usted() -> None:
    familiar = re.compile(
        r"\b(tu|tus|te|puedes|quieres|y usa|y repite|Inténtalo|Añade|Añádelo|Instala|Actualiza)\b"
    )
    entries = page_translations_for("es").entries.items()
    told_to_a_child = ("help.notice.self.",)
    assert not {
        key: text for key, text in entries if familiar.search(text) and not key.startswith(told_to_a_child)
    }


def test_no_key_is_unused() -> None:
    used, families = _keys_used(), _families()
    unused = [
        key
        for key in json.loads((PAGE / "locale" / "es.json").read_text("utf-8"))
        if key
        not in {*used, *common.translations_for("es").entries}  # the page may say its own for one of them
        and not key.startswith(families)
        and key.rpartition(".")[0] not in used  # "count.passages" stands for its .one and .many
        and not re.match(r"help\.(asking|limits|privacy|keys)\.", key)
    ]
    assert not unused


def test_no_key_is_missing() -> None:
    python = _sources()
    asked = set(re.findall(r"""(?:words|translations)(?:\.html)?\(\s*["']([^"']+)["'][,)]""", python))
    scripts = {key for key in _keys_used() if key.startswith("js.")} - {
        "js.home",
        "js.lang",
        "js.public",
        "js.root",
        "js.feedback",
        "js.views",
    }
    missing = [
        key
        for key in asked | scripts
        if not key.endswith(".") and key not in page_translations_for("es").entries
    ]
    assert not missing
