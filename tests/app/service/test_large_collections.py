"""What anybody may ask reads the passages that are shown, not all of a collection, and does not keep all it has read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.page.views.documents_view import DocumentsViewOptions, render_documents
from alpie.app.page.views.link_places import words_at
from alpie.app.page.views.lookup_view import render_search_form
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.page.views.panel import Panels
from alpie.app.service.answer_record import make_record
from alpie.app.service.endpoints import Endpoints
from alpie.app.service.record_check import verify_record
from alpie.index.database import text_database
from alpie.index.records import Passage
from support.fake_encoder import corpus_from, document_of

DOCUMENTS = 40
PARAGRAPHS = "\n\n".join(f"El apartado número {n} regula las fuentes del valle {{0}}." for n in range(3))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    texts = (f"# Norma {n}\n\n{PARAGRAPHS.format(n)}\n" for n in range(DOCUMENTS))
    return corpus_from(document_of(text, f"d{n}") for n, text in enumerate(texts))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses of the passages that were decoded since."""
    addresses: list[str] = []
    from_json = text_database.from_json

    def counted(kind: type, written: str) -> object:
        if kind is Passage:
            addresses.append(json.loads(written)["address"])
        return from_json(kind, written)

    monkeypatch.setattr(text_database, "from_json", counted)
    return addresses


def test_documents_and_the_search_form_are_told_without_a_passage(corpus: Corpus, decoded: list[str]) -> None:
    rows = Endpoints(lambda: corpus).documents()
    form = render_search_form(corpus, page_translations_for("es"))
    assert decoded == []
    passages = [passage.document_id for passage in corpus.passages]
    assert {row["id"]: row["passages"] for row in rows} == {
        id_: passages.count(id_) for id_ in corpus.documents
    }
    for section in ("Norma 0", f"Norma {DOCUMENTS - 1}"):
        assert f'<option value="{section}"' in form


def test_outlines_are_made_once(corpus: Corpus, decoded: list[str]) -> None:
    panels = Panels(corpus)
    pages = [render_documents(panels, page_translations_for("es"), DocumentsViewOptions()) for _ in range(2)]
    assert pages[0] == pages[1]
    assert len(decoded) == len(corpus.passages)


def test_a_link_to_words_outside_its_passage_reads_that_document_alone(
    corpus: Corpus, decoded: list[str]
) -> None:
    passage = corpus.passages[0]
    document = corpus.documents[passage.document_id]
    spans, _ = words_at(f"0-{len(document.text) - passage.start}", passage, document, corpus)
    assert spans
    assert {address.split("/")[0] for address in decoded} == {document.id}


def test_a_record_is_checked_by_the_addresses_that_it_cites(corpus: Corpus, decoded: list[str]) -> None:
    answer = corpus.ask("¿Qué apartado regula las fuentes del valle 7?")
    record = make_record(answer, corpus, datetime(2026, 1, 2, tzinfo=UTC), "1.0")
    decoded.clear()
    check = verify_record(json.dumps(record), corpus)
    assert check.holds
    assert all(quote.citation_unchanged for quote in check.quotes)
    assert len(decoded) <= len(check.quotes)


def test_passages_of_the_documents_asked_for_last_are_kept(corpus: Corpus, decoded: list[str]) -> None:
    for document in corpus.documents:
        assert {one.document_id for one in corpus.passages.of_document(document)} == {document}
    decoded.clear()
    corpus.passages.of_document(f"d{DOCUMENTS - 1}")
    assert decoded == []
    corpus.passages.of_document("d0")
    assert decoded
    assert corpus.passages.of_document("nadie") == ()
