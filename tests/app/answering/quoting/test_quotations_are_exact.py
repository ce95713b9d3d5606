"""Every quotation that may be shown is one that the check calls exact, and stands on the page it is cited with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pypdfium2
import pytest

from alpie.app.answering.answer_types import Quote
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.judging.candidates import candidate_spans
from alpie.app.answering.judging.judgement import Candidate
from alpie.app.answering.quoting.quotes import quote_candidate
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import QuotationChecker
from alpie.app.settings import SEED_DOCUMENTS
from alpie.index.records import Hit
from alpie.index.sources.document_folder import read_sources
from support.fake_encoder import corpus_from
from support.formats.pages import Drawn
from support.places import SHARED

pytestmark = pytest.mark.heavy

REAL = SHARED / "real_documents"
REAL_FILES = ("4.Reglamento_de_Viajeros_Metro_de_Madrid.pdf", "FTU_3.1.2.pdf", "madfam-org__lfpdppp.pdf")
WORDS = "la comisión acuerda que los centros públicos abran sus puertas durante el fin de semana siguiente".split()


def corpus_of(folder: Path) -> Corpus:
    return corpus_from(read_sources(folder).documents)


def quotations(corpus: Corpus, most: int = 10_000) -> Iterator[Quote]:
    """Everything that can be quoted: sentences, lists, tables, items by themselves."""
    spans = [
        (passage, span)
        for whole in (True, False)
        for passage in corpus.passages
        for span in candidate_spans(passage.sentences, whole)
    ]
    for passage, span in Random(7).sample(spans, min(most, len(spans))):
        candidate = Candidate(Hit(passage, 1.0), 0, span, 0, 0.0, 1.0)
        quote = quote_candidate(candidate, 1.0, corpus.documents)
        if quote is not None:
            yield quote


def assert_exact(corpus: Corpus, most: int = 10_000) -> int:
    checker = QuotationChecker(corpus)
    count = 0
    for count, quote in enumerate(quotations(corpus, most), start=1):  # noqa: B007
        outcome = checker.check_whole(quote.text)
        assert (outcome.verdict, outcome.warnings) == (Verdict.EXACT, ()), quote.text
    return count


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKD", text).casefold())


def assert_on_their_pages(corpus: Corpus, folder: Path, most: int) -> None:
    """The first and the last words of each quotation are on the pages of its citation, as PDFium reads these."""
    for document in corpus.documents.values():
        file = pypdfium2.PdfDocument(folder / document.file)
        pages = [letters(page.get_textpage().get_text_range()) for page in file]
        labels = list(corpus.layouts[document.id].page_labels)
        for quote in quotations(corpus, most):
            words = [word for word in quote.text.split() if letters(word)]
            if quote.document_id != document.id or len(words) < 6:
                continue
            last = quote.citation.page if quote.citation.last_page is None else quote.citation.last_page
            for label, edge in ((quote.citation.page, words[:6]), (last, words[-6:])):
                here = [pages[n] for n, one in enumerate(labels) if one == label]
                runs = ("".join(map(letters, edge[n : n + 2])) for n in range(5))
                assert any(run in page for run in runs for page in here), (label, quote.text)


def test_quotations_of_the_four_documents_are_exact() -> None:
    assert assert_exact(corpus_of(SEED_DOCUMENTS)) > 500


def drawn(seed: int) -> bytes:
    """A rule of some pages, with divided words, running lines and sentences over page ends."""
    random = Random(seed)
    file = Drawn()
    number = 0
    for page in range(3):
        file.at(70, 810, "Reglamento de bibliotecas", size=9)
        y = 760.0
        while y > 120:
            number += 1
            text = " ".join(random.choices(WORDS, k=random.randint(14, 40)))
            lines = divided(f"{number}. {text.capitalize()}.", random)
            y = file.lines(*lines, "", y=y)
        file.at(290, 40, str(page + 1), size=9)
        file.page()
    return file.bytes()


def divided(text: str, random: Random) -> list[str]:
    """Lines of some 80 letters; a longer word at the end of one is often cut in two."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) < 80:
            lines[-1] += f" {word}" if lines[-1] else word
        elif len(word) > 6 and random.random() < 0.7:
            lines[-1] += f" {word[:4]}-"
            lines.append(word[4:])
        else:
            lines.append(word)
    return lines


@pytest.mark.parametrize("seed", range(2))
def test_quotations_of_generated_pdfs_are_exact_and_on_their_pages(seed: int, tmp_path: Path) -> None:
    (tmp_path / "norma.pdf").write_bytes(drawn(seed))
    corpus = corpus_of(tmp_path)
    assert any(layout.marks for layout in corpus.layouts.values())
    assert assert_exact(corpus) > 10
    assert_on_their_pages(corpus, tmp_path, 200)


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL_FILES)
def test_quotations_of_real_pdfs_are_exact_and_on_their_pages(name: str, tmp_path: Path) -> None:
    if not (REAL / name).exists():
        pytest.skip("the real documents are not here")
    (tmp_path / name).write_bytes((REAL / name).read_bytes())
    corpus = corpus_of(tmp_path)
    assert assert_exact(corpus, 200) > 20
    assert_on_their_pages(corpus, tmp_path, 200)
