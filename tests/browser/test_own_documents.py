"""One's own documents without a terminal, what a slow line shows first, and small or magnified windows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.index_process import can_recognise
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.settings import load_settings
from support.serving import serving

pytestmark = pytest.mark.browser

QUESTION = "¿Cuántas detenciones hubo en España?"
INDEXED_MS = 180_000  # several runs of `alpie index` on a busy machine
PARKS = """Ordenanza de parques

Horario de apertura

Los parques municipales abren a las siete de la mañana y cierran a las diez de la noche durante todo el verano.

Perros y otros animales

Los perros deben ir atados en todas las zonas verdes, salvo en los recintos señalados para ellos.
"""
LIBRARY = "Guía de la biblioteca\n\nCada lector puede llevarse seis libros durante tres semanas, y renovarlos una vez.\n"
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
TOO_SMALL = """() => [...document.querySelectorAll(
    '#masthead :is(a, button), #composer button, .colophon a, .answer :is(.act, .source, summary), .suggestions a, '
    + '.panel-head :is(a, button, summary)')]
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.right > 0 && box.width && box.height && one.checkVisibility())
    .filter(([one, box]) => box.width < 24 || box.height < 24)
    .map(([one, box]) => `${one.className} ${one.textContent.trim()}: ${box.width} × ${box.height}`)"""

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page for this machine only, as `alpie` serves it, with its data in a folder of its own."""
    from alpie.app.answering.corpus import Corpus

    place = tmp_path_factory.mktemp("local")
    own = place / "docs"
    own.mkdir()
    (own / "guia.txt").write_text(LIBRARY, encoding="utf-8")
    settings = load_settings({"docs": str(own), "data": str(place / "index")}, environment={})
    Corpus.build(settings)
    options = PageOptions.from_settings(settings)
    with serving(
        create_app(
            lambda: Corpus.open(settings),
            replace(options, hosts=None),
            None,
            lambda one: replace(settings, docs=one.docs, data=one.data),
        )
    ) as address:
        yield address


def _new_collection(tab: Any, name: str) -> Any:
    """Its Documents view."""
    section = tab.go("documents")
    section.locator(".collections summary").first.click()
    section.get_by_label("Nombre de la colección").fill(name)
    section.get_by_role("button", name="Crear").click()
    tab.page.wait_for_url("**/c/*/#documentos")
    tab.ready()
    return tab.page.locator("#view-documents")


def test_from_files_to_an_answer_without_a_terminal(visit: Open, local: str, tmp_path: Path) -> None:
    (tmp_path / "parques.txt").write_text(PARKS, encoding="utf-8")
    (tmp_path / "guia.txt").write_text(LIBRARY.replace("seis", "ocho"), encoding="utf-8")
    (tmp_path / "programa.exe").write_bytes(b"MZ")
    tab = visit(base=local)
    page = tab.open()
    page.set_default_timeout(INDEXED_MS)
    section = _new_collection(tab, "Mi <b>barrio</b>")
    expect(section.locator(".intro")).to_contain_text("Todavía no hay documentos")
    names = ("parques.txt", "guia.txt", "programa.exe")
    section.locator("#upload-file").set_input_files([tmp_path / name for name in names])
    expect(section.locator(".upload-files .problem")).to_contain_text("programa.exe")
    cards = section.locator(".document-card")
    expect(section.locator(".taken").first).to_contain_text("palabras leídas", timeout=INDEXED_MS)
    expect(cards).to_have_count(2, timeout=INDEXED_MS)

    parks = cards.filter(has=page.locator("h3", has_text="Parques"))
    parks.locator(".correct summary").click()
    parks.get_by_label("Título").fill("Ordenanza de <i>parques</i>")
    parks.get_by_label("Fecha de publicación").fill("ayer")
    parks.get_by_role("button", name="Guardar los datos").click()
    expect(section.locator(".upload-state .problem")).to_contain_text("ayer")
    parks.get_by_label("Fecha de publicación").fill("3 de mayo de 2021")
    parks.get_by_role("button", name="Guardar los datos").click()
    title = section.locator(".document-card h3", has_text="Ordenanza de <i>parques</i>")
    expect(title).to_be_visible(timeout=INDEXED_MS)
    expect(section).to_contain_text("3 de mayo de 2021")

    guide = cards.filter(has=page.locator("h3", has_text="Guía de la biblioteca"))
    guide.locator(".correct summary").click()
    guide.get_by_role("button", name="Quitar este documento").click()
    expect(section.locator(".removed")).to_contain_text("Guía de la biblioteca")
    expect(section.locator(".correct")).to_have_count(1)
    section.get_by_role("button", name="Recuperar").click()
    expect(section.locator(".correct")).to_have_count(2)
    expect(section.locator(".searching")).to_have_count(0, timeout=INDEXED_MS)

    tab.go("ask")
    welcome = page.locator("#chat .welcome")
    expect(welcome).to_contain_text("Mi <b>barrio</b> · 2 documentos")
    expect(welcome.locator(".examples a").first).to_be_visible(timeout=INDEXED_MS)
    answer = tab.ask("¿A qué hora abren los parques?")
    expect(answer.locator(".quote .words").first).to_contain_text("siete de la mañana")
    page.locator(".masthead nav").get_by_text("Documentos").click()
    section.locator(".collections a").last.click()  # back to the others, which are as they were
    page.wait_for_url(f"{local}/#documentos")
    tab.ready()
    expect(page.locator("#view-documents .document-card")).to_have_count(1)
    expect(page.locator('.masthead nav [data-view="evaluation"]'), "it is about other texts").to_be_hidden()


def test_a_collection_is_renamed_deleted_and_put_back(visit: Open, local: str) -> None:
    tab = visit(base=local)
    page = tab.open()
    section = _new_collection(tab, "Zoo")
    page.locator("a.language").click()
    page.wait_for_url("**/c/zoo/en/#documentos")
    tab.ready()
    section.get_by_text("Rename or delete").click()
    rename = section.locator("#collection-rename")
    rename.fill(" ")
    section.get_by_role("button", name="Rename").click()
    expect(section.locator(".upload-state .problem")).to_contain_text("Give the collection a one-line name")
    rename.fill("<b>Animales</b>")
    section.get_by_role("button", name="Rename").click()
    named = section.locator(".collections [aria-current]")
    # the pages of the collection are made anew
    expect(named).to_have_text("<b>Animales</b>", timeout=INDEXED_MS)
    section.get_by_text("Rename or delete").click()
    section.get_by_role("button", name="Delete this collection").click()
    page.wait_for_url(f"{local}/en/#documentos")
    removed = page.locator("#view-documents .removed")
    expect(removed).to_contain_text("<b>Animales</b>")
    page.goto(f"{local}/c/zoo/en/")
    expect(page.locator("body")).to_contain_text("no longer here")
    assert Axe().run(page)["violations"] == []
    page.get_by_role("link").click()
    tab.ready()
    tab.go("documents")
    removed.get_by_role("button").first.click()
    page.wait_for_url("**/c/zoo/**")
    tab.ready()
    expect(page.locator("#view-documents .collections [aria-current]")).to_have_text("<b>Animales</b>")


def _scan(path: Path) -> None:
    """A page that is a picture of some lines."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (1240, 1754), 255)
    # the letters of the font that comes with Pillow: none has an accent
    lines = (
        "La piscina municipal abre a las diez en punto",
        "y cierra a las nueve de la noche, de lunes a domingo.",
    )
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((120, 150 + 60 * number), line, font=ImageFont.load_default(34), fill=0)
    page.save(path, resolution=150)


def test_the_text_of_a_scan_is_recognised_when_asked_for(visit: Open, local: str, tmp_path: Path) -> None:
    if not can_recognise():
        pytest.skip("no tesseract with Spanish on this machine")
    _scan(tmp_path / "piscina.pdf")
    tab = visit(base=local)
    tab.open()
    section = _new_collection(tab, "Escaneos")
    section.locator("#upload-file").set_input_files([tmp_path / "piscina.pdf"])
    button = section.get_by_role("button", name="Reconocer su texto")
    expect(button).to_be_visible(timeout=INDEXED_MS)
    expect(section.locator(".upload-state .problem")).to_contain_text("es un escaneo")
    button.click()
    expect(section.locator(".document-card h3")).to_have_count(1, timeout=INDEXED_MS)
    expect(section.locator(".taken")).to_contain_text("reconocido ópticamente")
    tab.go("ask")
    answer = tab.ask("¿A qué hora abre la piscina?")
    expect(answer.locator(".quote .words").first).to_contain_text("diez en punto", timeout=INDEXED_MS)


def test_a_slow_line_shows_our_page_before_its_scripts(visit: Open) -> None:
    tab = visit(width=390, height=844)
    page = tab.page
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    page.goto(tab.base, wait_until="commit")
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    page.wait_for_function(paint)
    assert page.evaluate("!document.body.dataset.ready"), "seen before Gradio is there"
    first = page.locator("#first")
    expect(first.locator("h2")).to_have_text(page_translations_for("es")("welcome.title"))
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_text("Loading")).to_have_count(0)
    box = page.get_by_label("Pregunta", exact=True)
    box.fill(QUESTION)
    box.press("Enter")
    expect(first.get_by_role("status")).to_contain_text("se enviará")
    session.send("Network.emulateNetworkConditions", {**SLOW, "downloadThroughput": -1, "latency": 0})
    tab.ready()
    expect(page.locator(".asked")).to_have_text(QUESTION)
    # what has to come before anything is seen: at 50 kB a second, with its round trips, in less than two seconds
    needed = page.evaluate(
        """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')
            .filter(one => one.renderBlockingStatus === 'blocking')].reduce((sum, one) => sum + one.transferSize, 0)"""
    )
    sys.stdout.write(f"\nfirst paint on a slow line: {page.evaluate(paint):.0f} ms, {needed} bytes\n")
    assert 0 < needed < 70_000


def test_what_was_typed_early_is_kept(visit: Open) -> None:
    tab = visit()
    page = tab.page
    page.goto(tab.base, wait_until="commit")
    page.locator("#first-question").fill("¿Qué es")
    tab.ready()
    box = page.locator("#question textarea")
    expect(box).to_have_value("¿Qué es")
    expect(box).to_be_focused()
    expect(page.locator("#first")).to_have_count(0)


@pytest.mark.parametrize(("path", "label"), [("/", "Conversación"), ("/en/", "Conversation")])
def test_the_log_is_named_in_the_language_of_the_page(visit: Open, path: str, label: str) -> None:
    tab = visit()
    page = tab.open(path)
    expect(page.locator("#chat [role=log]")).to_have_attribute("aria-label", label)


def test_at_400_per_cent_nothing_stays_in_the_way(visit: Open) -> None:
    tab = visit(width=320, height=215)
    page = tab.open()
    tab.ask(QUESTION)
    page.mouse.move(160, 100)
    page.mouse.wheel(0, 4000)
    expect(page.locator(".masthead .brand")).not_to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".masthead .brand")).to_be_in_viewport()
    expect(page.locator("#composer")).not_to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "path"), [(360, "/"), (390, "/"), (390, "/en/"), (1280, "/")])
def test_the_menu_is_whole_and_its_parts_can_be_hit(visit: Open, width: int, path: str) -> None:
    tab = visit(width=width, height=844)
    page = tab.open(path)
    links = page.locator(".masthead nav a:visible")
    boxes = [one.bounding_box() for one in links.all()]
    assert len(boxes) >= 5
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert len({round(box["y"]) for box in boxes}) == 1, "on one line"
    field, button = (page.locator(one).bounding_box() for one in ("#question textarea", "#send"))
    middles = [box["y"] + box["height"] / 2 for box in (field, button)]
    assert abs(middles[0] - middles[1]) <= 2
    tab.ask(QUESTION)
    if width > 820:
        tab.highlight_in_view()
    assert page.evaluate(TOO_SMALL) == []
