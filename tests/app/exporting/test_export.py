"""Exports are read back by independent parsers, with every field and every character in its place."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date

import bibtexparser
import pytest
import rispy
from pybtex.database import parse_string

from alpie.app.exporting.export import FORMATS, export_excerpts
from alpie.app.exporting.reference_files import Excerpt
from support.sample_citations import OTHER_PRESS, PRESS, REPORT, RESOLUTION

QUOTES = [
    Excerpt("El cifrado avanza.", REPORT),
    Excerpt("RECONOCIENDO el valor que el cifrado ofrece,", RESOLUTION),
    Excerpt("Fue detenido en Claypole.", PRESS),
]


def reference_list(text: str) -> list[str]:
    return text.split("Referencias\n\n")[1].splitlines()


def test_apa_follows_the_seventh_edition() -> None:
    text = export_excerpts(QUOTES, "apa")
    where = "sección 04 Tendencias tecnológicas, párr. 2, p. 13"
    assert f"«El cifrado avanza.» (Alianza Global WePROTECT, 2019, {where})." in text
    assert "(OIPC-INTERPOL, Asamblea General, 2021, párrafo 3 del preámbulo)." in text
    assert "(Policía Nacional [España], 2025, párr. 2)." in text  # brackets within brackets are square
    assert reference_list(text) == [
        "Alianza Global WePROTECT. (2019). Evaluación de la Amenaza Global 2019 [Informe].",
        "OIPC-INTERPOL, Asamblea General. (2021, 23-25 de noviembre). "
        "Resolución nº 9: Proteger a los menores [Resolución].",
        "Policía Nacional (España). (2025, 23 de diciembre). [Detención en Alicante; nota de prensa].",
    ]


def test_apa_sets_apart_a_quotation_of_forty_words() -> None:
    short, long = (" ".join(["palabra"] * count) for count in (39, 40))
    assert f"«{short}» (" in export_excerpts([Excerpt(short, REPORT)], "apa")
    block = export_excerpts([Excerpt(long, REPORT)], "apa")
    # no quotation marks, no stop after the bracket
    assert f"    {long} (Alianza Global WePROTECT, 2019," in block
    assert "p. 13)\n" in block
    assert f"«{long}» (" in export_excerpts([Excerpt(long, REPORT)], "iso690")


@pytest.mark.parametrize(("style", "bracket", "entry"), [
    ("apa", "(Alianza Global WePROTECT, [2019],", "Alianza Global WePROTECT. ([2019])."),
    ("iso690", "(Alianza Global WePROTECT [2019],", "ALIANZA GLOBAL WEPROTECT, [2019]."),
])  # fmt: skip
def test_a_date_that_the_text_does_not_carry_stands_in_brackets(style: str, bracket: str, entry: str) -> None:
    text = export_excerpts([Excerpt("Texto.", replace(REPORT, date_is_ours=True))], style)
    assert bracket in text
    assert reference_list(text)[0].startswith(entry)


@pytest.mark.parametrize(("date", "year", "day"), [
    ("2021-11-23/25", "(2021, 23-25 de noviembre)", "23-25 de noviembre de 2021"),
    ("2021-11-30/12-02", "(2021, 30 de noviembre a 2 de diciembre)", "30 de noviembre a 2 de diciembre de"),
    ("2019/2020", "(2019-2020)", "WEPROTECT, 2019-2020."), ("2019-05", "(2019, mayo)", "mayo de 2019"),
])  # fmt: skip
def test_a_period_is_dated_whole(date: str, year: str, day: str) -> None:
    excerpt = [Excerpt("Texto.", replace(REPORT, date=date))]
    assert year in reference_list(export_excerpts(excerpt, "apa"))[0]
    assert day in reference_list(export_excerpts(excerpt, "iso690"))[0]


def test_apa_in_english_orders_the_date_as_english_does() -> None:
    text = export_excerpts([QUOTES[2]], "apa", "en")
    assert "Policía Nacional (España). (2025, December 23)." in text
    assert "“Fue detenido en Claypole.”" in text


def test_iso_690_names_the_organisation_in_capitals_and_the_year_beside_it() -> None:
    assert reference_list(export_excerpts(QUOTES, "iso690")) == [
        "ALIANZA GLOBAL WEPROTECT, 2019. Evaluación de la Amenaza Global 2019. Informe. "
        "Alianza Global WePROTECT.",
        "OIPC-INTERPOL, ASAMBLEA GENERAL, 2021. Resolución nº 9: Proteger a los menores. "
        "Resolución. OIPC-INTERPOL, Asamblea General, 23-25 de noviembre de 2021.",
        "POLICÍA NACIONAL (ESPAÑA), 2025. [Detención en Alicante]. Nota de prensa. "
        "Policía Nacional (España), 23 de diciembre de 2025.",
    ]


def test_iso_690_names_place_publisher_address_and_the_day_it_was_consulted() -> None:
    online = Excerpt("Texto.", replace(REPORT, url="https://example.org/informe.pdf", place="Londres"))
    text = export_excerpts([online], "iso690", accessed=date(2026, 3, 1))
    assert reference_list(text) == [
        "ALIANZA GLOBAL WEPROTECT, 2019. Evaluación de la Amenaza Global 2019 [en línea]. Informe. "
        "Londres: Alianza Global WePROTECT [consulta: 1 de marzo de 2026]. Disponible en: https://example.org/informe.pdf"
    ]


@pytest.mark.parametrize("style", ["apa", "iso690"])
def test_a_law_of_no_publisher_goes_by_its_number_in_the_text_and_by_its_title_in_the_list(
    style: str,
) -> None:
    law = replace(
        REPORT, title="Ley 39/2006, de 14 de diciembre, de dependencia", publisher="", date="2006-12-14"
    )
    text = export_excerpts([Excerpt("Texto.", law)], style)
    assert "«Texto.» (Ley 39/2006, 2006, sección 04" in text
    assert reference_list(text)[0].startswith(law.title)


@pytest.mark.parametrize("style", ["apa", "iso690"])
def test_documents_of_one_author_and_year_are_told_apart(style: str) -> None:
    text = export_excerpts([*QUOTES, Excerpt("Hubo 25 detenciones.", OTHER_PRESS)], style)
    assert re.search(r"Hubo 25 detenciones\.» \(Policía Nacional \[España\],? 2025a", text)
    assert re.search(r"Claypole\.» \(Policía Nacional \[España\],? 2025b", text)  # the year alone comes first


@pytest.mark.parametrize("style", ["apa", "iso690"])
def test_of_one_author_the_undated_comes_first_and_then_the_older(style: str) -> None:
    dates = ("2025-12-23", "2025", "", "2019", "2025-03")
    excerpts = [
        Excerpt("Texto.", replace(REPORT, document_id=str(number), title=f"Informe {number}", date=date))
        for number, date in enumerate(dates)
    ]
    found = re.findall(r"Informe (\d)", "".join(reference_list(export_excerpts(excerpts, style))))
    assert [dates[int(number)] for number in found] == ["", "2019", "2025", "2025-03", "2025-12-23"]


@pytest.mark.parametrize(("style", "undated"), [("apa", "s. f."), ("iso690", "[sin fecha]")])
def test_a_document_without_publisher_or_date_is_cited_by_its_title(style: str, undated: str) -> None:
    text = export_excerpts([Excerpt("Texto.", replace(REPORT, publisher="", date="", kind=""))], style)
    assert "None" not in text
    assert text.count(undated) == 2
    assert ".." not in text


def test_one_document_is_one_entry_with_all_its_quotations() -> None:
    twice = [QUOTES[0], Excerpt("Otra frase.", replace(REPORT, page=14)), QUOTES[0]]
    assert len(reference_list(export_excerpts(twice, "apa"))) == 1
    items = json.loads(export_excerpts(twice, "csl-json"))
    assert len(items) == 1
    assert items[0]["annote"].count("«") == 2


def test_csl_json_holds_what_reference_managers_need() -> None:
    report, resolution, press = json.loads(export_excerpts(QUOTES, "csl-json"))
    assert (report["type"], report["author"]) == ("report", [{"literal": "Alianza Global WePROTECT"}])
    assert resolution["issued"] == {"date-parts": [[2021, 11, 23], [2021, 11, 25]]}
    assert (press["type"], press["genre"]) == ("webpage", "nota de prensa")
    assert "p. 13" in report["annote"]
    assert "note" not in report  # ISO 690 styles print it in the reference


def test_ris_is_read_back_whole() -> None:
    text = export_excerpts(QUOTES, "ris", base_url="https://alpie.example")
    assert text.count("\r\n") == text.count("\n")
    report, resolution, press = rispy.loads(text.replace("\r\n", "\n"))
    assert [one["type_of_reference"] for one in (report, resolution, press)] == ["RPRT", "RPRT", "ELEC"]
    assert (report["title"], report["authors"], report["year"]) == (REPORT.title, [REPORT.publisher], "2019")
    assert "https://alpie.example/?p=weprotect-2019/04-tendencias/0123456789" in report["notes"][0]
    assert resolution["authors"] == ["OIPC-INTERPOL. Asamblea General"]  # a comma would make it a person
    assert resolution["publisher"] == RESOLUTION.publisher
    assert resolution["notes"][0] == "Fecha: 23-25 de noviembre de 2021"  # RIS has no periods
    assert press["date"] == "2025/12/23/"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("ley orgánica", "STAT"), ("Real Decreto", "STAT"), ("nota de prensa", "ELEC"), ("documento", "RPRT")],
)
def test_ris_has_types_that_zotero_knows(kind: str, expected: str) -> None:
    """Zotero takes RIS's «generic» for a journal article."""
    assert export_excerpts([Excerpt("Texto.", replace(REPORT, kind=kind))], "ris").startswith(
        f"TY  - {expected}"
    )


def test_bibtex_is_read_back_whole_by_two_parsers() -> None:
    text = export_excerpts(QUOTES, "bibtex")
    report, resolution, press = parse_string(text, "bibtex").entries.values()
    assert (report.type, report.fields["institution"]) == ("techreport", "{Alianza Global WePROTECT}")
    found = [press.fields[name] for name in ("howpublished", "year", "month")]
    assert found == ["nota de prensa", "2025", "December"]
    assert "  month = nov,\n" in text  # the name that BibTeX styles have for it, not a number or a word
    assert resolution.fields["date"] == "2021-11-23/2021-11-25"
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == ["weprotect-2019", "interpol-2021", "alicante-2025"]


@pytest.mark.parametrize("kind", ["informe", "libro"])
def test_bibtex_has_no_entry_without_the_publisher_that_it_needs(kind: str) -> None:
    source = replace(REPORT, kind=kind, publisher="", url="", language="")
    (entry,) = parse_string(export_excerpts([Excerpt("Texto.", source)], "bibtex"), "bibtex").entries.values()
    assert (entry.type, entry.fields["howpublished"]) == ("misc", kind)
    assert "language" not in entry.fields


def test_csv_has_a_row_a_quotation_and_opens_in_a_spreadsheet() -> None:
    rows = list(csv.DictReader(io.StringIO(export_excerpts(QUOTES, "csv"))))
    assert [row["quote"] for row in rows] == [quote.text for quote in QUOTES]
    assert rows[0]["page"] == "13"
    assert rows[1]["label"] == "párrafo 3 del preámbulo"
    assert FORMATS["csv"].encoding == "utf-8-sig"


def test_markdown_footnotes_carry_the_full_citation_and_a_link() -> None:
    text = export_excerpts(QUOTES[:2], "markdown", base_url="https://alpie.example")
    assert "> El cifrado avanza.[^weprotect-2019-01234567]" in text
    assert "\n[^weprotect-2019-01234567]: Alianza Global WePROTECT. «Evaluación" in text
    assert "<https://alpie.example/?p=weprotect-2019/04-tendencias/0123456789>" in text


def test_markdown_shows_every_character_and_never_reuses_a_label() -> None:
    text = export_excerpts([Excerpt("1. *No* <b>negrita</b> [x]_y_", REPORT), QUOTES[0]], "markdown")
    assert "> 1\\. \\*No\\* \\<b\\>negrita\\</b\\> \\[x\\]\\_y\\_[^weprotect-2019-01234567]" in text
    assert "[^weprotect-2019-01234567-2]" in text


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_none_one_and_many_and_a_note_of_the_reader(name: str) -> None:
    assert isinstance(export_excerpts([], name), str)
    one, many = (
        export_excerpts([replace(QUOTES[0], note="Para el capítulo 3")], name),
        export_excerpts(QUOTES, name),
    )
    assert "El cifrado avanza." in one
    assert "Para el capítulo 3" in one
    assert one.encode(FORMATS[name].encoding)
    for quote in QUOTES:
        assert quote.citation.title.strip("[]") in many.replace("\\", "")
    assert "?p=" not in many  # links are those of the public address, or none
    linked = export_excerpts(QUOTES, name, base_url="https://alpie.example").replace("\\", "")
    assert ("https://alpie.example/?p=" in linked) is (name not in ("apa", "iso690"))
