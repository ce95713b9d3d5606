"""The promise on the four real documents, end to end: asked as people ask, answered word for word or not at all.

The weights are refitted from time to time; nothing here depends on more of them than the promises that
the README makes.
"""

from __future__ import annotations

import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace

import pytest

from alpie.app import Corpus as PublicCorpus
from alpie.app.answering.answer_types import Quote
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.quoting.quote_policy import QuotePolicy
from alpie.app.errors import AddressError
from alpie.app.settings import SEED_DOCUMENTS, load_settings
from alpie.index.errors import ArgumentError
from alpie.index.notices import UnreadFile
from alpie.index.retrieval.word_search import WordQuery
from support.fake_corpus import FakeCorpus
from support.places import ROOT
from support.sample_answer import untimed
from support.tables import cases

PROVINCES = "¿En qué provincias españolas se hicieron registros?"
NAMES = "Madrid, Barcelona, Jaén y Málaga"
MONGOLIA = "¿Cuál es la capital de Mongolia?"
QUESTION_FILES = sorted((ROOT / "eval" / "questions").glob("*.jsonl"))


@pytest.fixture(scope="module")
def corpus(seed_corpus: Corpus) -> Corpus:
    return seed_corpus


def assert_verbatim(corpus: Corpus, quote: Quote) -> None:
    """Proved against the file itself, by other means than the ones that made the quotation."""
    document = corpus.documents[quote.document_id]
    source = (SEED_DOCUMENTS / document.file).read_bytes().decode("utf-8")
    pieces = [source[span.start : span.end] for span in quote.spans]
    assert re.sub(r"\s+", " ", "".join(pieces)).strip() == quote.text
    assert (quote.start, quote.end) == (quote.spans[0].start, quote.spans[-1].end)
    if len(quote.spans) == 1:
        assert " ".join(source[quote.start : quote.end].split()) == quote.text
    assert quote.text in quote.passage.text
    assert corpus.passage(quote.citation.address) == quote.passage
    assert all(0 <= span.start < span.end <= len(quote.text) for span in quote.emphasis)


# --- what the README promises -------------------------------------------------------------------


def test_misspelt_words_are_put_right_with_dictionaries_kept_in_the_cache(corpus: Corpus) -> None:
    answer = corpus.ask("¿En que provinsias españolas se hicieron rejistros?")
    assert answer.understood == "¿En que provincias españolas se hicieron registros?"
    assert NAMES in answer.quotes[0].text
    assert (load_settings().cache / "words-es" / "words.npy").is_file()


def test_the_provinces_are_quoted_and_the_offsets_cut_exactly_that_text(corpus: Corpus) -> None:
    answer = corpus.ask(PROVINCES)
    assert answer.answered
    (quote,) = [quote for quote in answer.quotes if NAMES in quote.text]
    source = corpus.documents[quote.document_id].text
    assert " ".join(source[quote.start : quote.end].split()) == quote.text
    assert_verbatim(corpus, quote)
    assert quote.document_id == "europol-ia-2025"


def test_the_capital_of_mongolia_is_not_in_the_documents(corpus: Corpus) -> None:
    answer = corpus.ask(MONGOLIA)
    assert not answer.answered
    assert answer.quotes == ()
    assert answer.nothing_near
    assert answer.search.documents == 4
    assert answer.search.passages == len(corpus.passages)
    assert answer.search.above_threshold == 0
    assert answer.confidence < answer.search.threshold


@cases("question, words")
def test_however_it_is_asked_the_passage_is_found(corpus: Corpus, question: str, words: str) -> None:
    most = 3 if words == NAMES else 10
    assert any(words in hit.passage.text for hit in corpus.search(question)[:most])


# --- twenty questions ---------------------------------------------------------------------------


def assorted() -> list[str]:
    """Every twentieth question of the evaluation, whatever its kind; the gold is not looked at."""
    lines = [line for path in QUESTION_FILES for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line)["question"] for line in lines[::20]]


def test_every_quotation_of_twenty_answers_is_verbatim(corpus: Corpus) -> None:
    questions = assorted()
    assert len(questions) >= 20
    for question in questions:
        answer = corpus.ask(question)
        assert answer.answered == bool(answer.quotes)
        assert bool(answer.nearest) != answer.answered
        assert len(answer.quotes) <= 5
        assert len({quote.text for quote in answer.quotes}) == len(answer.quotes)
        for quote in (*answer.quotes, *answer.nearest):
            assert_verbatim(corpus, quote)


def test_eight_threads_at_once_have_the_answers_of_one(corpus: Corpus) -> None:
    questions = [PROVINCES, MONGOLIA, *assorted()[:2]]
    alone = [untimed(corpus.ask(question)) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(corpus.ask, questions * 4))
    assert [untimed(answer) for answer in together] == alone * 4


def test_a_question_is_answered_with_the_network_cut(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a call to the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert corpus.ask(PROVINCES).answered
    assert corpus.search("registros")
    assert not corpus.ask(MONGOLIA).answered


# --- addresses and settings ---------------------------------------------------------------------


def test_every_address_leads_to_its_passage(corpus: Corpus) -> None:
    assert all(corpus.passage(passage.address) == passage for passage in corpus.passages)


def test_an_address_whose_text_is_gone_says_of_which_document(corpus: Corpus) -> None:
    address = "weprotect-2019/datos-clave/0000000000"
    title = corpus.documents["weprotect-2019"].title
    with pytest.raises(AddressError, match="ha cambiado o ya no está") as caught:
        corpus.passage(address)
    assert f"«{title}»" in str(caught.value)
    assert caught.value.address == address


@pytest.mark.parametrize("address", ["", "/", "nadie/nada/0000000000", "../../etc/passwd", "weprotect", "\0"])
def test_an_address_of_no_document_says_so(corpus: Corpus, address: str) -> None:
    with pytest.raises(AddressError, match="Ningún documento del índice tiene esta dirección") as caught:
        corpus.passage(address)
    assert caught.value.address == address


def test_a_search_may_keep_to_one_document(corpus: Corpus) -> None:
    hits = corpus.search("detenciones", limit=5, document="alicante-2025")
    assert hits
    assert {hit.passage.document_id for hit in hits} == {"alicante-2025"}
    with pytest.raises(ArgumentError, match=r"«nadie».*weprotect-2019"):
        corpus.search("detenciones", document="nadie")


@pytest.mark.parametrize(
    "text", ['"nuevas detenciones"', "«sin precedentes» menores", "105.047", "sextorsión O grooming"]
)
def test_what_a_search_asks_for_literally_comes_first(corpus: Corpus, text: str) -> None:
    hits = corpus.search(text)
    literal = WordQuery.parse(text).literal
    assert hits[0].verbatim
    assert [hit.verbatim for hit in hits] == [bool(literal.ranges(hit.passage.text)) for hit in hits]
    assert {hit.verbatim for hit in corpus.search('"frase que no existe"')} == {False}
    assert {hit.verbatim for hit in corpus.search("frase que no existe")} == {None}


def test_a_corpus_in_memory_answers_like_the_one_on_disk(corpus: Corpus) -> None:
    chosen = [passage for passage in corpus.passages if passage.document_id == "europol-ia-2025"]
    made = Corpus.from_passages([corpus.documents["europol-ia-2025"]], chosen, corpus.encoder, corpus.reader)
    assert NAMES in made.search(PROVINCES)[0].passage.text
    assert made.built_at == ""
    assert len(made.fingerprint) == 64


def test_an_opened_corpus_keeps_to_its_settings(corpus: Corpus) -> None:
    strict = replace(corpus, policy=QuotePolicy(max_quotes=1), threshold=1.0)
    assert not strict.ask(PROVINCES).answered
    lax = replace(strict, threshold=0.0)
    assert lax.ask(MONGOLIA).answered
    assert len(lax.ask("¿Cuáles son los tipos de delitos?").quotes) == 1


def test_a_corpus_is_not_changed_and_its_copies_keep_all_else() -> None:
    unread = (UnreadFile("acta.doc", "es un documento antiguo."),)
    corpus = FakeCorpus(unread=unread).without_expansions()
    assert (corpus.unread, corpus.index.expansions, corpus.reader.name) == (unread, None, "fake")
    with pytest.raises(FrozenInstanceError):
        corpus.threshold = 0.0  # type: ignore[misc]


def test_the_corpus_is_public_and_knows_itself(corpus: Corpus) -> None:
    assert PublicCorpus is Corpus
    assert set(corpus.documents) == set(corpus.layouts)
    assert len(corpus.documents) == 4
    assert re.fullmatch(r"[0-9a-f]{64}", corpus.fingerprint)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", corpus.built_at)
    assert corpus.encoder is corpus.index.encoder
