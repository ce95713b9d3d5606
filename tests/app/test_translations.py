"""What people read stands in a catalogue a language; dates and numbers are written as each language writes them."""

from __future__ import annotations

import json

from alpie.app.translations import translations_for
from support.places import ROOT
from support.tables import cases

# Beginnings of keys that are put together in the code.
FAMILIES = tuple("notice. help. doctor. usage. verify. warn. record. count. writer. part. setting.".split())


@cases("date, spanish, english")
def test_dates_are_written_as_the_language_writes_them(date: str, spanish: str, english: str) -> None:
    assert translations_for("es").date(date) == spanish
    assert translations_for("en").date(date) == english


def test_spanish_numbers_are_grouped_from_five_figures_on() -> None:
    words = translations_for("es")
    written = (words.number(3187), words.number(105047), words.number(0.25, 2))
    assert written == ("3187", "105\u00a0047", "0,25")
    assert translations_for("en").number(105047) == "105,047"


def test_every_sentence_of_the_catalogue_is_used() -> None:
    # what the evaluation refuses stands there too, for the command line to tell it
    code = "".join(path.read_text("utf-8") for top in ("app", "eval") for path in (ROOT / top).rglob("*.py"))
    for key in json.loads((ROOT / "app" / "locale" / "es.json").read_text("utf-8")):
        stem = key.removesuffix(".one").removesuffix(".many")
        refused = f'Refused("{stem.removeprefix("refused.")}"' if stem.startswith("refused.") else f'"{stem}"'
        used = any(one in code for one in (refused, f'"{stem}"', f"'{stem}'"))
        assert used or key.startswith(FAMILIES), key
