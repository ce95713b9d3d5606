"""A citation says where the words stand, short under a quotation and in full in the panel."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from alpie.app.answering.answer_types import Citation
from alpie.app.answering.quoting.citation import cite, full_citation, locator, permalink, short_citation
from alpie.index.records import PageStart, Sentence, Span
from support import sample_citations
from support.sample_citations import DOCUMENT

PASSAGE = replace(sample_citations.PASSAGE, path=(*sample_citations.PASSAGE.path, "La red oscura"))
CITATION = cite(DOCUMENT, PASSAGE)


def test_what_is_ours_stands_in_brackets() -> None:
    assert cite(replace(DOCUMENT, editorial=("title",)), PASSAGE).title == f"[{DOCUMENT.title}]"
    for date, shown in (("2019", "Informe, [2019]."), ("", "Informe, s. f.")):
        ours = cite(replace(DOCUMENT, date=date, editorial=("date",)), PASSAGE)
        assert shown in full_citation(ours)


def test_a_language_that_nobody_said_is_not_cited() -> None:
    assert CITATION.language == DOCUMENT.language
    assert cite(replace(DOCUMENT, editorial=("language",)), PASSAGE).language == ""


def test_a_quotation_is_cited_where_it_stands_not_where_its_passage_begins() -> None:
    sentences = tuple(
        Sentence(f"Frase {n}.", (Span(10 * n, 10 * n + 8),), block=5 + n // 2)
        for n in range(4)  # two a paragraph, the last on the next page
    )
    passage = replace(
        PASSAGE, sentences=sentences, path=(), later_pages=(PageStart(0, 13), PageStart(30, 14))
    )

    def place(*spans: Span) -> str:
        return locator(cite(DOCUMENT, passage, spans))

    assert place(Span(0, 8)) == "párr. 2, p. 13"
    assert place(Span(20, 24)) == "párr. 3, p. 13"
    assert place(Span(30, 38)) == "párr. 3, p. 14"
    assert place(Span(0, 38)) == "párrs. 2-3, pp. 13-14"
    passage = replace(
        passage, page="iv", later_pages=(PageStart(24, 1), PageStart(30, 2))
    )  # pages go by their names
    assert [place(sentence.spans[0]) for sentence in sentences[1:]] == [
        "párr. 2, p. iv",
        "párr. 3, pp. iv-1",
        "párr. 3, p. 2",
    ]


@pytest.mark.parametrize(("changes", "expected"), [
    ({}, "WeProtect 2019, § 04 Tendencias tecnológicas, p. 13"),
    ({"page": None}, "WeProtect 2019, § 04 Tendencias tecnológicas"),
    ({"short_publisher": "", "path": ()}, "Alianza Global WePROTECT 2019, p. 13"),
    ({"path": (), "page": None}, "WeProtect 2019, párr. 2"),
    ({"path": (), "page": None, "label": "artículo 22"}, "WeProtect 2019, artículo 22"),
    ({"date": "2021-11-23/2021-11-25", "path": ()}, "WeProtect 2021, p. 13"),
    ({"date": "", "path": ()}, "WeProtect, p. 13"),
    ({"short_publisher": "", "publisher": "", "path": (), "page": None, "paragraph": 0}, DOCUMENT.title),
    ({"short_publisher": "", "date": "", "path": ()}, f"{DOCUMENT.title}, p. 13"),
    ({"short_publisher": "", "title": "Ley 39/2006, de 14 de diciembre, de dependencia", "date": "2006-12-14",
      "path": ("TÍTULO I.", "Artículo 5"), "label": "artículo 5"}, "Ley 39/2006, § TÍTULO I, artículo 5, p. 13"),
    ({"title": "[" + 9 * "Reglamento " + "ec]", "short_publisher": "", "publisher": "", "path": (), "page": None},
     f"[{' '.join(5 * ['Reglamento'])}…] 2019, párr. 2"),
    ({"path": ("Evaluación de la amenaza:", "Red oscura"), "page": None}, "WeProtect 2019, § Red oscura"),
    ({"path": ("Disposición final. Modificación.",), "label": "disposición final"},
     "WeProtect 2019, § Disposición final. Modificación, p. 13"),
    ({"path": (12 * "CONVENIO ",), "page": None}, f"WeProtect 2019, § {' '.join(8 * ['CONVENIO'])}…"),
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


def test_a_heading_that_says_that_it_is_a_section_is_not_called_one() -> None:
    assert locator(replace(CITATION, path=("Sección 2: Plazos",))) == "Sección 2: Plazos, párr. 2, p. 13"


def test_what_no_one_says_what_it_is_has_no_kind() -> None:
    assert full_citation(cite(replace(DOCUMENT, kind="documento"), PASSAGE)).startswith(
        "Alianza Global WePROTECT. «Evaluación de la Amenaza Global 2019». 2019. "
    )


def test_a_box_is_named_unless_the_headings_name_it() -> None:
    assert "recuadro «Caso práctico»" in locator(replace(CITATION, box="Caso práctico"))
    assert not any("recuadro" in locator(replace(CITATION, box=box)) for box in ("La red oscura", ""))


def test_what_is_not_known_is_not_written() -> None:
    bare = Citation("a/b/c", "a", "Título", "", "", "", (), None, None, None, 0)
    assert full_citation(bare) == "«Título». S. f."
    assert short_citation(bare) == "Título"
    assert "None" not in full_citation(bare, "en")


def test_a_link_gives_the_address_back() -> None:
    address = "ley-1/título-i/artículo 22 & más/0a1b"
    parts = urlsplit(permalink(address, "https://alpie.example/"))
    assert parts.netloc == "alpie.example"
    assert parse_qs(parts.query) == {"p": [address]}
    assert permalink("a/b/0") == "/?p=a/b/0"
