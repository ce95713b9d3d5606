"""Whatever is asked, looked up or pasted: a clear refusal, or a sound result, in bounded time and memory.

There is no clock in here. What once took minutes (combining characters, fragments in another script) would
run into the time limit of a test again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from bad_questions import NO_WORDS, ODD_QUESTIONS

from alpie.app.answering.corpus import Corpus
from alpie.app.checking.text_check import MAX_COMPARED_CHARACTERS
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import QuotationChecker
from alpie.app.checking.word_alignment import align
from alpie.app.page.views.lookup import Wanted, look_up
from alpie.app.page.views.lookup_view import render_results
from alpie.app.page.views.page_words import translations_for
from alpie.app.service.endpoints import LONGEST_QUESTION, Endpoints
from alpie.app.service.rows import answer_row, verification_row
from alpie.app.settings import Settings
from alpie.app.terminal import commands as cli
from alpie.index.errors import AlpieError, QuestionError
from alpie.index.readable import proves
from alpie.index.spanish.analysis import normalize
from alpie.index.spanish.query import MAX_CHARACTERS

pytestmark = pytest.mark.timeout(120, func_only=True)

ALL = {**NO_WORDS, **ODD_QUESTIONS}


@pytest.mark.parametrize("question", NO_WORDS.values(), ids=NO_WORDS)
def test_a_question_without_words_is_refused_in_words(seed_corpus: Corpus, question: str) -> None:
    asking: tuple[Callable[[], Any], ...] = (
        lambda: seed_corpus.ask(question),
        lambda: seed_corpus.search(question),
        lambda: QuotationChecker(seed_corpus).check(question),
    )
    for ask in asking:
        with pytest.raises(QuestionError, match="no contiene palabras"):
            ask()


@pytest.mark.parametrize("question", ODD_QUESTIONS.values(), ids=ODD_QUESTIONS)
def test_an_odd_question_gets_an_answer_that_is_proved(seed_corpus: Corpus, question: str) -> None:
    answer = seed_corpus.ask(question)
    for quote in (*answer.quotes, *answer.nearest):
        assert proves(seed_corpus.documents[quote.document_id].text, quote.spans, quote.text)
    assert len(answer.searched) <= MAX_CHARACTERS
    json.loads(json.dumps(answer_row(answer)))
    follow_up = seed_corpus.ask("¿y en España?", turns=(question,) * 6)
    assert len(follow_up.searched) <= MAX_CHARACTERS
    hits = seed_corpus.search(question, limit=5)
    assert len(hits) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("text", ODD_QUESTIONS.values(), ids=ODD_QUESTIONS)
def test_an_odd_text_is_not_found_in_the_documents(checker: QuotationChecker, text: str) -> None:
    if len(text) > MAX_COMPARED_CHARACTERS:
        with pytest.raises(QuestionError, match="demasiado largo"):
            checker.check(text)
        return
    outcome = checker.check(text)
    # without its control characters one of them is a word of the documents
    if "".join(filter(str.isprintable, text)) != "niños":
        assert outcome.verdict is not Verdict.EXACT
    json.loads(json.dumps(verification_row(outcome)))


@pytest.fixture(scope="module")
def checker(seed_corpus: Corpus) -> QuotationChecker:
    return QuotationChecker(seed_corpus)


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_looking_up_shows_a_sentence_or_results_and_no_markup_of_the_visitor(
    seed_corpus: Corpus, text: str
) -> None:
    words = translations_for("es")
    for query in ({"text": text, "sort": text}, {"text": f'"{text}"'}, {"text": "niños", "section": text}):
        try:
            shown = render_results(seed_corpus, Wanted.from_query(query), words)
        except QuestionError:
            continue
        assert shown
        assert "<script>alert" not in shown
        assert "<img" not in shown


def test_signs_alone_find_nothing(seed_corpus: Corpus) -> None:
    for text in ("¿?", '"  "', "🙂", "«, »"):
        assert look_up(seed_corpus, Wanted(text)).found == ()


SENT = ("empty", "a megabyte", "10,000 words", "surrogates in words", "nul in words", "json", "path", "codes")


@pytest.mark.parametrize("question", [ALL[name] for name in SENT], ids=SENT)
def test_endpoints_answer_or_refuse(seed_corpus: Corpus, question: str) -> None:
    endpoints = Endpoints(lambda: seed_corpus)
    for ask in (endpoints.ask, endpoints.search, endpoints.verify, endpoints.passage):
        said = ""
        try:
            json.dumps(ask(question))
        except AlpieError as error:
            said = str(error)
        assert len(said) < 300  # a refusal does not repeat a megabyte
    if len(question) > LONGEST_QUESTION:
        with pytest.raises(QuestionError, match="pasa de 2000 caracteres"):
            endpoints.ask(question)


@pytest.mark.parametrize(
    "name", ["emoji", "html", "regular expression", "surrogates in words", "format strings"]
)
@pytest.mark.parametrize("command", ["ask", "search", "verify"])
def test_the_command_line_answers_or_says_what_is_wrong(
    seed_settings: Settings, capsys: pytest.CaptureFixture[str], name: str, command: str
) -> None:
    code = cli.main(["--data", str(seed_settings.data), command, "--json", "--", ALL[name]])
    said = capsys.readouterr()
    if name in NO_WORDS:
        assert code == 1
        assert "no contiene palabras" in said.err
        assert said.out == ""
    else:
        assert code == 0
        json.loads(said.out)


def test_a_question_too_long_to_be_searched_whole_is_said_to_be_cut(
    seed_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--data", str(seed_settings.data), "ask", "¿Cuántas detenciones hubo? " * 200]) == 0
    assert "primeros 2000 caracteres" in capsys.readouterr().err


def test_a_pasted_text_full_of_repeats_is_compared_in_bounded_memory() -> None:
    pasted, source = ["de", "la"] * 3_000, ["de", "la"] * 20_000
    fit = align(pasted, source)
    assert fit is not None
    assert fit.similarity > 0.9


def test_normal_forms_of_long_texts_are_those_of_the_library() -> None:
    text = "niño cafe\u0301 ﬁ ½ 한국어 " * 2_000
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        import unicodedata

        assert normalize(form, text) == unicodedata.normalize(form, text)  # type: ignore[arg-type]


def test_a_megabyte_of_combining_characters_is_composed_portion_by_portion() -> None:
    text = "a" + "\u0301\u0316" * 500_000
    assert len(normalize("NFC", text)) in range(len(text) - 10, len(text) + 1)
