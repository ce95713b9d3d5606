"""Al Pie's own copies and files, pasted into the checker, are exact; altered ones are not."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import date
from time import process_time  # not of the clock: a busy machine is no failure

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.quoting.citation import cite, full_citation
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import QuotationChecker
from alpie.app.exporting.export import FORMATS, export_excerpts
from alpie.app.exporting.exported_files import quotations_of
from alpie.app.exporting.reference_files import Excerpt
from alpie.app.translations import LANGUAGES, translations_for
from alpie.index.records import collapse
from support.fake_corpus import FakeCorpus
from support.sample_citations import REPORT, texts

DAY = date(2026, 11, 22)
FILES = ("bibtex", "ris", "csl-json", "csv", "markdown")
EVERY = "ALPIE_ALL_EXCERPTS"  # set: every sentence in every form, half a minute


def excerpts(corpus: Corpus) -> list[Excerpt]:
    found: list[Excerpt] = []
    for passage in corpus.passages:
        document = corpus.documents[passage.document_id]
        found.append(Excerpt.from_passage(document, passage))
        found += [
            Excerpt(sentence.text, cite(document, passage, [sentence])) for sentence in passage.sentences
        ]
    return [one for one in found if any(map(str.isalnum, one.text))]


def forms(chosen: list[Excerpt]) -> Iterator[tuple[str, str]]:
    """(name, text) of everything that copies or saves a quotation."""
    for language in LANGUAGES:
        copies = [
            f"{translations_for(language).quoted(one.text)}\n{full_citation(one.citation, language)}"
            for one in chosen
        ]
        yield f"copy {language}", "\n\n".join(copies)
        for name in FORMATS:
            urls = ("", "http://127.0.0.1:7860")
            for text in {
                export_excerpts(chosen, name, language, base_url=url, accessed=DAY): None for url in urls
            }:
                yield f"{name} {language}", text


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return FakeCorpus()


@pytest.fixture(scope="module")
def checker(corpus: Corpus) -> QuotationChecker:
    return QuotationChecker(corpus)


@pytest.mark.heavy  # every form in every language
def test_every_export_of_a_quotation_pasted_back_is_exact(corpus: Corpus, checker: QuotationChecker) -> None:
    every = excerpts(corpus)
    for excerpt in every if os.environ.get(EVERY) else random.Random(7).sample(every, 6):
        for name, text in forms([excerpt]):
            outcome = checker.check(text)
            assert outcome.verdict is Verdict.EXACT, (name, text)
            assert outcome.quoted, "and it says that the reference was not checked"


def test_a_quotation_set_apart_is_read_without_its_bracket() -> None:
    long = " ".join(["palabra"] * 40)
    for language in LANGUAGES:
        chosen = [Excerpt("Breve (2019).", REPORT, note="Sirve"), Excerpt(long, REPORT)]
        assert quotations_of(export_excerpts(chosen, "apa", language)) == ("Breve (2019).", long)
    # no references follow: the words may be the document's
    assert quotations_of(f"{long} (Autor, 2019, p. 3)") == ()


@pytest.mark.heavy  # every form in every language
def test_exports_of_several_quotations_are_exact_and_altered_ones_are_not(
    corpus: Corpus, checker: QuotationChecker
) -> None:
    every = [excerpt for excerpt in excerpts(corpus) if len(excerpt.text.split()) > 12]
    chosen = random.Random(3).sample(every, 3)
    words = chosen[1].text.split()
    words[len(words) // 2] = "zapato"
    altered = [chosen[0], Excerpt(" ".join(words), chosen[1].citation), chosen[2]]
    for (name, text), (_, wrong) in zip(forms(chosen), forms(altered), strict=True):
        outcome = checker.check(text)
        assert outcome.verdict is Verdict.EXACT, (name, text)
        assert len(outcome.places) == 3
        assert checker.check(wrong).verdict is Verdict.ALTERED, (name, wrong)


@given(text=texts.filter(lambda text: any(map(str.isalnum, text))), language=st.sampled_from(LANGUAGES))
@example(text="'=0", language="es")  # the apostrophe is the text's own
@example(text=" '-x;'=1", language="es")
@example(text="0) «", language="es")  # as where one quotation ends and the next begins
@settings(max_examples=150, deadline=None)
def test_files_read_back_to_the_letter(text: str, language: str) -> None:
    excerpt = Excerpt(text, REPORT).on_lines()
    for name in FILES:
        read = quotations_of(export_excerpts([Excerpt(text, REPORT)], name, language))
        assert [collapse(one) for one in read] == [excerpt.text], name


@pytest.mark.parametrize("text", [
    "", "@", "TY  - ", "[]", "[1]", "[" * 50_000 + "]", '[{"annote": 3}]', "quote,citation,x", "> a", "> a\nb", "«a»",
])  # fmt: skip
def test_what_is_no_export_has_no_quotations(text: str) -> None:
    assert quotations_of(text) == ()


@pytest.mark.heavy
@pytest.mark.parametrize("text", [
    "TY  - X\nN1  - «" + "» (" * 2000 + "; " + "/" * 10_000, "TY  - X\nN1  - " + " " * 19_000 + "x",
    "@a{\n" + "\n" * 19_000, "@a{\nannote = {{" + "}} " * 6_000, "> " + "[^a" * 6_000, "a " + "«" * 19_000 + "a",
    "«a " * 3_900 + "» " * 3_900, "«a» (" * 3_900, "a (b, 2019) " * 1_500 + "\nx", "a (" * 6_000 + ", 2019)\nx",
    "quote,citation,x\n" + ";'" * 9_000, '"a b" ' * 3_000,
])  # fmt: skip
def test_time_grows_with_a_text_and_not_with_its_square(checker: QuotationChecker, text: str) -> None:
    def seconds(text: str) -> float:
        started = process_time()
        checker.check(text)
        return process_time() - started

    quarter = min(seconds(text[: len(text) // 4]) for _ in range(2))
    # a pattern that goes back over the text runs no lines that could be counted; its square would be sixteen times, and
    # seconds, at every try, where a busy machine is slow at one
    assert any(seconds(text) < 8 * quarter + 1 for _ in range(4))
