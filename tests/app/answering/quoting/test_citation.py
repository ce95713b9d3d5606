"""A citation says where the words stand, short under a quotation and in full in the panel."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import alpie.app
import alpie.eval
from alpie.app.answering.answer_types import Citation
from alpie.app.answering.quoting.citation import cite, full_citation, locator, permalink, short_citation
from alpie.app.translations import LANGUAGES, translations_for
from alpie.index.records import BlockKind, Document, Passage, Sentence, Span
from alpie.index.sources.source_table import parse_date
from support.tables import cases

REPORT = Document(
    id="weprotect-2019",
    title="Evaluación de la Amenaza Global 2019",
    publisher="Alianza Global WePROTECT",
    date="2019",
    kind="informe",
    language="es",
    file="informe.txt",
    text="El cifrado avanza.",
    rights="© WeProtect",
    short_publisher="WeProtect",
)
PASSAGE = Passage(
    address="weprotect-2019/04-tendencias/0123456789",
    document_id="weprotect-2019",
    sentences=(Sentence("El cifrado avanza.", (Span(0, 18),)),),
    path=("04 Tendencias tecnológicas", "La red oscura"),
    kind=BlockKind.PARAGRAPH,
    page=13,
    paragraph=2,
)
CITATION = cite(REPORT, PASSAGE)


def test_what_is_ours_stands_in_brackets() -> None:
    assert cite(replace(REPORT, editorial=("title",)), PASSAGE).title == f"[{REPORT.title}]"
    for date, shown in (("2019", "Informe, [2019]."), ("", "Informe, s. f.")):
        ours = cite(replace(REPORT, date=date, editorial=("date",)), PASSAGE)
        assert shown in full_citation(ours)


def test_a_quotation_is_cited_where_it_stands_not_where_its_passage_begins() -> None:
    sentences = tuple(
        Sentence(f"Frase {n}.", (Span(10 * n, 10 * n + 8),), block=5 + n // 2)
        for n in range(4)  # two a paragraph, the last on the next page
    )
    passage = replace(PASSAGE, sentences=sentences, path=(), later_pages=((0, 13), (30, 14)))

    def place(*spans: Span) -> str:
        return locator(cite(REPORT, passage, spans))

    assert place(Span(0, 8)) == "párr. 2, p. 13"
    assert place(Span(20, 24)) == "párr. 3, p. 13"
    assert place(Span(30, 38)) == "párr. 3, p. 14"
    assert place(Span(0, 38)) == "párrs. 2-3, pp. 13-14"


@pytest.mark.parametrize(("changes", "expected"), [
    ({}, "WeProtect 2019, § 04 Tendencias tecnológicas, p. 13"),
    ({"page": None}, "WeProtect 2019, § 04 Tendencias tecnológicas"),
    ({"short_publisher": "", "path": ()}, "Alianza Global WePROTECT 2019, p. 13"),
    ({"path": (), "page": None}, "WeProtect 2019, párr. 2"),
    ({"path": (), "page": None, "label": "artículo 22"}, "WeProtect 2019, artículo 22"),
    ({"date": "2021-11-23/2021-11-25", "path": ()}, "WeProtect 2021, p. 13"),
    ({"date": "", "path": ()}, "WeProtect, p. 13"),
    ({"short_publisher": "", "publisher": "", "path": (), "page": None, "paragraph": 0}, f"{REPORT.title} 2019"),
])  # fmt: skip
def test_the_short_form_fits_in_a_line(changes: dict[str, object], expected: str) -> None:
    assert short_citation(replace(CITATION, **changes)) == expected  # type: ignore[arg-type]


def test_the_full_form_names_publisher_title_date_and_place() -> None:
    assert full_citation(CITATION) == (
        "Alianza Global WePROTECT. «Evaluación de la Amenaza Global 2019». Informe, 2019. "
        "Sección 04 Tendencias tecnológicas › La red oscura, párr. 2, p. 13."
    )
    assert full_citation(CITATION, "en").endswith("La red oscura section, para. 2, p. 13.")


def test_a_label_is_cited_instead_of_a_counted_paragraph() -> None:
    labelled = replace(CITATION, label="párrafo 3 del preámbulo", path=(), page=None, paragraph=1)
    assert full_citation(labelled).endswith("Informe, 2019. Párrafo 3 del preámbulo.")
    second = replace(labelled, label="artículo 22, apartado 1", path=("Artículo 22. Plazos.",), paragraph=2)
    assert locator(second) == "Artículo 22. Plazos, apartado 1, párr. 2"


def test_a_box_is_named_unless_the_headings_name_it() -> None:
    assert "recuadro «Caso práctico»" in locator(replace(CITATION, box="Caso práctico"))
    assert not any("recuadro" in locator(replace(CITATION, box=box)) for box in ("La red oscura", ""))


def test_what_is_not_known_is_not_written() -> None:
    bare = Citation("a/b/c", "a", "Título", "", "", "", (), None, None, None, 0)
    assert full_citation(bare) == "«Título». S. f."
    assert short_citation(bare) == "Título"
    assert "None" not in full_citation(bare, "en")


@cases("date, spanish, english")
def test_dates_are_written_as_the_language_writes_them(date: str, spanish: str, english: str) -> None:
    assert translations_for("es").date(date) == spanish
    assert translations_for("en").date(date) == english


def test_only_dates_are_read_as_dates() -> None:
    assert parse_date("2021-11-23/2021-11-25") == ((2021, 11, 23), (2021, 11, 25))
    assert parse_date("2021/2022/2023") == ()
    assert parse_date("1-2-3-4") == ()
    assert parse_date("2021-11-25/23") == ()


def test_a_link_gives_the_address_back() -> None:
    address = "ley-1/título-i/artículo 22 & más/0a1b"
    parts = urlsplit(permalink(address, "https://alpie.example/"))
    assert parts.netloc == "alpie.example"
    assert parse_qs(parts.query) == {"p": [address]}
    assert permalink("a/b/0") == "/?p=a/b/0"


def test_spanish_numbers_are_grouped_from_five_figures_on() -> None:
    translations = translations_for("es")
    assert (translations.number(3187), translations.number(105047), translations.number(0.25, 2)) == (
        "3187",
        "105\u00a0047",
        "0,25",
    )
    assert translations_for("en").number(105047) == "105,047"


def test_both_catalogues_have_the_same_keys_and_placeholders_and_all_are_used() -> None:
    folder = Path(alpie.app.__file__).parent
    spanish, english = (
        json.loads((folder / "locale" / f"{name}.json").read_text(encoding="utf-8")) for name in LANGUAGES
    )
    assert spanish.keys() == english.keys()
    for key in spanish:
        assert sorted(_placeholders(spanish[key])) == sorted(_placeholders(english[key])), key
    # what the evaluation refuses stands there too, for the command line to tell it
    code = "".join(
        path.read_text(encoding="utf-8")
        for top in (folder, Path(alpie.eval.__file__).parent)
        for path in top.rglob("*.py")
    )
    families = tuple(
        "notice. help. doctor. usage. verify. warn. record. count. writer. record.quotes. part. setting.".split()
    )
    for key in spanish:
        stem = key.removesuffix(".one").removesuffix(".many")
        refused = f'Refused("{stem.removeprefix("refused.")}"' if stem.startswith("refused.") else f'"{stem}"'
        assert any(one in code for one in (refused, f'"{stem}"', f"'{stem}'")) or key.startswith(families), (
            key
        )


def _placeholders(text: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
