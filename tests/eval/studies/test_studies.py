"""The studies of the evaluation: parts switched off, causes of misses; and the tables of the quality page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.eval.quality_page import main, refresh_page
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.question_records import Evidence, GoldQuestion
from alpie.eval.report import Study
from alpie.eval.studies.ablation import PARTS, study_ablation, whole_system
from alpie.eval.studies.error_analysis import CAUSES, study_misses
from alpie.index.database.text_database import bounds_of
from alpie.index.errors import FileError
from alpie.index.retrieval.bm25 import TermIndex
from alpie.index.retrieval.expansion_index import ExpansionIndex
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.sources.expansions import Expansion
from alpie.index.spanish.analysis import terms
from support.fake_encoder import LARGE_TEXT, SMALL_TEXT, corpus_of

pytestmark = pytest.mark.heavy

QUESTIONS = (
    GoldQuestion("1", "¿Cuántas hectáreas ardieron en julio?", "factual",
             evidence=(Evidence("uno", "En julio ardieron 1240 hectáreas de monte en la comarca de Valdeluna."),),
             answer=("1240",)),
    GoldQuestion("2", "¿Cuántos libros presta la biblioteca municipal?", "factual",
             evidence=(Evidence("dos", "La biblioteca abre de lunes a sábado y presta tres libros a cada lector."),)),
    GoldQuestion("3", "¿Qué medidas prevé el plan?", "list",
             evidence=(Evidence("uno", "limpiar los márgenes de la vía;"),), answer=("márgenes",)),
    GoldQuestion("4", "¿Cuánto pesa el hipopótamo?", "unanswerable"),
)  # fmt: skip


@pytest.fixture(scope="module")
def small() -> Corpus:
    made = corpus_of(LARGE_TEXT, SMALL_TEXT)
    expansion = Expansion("Cuánto monte se quemó", "rewording")
    of_passages = [[expansion] if number == 0 else [] for number in range(len(made.passages))]
    expansions = ExpansionIndex(
        of_passages,
        bounds_of([len(expansions) for expansions in of_passages]),
        VectorIndex.from_vectors(made.encoder.encode_passages([expansion.text])),
        TermIndex.from_terms([terms(expansion.text)]),
    )
    return replace(made, index=replace(made.index, expansions=expansions))


@pytest.fixture(scope="module")
def texts(small: Corpus) -> SourceTexts:
    return SourceTexts(small.documents, small.passages)


def test_every_part_can_be_switched_off_and_changes_something(small: Corpus) -> None:
    whole = whole_system(small)
    for part in PARTS:
        without = part.off(whole)
        assert without != whole, part.name
        assert without.ask(QUESTIONS[0].text).hits, part.name


def test_a_retriever_switched_off_adds_nothing_to_the_score(small: Corpus) -> None:
    whole = whole_system(small)
    question = QUESTIONS[0].text
    for part, retriever in zip(PARTS, ("dense", "sentence", "lexical"), strict=False):
        before = {hit.passage.address: hit for hit in whole.search(question)}
        share = getattr(whole.index.weights, retriever)
        for hit in part.off(whole).search(question):
            full = before[hit.passage.address]
            assert hit.score == pytest.approx(full.score - share * full.retrievers[retriever], abs=1e-3), (
                part.name
            )


def test_the_ablation_compares_every_part(small: Corpus, texts: SourceTexts) -> None:
    study = study_ablation(small, QUESTIONS, texts, QUESTIONS, resamples=20, parts=PARTS[:2])
    head, *rows = (study.tables[0].head, *study.tables[0].rows)
    assert head[0] == "system"
    without = ["without passage vectors", "without sentence vectors"]
    assert [row[0] for row in rows] == ["(the whole system)", *without]
    assert json.dumps(study.figures)


def misses(corpus: Corpus, *questions: GoldQuestion) -> dict[str, str]:
    study: Study = study_misses(corpus, questions, SourceTexts(corpus.documents, corpus.passages))
    return {miss["id"]: miss["cause"] for miss in study.figures["misses"]}


def test_a_cause_is_the_first_step_that_lost_the_answer(small: Corpus) -> None:
    nowhere = Evidence("uno", "palabras que el documento no tiene en parte alguna")
    across = Evidence("uno", "El plan prevé las siguientes medidas: " + "x " * 30)
    found = misses(
        small,
        replace(QUESTIONS[0], id="layout", evidence=(nowhere,), answer=()),
        replace(QUESTIONS[0], id="apart", evidence=(across,), answer=()),
        QUESTIONS[3],
    )
    assert set(found.values()) <= set(CAUSES)
    assert found["layout"] == "layout"
    assert found["apart"] == "layout"


def test_a_page_takes_its_tables_from_the_last_run(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text(
        "# R\n\n## Overall (all)\n\n| figure | a | b |\n| --- | --- | --- |\n| x | 1.0 % [0.5, 1.5] n=9 | 2 |\n"
        "| y | 3 | 4 |\n",
        encoding="utf-8",
    )
    page = (
        "Before.\n<!-- table: report.md; Overall; columns=b, a; rows=x; short -->\nold\n<!-- end -->\nAfter."
    )
    new = refresh_page(page, tmp_path)
    assert "| figure | b | a |\n| --- | --- | --- |\n| x | 2 | 1.0 % |\n<!-- end -->\nAfter." in new
    assert refresh_page(new, tmp_path) == new
    assert refresh_page(page.replace("report.md", "none.md"), tmp_path) == page.replace(
        "report.md", "none.md"
    )
    for wrong, why in (
        ("Overal l", "ninguna tabla «Overal l»"),
        ("Overall; columns=c", "«c», sino figure, a, b"),
    ):
        with pytest.raises(FileError, match=rf"report\.md: no tiene {why}"):
            refresh_page(f"<!-- table: report.md; {wrong} -->\n<!-- end -->", tmp_path)


def test_the_quality_page_shows_the_figures_of_the_reports_beside_it() -> None:
    assert main(["--check"]) == 0, "run python -m alpie.eval.quality_page"
