"""Whatever is asked, looked up or pasted: a clear refusal, or a sound result, in bounded time and memory.

There is no clock in here. What once took minutes (combining characters, fragments in another script) would
run into the time limit of a test again.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable

import pytest

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.lookup import LookupQuery, look_up
from alpie.app.checking.text_check import MAX_COMPARED_CHARACTERS
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import QuotationChecker
from alpie.app.checking.word_alignment import align
from alpie.app.page.views.lookup_view import read_lookup, render_results
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.service.endpoints import Endpoints
from alpie.app.service.rows import answer_row, verification_row
from alpie.index.errors import AlpieError, ArgumentError, QuestionError
from alpie.index.records import proves
from alpie.index.spanish.analysis import normalize
from alpie.index.spanish.query import MAX_CHARACTERS
from support.bad_questions import NO_WORDS, ODD_QUESTIONS
from support.fake_corpus import FakeCorpus

pytestmark = pytest.mark.timeout(120, func_only=True)

ALL = {**NO_WORDS, **ODD_QUESTIONS}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """The four documents, without the models: these read no more than their cut of a question."""
    return FakeCorpus()


@pytest.fixture(scope="module")
def checker(corpus: Corpus) -> QuotationChecker:
    return QuotationChecker(corpus)


@pytest.mark.parametrize("question", NO_WORDS.values(), ids=NO_WORDS)
def test_a_question_without_words_is_refused_in_words(
    corpus: Corpus, checker: QuotationChecker, question: str
) -> None:
    refused = {corpus.ask: QuestionError, corpus.search: QuestionError, checker.check: ArgumentError}
    for ask, error in refused.items():
        with pytest.raises(error, match="no contiene palabras"):
            ask(question)


def assert_proved(corpus: Corpus, answer: Answer) -> None:
    for quote in (*answer.quotes, *answer.nearest):
        assert proves(corpus.documents[quote.document_id].text, quote.spans, quote.text)
    assert len(answer.searched) <= MAX_CHARACTERS
    json.loads(json.dumps(answer_row(answer)))


@pytest.mark.parametrize("question", ODD_QUESTIONS.values(), ids=ODD_QUESTIONS)
def test_an_odd_question_gets_an_answer_that_is_proved(corpus: Corpus, question: str) -> None:
    assert_proved(corpus, corpus.ask(question))
    assert_proved(corpus, corpus.ask("¿y en España?", turns=(question,) * 6))
    hits = corpus.search(question, limit=5)
    assert len(hits) == 5
    # what holds a phrase or code comes before what is near
    order = [(hit.verbatim is True, hit.score) for hit in hits]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize(
    "name", ["a megabyte", "one word of 100,000 letters", "surrogates in words", "chinese"]
)
def test_the_models_answer_an_odd_question_too(seed_corpus: Corpus, name: str) -> None:
    assert_proved(seed_corpus, seed_corpus.ask(ODD_QUESTIONS[name]))


@pytest.mark.heavy
@pytest.mark.parametrize("text", ODD_QUESTIONS.values(), ids=ODD_QUESTIONS)
def test_an_odd_text_is_not_found_in_the_documents(checker: QuotationChecker, text: str) -> None:
    if len(text) > MAX_COMPARED_CHARACTERS:
        with pytest.raises(ArgumentError, match="demasiado largo"):
            checker.check(text)
        return
    outcome = checker.check(text)
    # without its control characters one of them is a word of the documents
    if "".join(filter(str.isprintable, text)) != "niños":
        assert outcome.verdict is not Verdict.EXACT
    json.loads(json.dumps(verification_row(outcome)))


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_looking_up_shows_a_sentence_or_results_and_no_markup_of_the_visitor(
    corpus: Corpus, text: str
) -> None:
    translations = page_translations_for("es")
    for query in ({"text": text, "sort": text}, {"text": f'"{text}"'}, {"text": "niños", "section": text}):
        try:
            shown = render_results(corpus, read_lookup(query), translations)
        except QuestionError:
            continue
        assert shown
        assert "<script>alert" not in shown
        assert "<img" not in shown


def test_signs_alone_find_nothing(corpus: Corpus) -> None:
    for text in ("¿?", '"  "', "🙂", "«, »"):
        assert look_up(corpus, LookupQuery(text)).found == ()


SENT = ("empty", "a megabyte", "10,000 words", "surrogates in words", "nul in words", "json", "path", "codes")


@pytest.mark.parametrize("question", [ALL[name] for name in SENT], ids=SENT)
def test_endpoints_answer_or_refuse(corpus: Corpus, question: str) -> None:
    endpoints = Endpoints(lambda: corpus)
    for ask in (endpoints.ask, endpoints.search, endpoints.verify, endpoints.passage):
        said = ""
        try:
            json.dumps(ask(question))
        except AlpieError as error:
            said = str(error)
        assert len(said) < 300  # a refusal does not repeat a megabyte
    if len(question) > MAX_CHARACTERS:
        with pytest.raises(ArgumentError, match="question: el texto pasa de 2000 caracteres"):
            endpoints.ask(question)


@pytest.fixture
def command(corpus: Corpus, commands_on: Callable[[Corpus], Callable[..., int]]) -> Callable[..., int]:
    """The command line on these documents."""
    return commands_on(corpus)


@pytest.mark.parametrize(
    "name", ["emoji", "html", "regular expression", "surrogates in words", "format strings"]
)
@pytest.mark.parametrize("order", ["ask", "search", "verify"])
def test_the_command_line_answers_or_says_what_is_wrong(
    command: Callable[..., int], capsys: pytest.CaptureFixture[str], name: str, order: str
) -> None:
    code = command(order, "--json", "--", ALL[name])
    said = capsys.readouterr()
    if name in NO_WORDS:
        assert (code, said.out) == (1, "")
        assert "no contiene palabras" in said.err
    else:
        assert code == 0
        json.loads(said.out)


def test_a_question_too_long_to_be_searched_whole_is_said_to_be_cut(
    command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("ask", "¿Cuántas detenciones hubo? " * 200) == 0
    assert "primeros 2000 caracteres" in capsys.readouterr().err


def test_a_pasted_text_full_of_repeats_is_compared_in_bounded_memory() -> None:
    pasted, source = ["de", "la"] * 3_000, ["de", "la"] * 20_000
    fit = align(pasted, source)
    assert fit is not None
    assert fit.similarity > 0.9


def test_normal_forms_of_long_texts_are_those_of_the_library() -> None:
    text = "niño cafe\u0301 ﬁ ½ 한국어 " * 2_000
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert normalize(form, text) == unicodedata.normalize(form, text)  # type: ignore[arg-type]


def test_a_megabyte_of_combining_characters_is_composed_portion_by_portion() -> None:
    text = "a" + "\u0301\u0316" * 500_000
    assert len(normalize("NFC", text)) in range(len(text) - 10, len(text) + 1)
