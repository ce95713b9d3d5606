"""Sentences: where they end in Spanish prose, and what becomes of lists, tables and introductions."""

from __future__ import annotations

import pytest

from alpie.index.chunking.sentences import document_sentences, sentence_bounds, split_sentences
from alpie.index.layout import lay_out
from alpie.index.records import Block, BlockKind, Document, Sentence, SentenceRole, Span
from alpie.index.sources.document_folder import read_sources
from support.places import DOCS_SRC

DOCUMENTS = {document.id: document for document in read_sources(DOCS_SRC).documents}


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_bounds(text)]


def sentences_of(document_id: str) -> list[Sentence]:
    document = DOCUMENTS[document_id]
    return [one for block in document_sentences(document, lay_out(document)) for one in block]


def group_with(document_id: str, words: str) -> list[Sentence]:
    sentences = sentences_of(document_id)
    group = next(
        sentence.group for sentence in sentences if words in sentence.text and sentence.group is not None
    )
    return [sentence for sentence in sentences if sentence.group == group]


@pytest.mark.parametrize("text", [
    "Ocurrió en EE. UU. y en Canadá.", "La directora de EE. UU. Irlanda y Corea del Sur firmó.",
    "El N.º 5 y el art. 15 de la ley, núm. 3, p. ej. Madrid, se citan.",
    "El Sr. Pérez y la Dra. Ruiz llegaron a la Avda. Mayor.", "Lo firmó J. R. Jiménez en 2019.",
    "Costó 6,5 millones y 16.800 archivos.", "Dijo: «No lo sé... pero vendré. Espérame aquí. Adiós».",
    "Se fue (era tarde. Muy tarde) sin hablar.", "¿Quién? preguntó, y siguió.", "1. Tendencias tecnológicas globales.",
    "INSTA a los países a que actúen; a que cooperen; y a que informen;",
    # where a bar stands one ends
    "La casa es grande.|El niño vino.", "Viven en los EE. UU.|El 5 % se fue.", "¿Vendrás?|¡Sí!|Claro.",
    "Dijo «hola».|Después se fue.", "Dijo que no.|Luego calló.", "Terminó en 2018.|En 2019 empezó otra vez.",
    "Esto es todo…|Mañana más.",
])  # fmt: skip
def test_where_sentences_end(text: str) -> None:
    assert split(text.replace("|", " ")) == text.split("|")


def test_a_trailing_call_lies_outside_the_last_span() -> None:
    text = "La casa es grande.12"
    block = Block(BlockKind.PARAGRAPH, (Span(0, 18),), ())
    (sentence,) = split_sentences(text, block, 0, 0)
    assert (sentence.text, sentence.end) == ("La casa es grande.", 18)


def test_headings_and_call_outs_have_no_sentences() -> None:
    for kind in (BlockKind.HEADING, BlockKind.CALLOUT):
        assert split_sentences("Datos clave", Block(kind, (Span(0, 11),), ()), 0, 0) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "En 2018, WhatsApp, que proporciona a los usuarios encriptación de extremo a extremo, era el "
        "servicio de mensajería más popular en 133 países y territorios.",
        "90 países ya son miembros de la Alianza Global WePROTECT",
        "18,4 millones de notificaciones de material de abuso sexual infantil (CSAM) realizadas por "
        "empresas tecnológicas estadounidenses al Centro Nacional para Niños Desaparecidos y "
        "Explotados (NCMEC) en 2018",
        "2/3 del total de 18,4 millones de notificaciones al NCMEC procedían de servicios de "
        "mensajería, a riesgo de desaparecer si se implementa la encriptación de extremo a extremo",
        "80 % de aumento en el número de informes relacionados con CSAM hechos a la red mundial de "
        "líneas directas INHOPE",
        "A medida que más servicios convencionales se mueven hacia la encriptación de extremo a "
        "extremo o brindan servicios efímeros (como la eliminación automática de mensajes e "
        "imágenes), los líderes gubernamentales instan a sus contrapartes de la industria a "
        "garantizar que la privacidad y la seguridad en internet no se consigan a expensas de "
        "hacernos más vulnerables en el mundo real.",
        "La Evaluación de la Amenaza de la Delincuencia Organizada en Internet (IOCTA, por sus siglas "
        "en inglés) de Europol establece que la mayoría del CSAM todavía se comparte a través de "
        "redes de intercambio de archivos P2P.",
        "Facebook Messenger La aplicación de mensajería independiente de Facebook permite a los "
        "usuarios compartir archivos, ubicación y enviar dinero en algunos mercados. Se prevé que "
        "incorpore un sistema de conversación de extremo a extremo",
        "+10 % Más de 297 millones Usuarios de redes sociales a través del móvil",
        "Menores de 7 años 0,7 % 4,8 %",
    ],
)
def test_known_sentences_come_out_right(sentence: str) -> None:
    assert sentence in [one.text for one in sentences_of("weprotect-2019")]


LEAD_IN, HEADER, ITEM, ROW = SentenceRole.LEAD_IN, SentenceRole.HEADER, SentenceRole.ITEM, SentenceRole.ROW


@pytest.mark.parametrize(("words", "opening", "roles"), [
    ("Artículo 22: Corrupción de menores", "El Convenio define los seis siguientes tipos de delitos:", [LEAD_IN] + [ITEM] * 6),
    ("una posición reactiva respecto a la OCSE", "Para abordar este persistente problema", [LEAD_IN] + [ITEM] * 13),
    ("Edad Niñas (96 %)", "", [HEADER] + [ROW] * 4),  # rows of a table know their header
    ("21 países cumplen los cinco", "El informe de 2018 muestra que:", [LEAD_IN, HEADER] + [ROW] * 6),
    ("meterse con cuidado en una piscina", "Como lo describió un investigador de INTERPOL:", [LEAD_IN, ITEM]),
])  # fmt: skip
def test_what_belongs_together_has_its_introduction(
    words: str, opening: str, roles: list[SentenceRole]
) -> None:
    group = group_with("weprotect-2019", words)
    assert group[0].text.startswith(opening)
    assert [one.role for one in group] == roles


def test_bullets_within_a_bullet() -> None:
    group = group_with("weprotect-2019", "la víctima es un menor real")
    assert [one.text for one in group] == [
        "Los criterios propuestos:",
        "• la víctima es un menor real;",
        "• la víctima es preadolescente, o muestra las primeras señales de la adolescencia "
        "(normalmente, menor de 13 años);",
        "• la imagen bien:",
        "– muestra actividad sexual del menor, con el menor, en la presencia del menor o entre menores; o",
        "– se centra en la vagina, el pene o la región anal del menor; y",
        "• la imagen es verificada por varios especialistas de distintos países.",
    ]


def test_paragraph_numbers_are_those_of_the_blocks() -> None:
    document: Document = DOCUMENTS["interpol-2021"]
    layout = lay_out(document)
    for number, sentences in enumerate(document_sentences(document, layout)):
        assert all(sentence.paragraph == number for sentence in sentences)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ver lo que sigue. Queda prohibido: a) fumar; b) beber, y c) correr. Otra cosa.",
         ["Ver lo que sigue.", "Queda prohibido:", "a) fumar;", "b) beber, y", "c) correr.", "Otra cosa."]),
        ("Los principios son: A) Legalidad. B) Veracidad. Es más. C) Finalidad.",
         ["Los principios son:", "A) Legalidad.", "B) Veracidad. Es más.", "C) Finalidad."]),
        ("Los fines son: i) ver: 1. de cerca; 2. de lejos; ii) oír: 1. bien; 2. mal. Fin.",
         ["Los fines son:", "i) ver: 1. de cerca; 2. de lejos;", "ii) oír: 1. bien; 2. mal.", "Fin."]),
        ("Cometidos: - Analizar los riesgos. - Hacer un plan.", ["Cometidos:", "- Analizar los riesgos.", "- Hacer un plan."]),
        ("Son dos: a) uno; b) dos. Y otros dos: 1.- tres; 2.- cuatro.",
         ["Son dos:", "a) uno;", "b) dos.", "Y otros dos:", "1.- tres;", "2.- cuatro."]),
        ("Véase el art. 3: a) solo uno.", ["Véase el art. 3: a) solo uno."]),
        ("Abre de 10 a 12. B. Gil firma: c) no.", ["Abre de 10 a 12.", "B. Gil firma: c) no."]),
    ],
)  # fmt: skip
def test_a_list_inside_a_paragraph_is_a_list(text: str, parts: list[str]) -> None:
    block = Block(BlockKind.PARAGRAPH, (Span(0, len(text)),), ())
    sentences = split_sentences(text, block, 0, 5)
    assert [one.text for one in sentences] == parts
    assert [text[one.start : one.end] for one in sentences] == parts
    groups = {one.group for one in sentences if one.role in (SentenceRole.LEAD_IN, SentenceRole.ITEM)}
    assert groups == set(range(5, 5 + sum(one.role is SentenceRole.LEAD_IN for one in sentences)))
