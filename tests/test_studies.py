"""The studies of the evaluation: parts switched off, careless typing, causes of misses, the threshold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_encoder import LARGE_TEXT, SMALL_TEXT, corpus_of

from alpie.app.answering.corpus import Corpus
from alpie.eval.quality_page import main, refreshed
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.question_records import Evidence, Question
from alpie.eval.scores import QuestionScore
from alpie.eval.studies.ablation import study_ablation
from alpie.eval.studies.coverage_curve import risk_at, threshold_estimate
from alpie.eval.studies.error_analysis import CAUSES, read_before, study_misses
from alpie.eval.studies.rewording import (
    REWORDINGS,
    misspelt_by_sound,
    with_typos,
    without_accents,
    without_care,
)
from alpie.eval.studies.robustness import study_robustness
from alpie.eval.studies.study import Study
from alpie.eval.studies.switched_parts import PARTS, whole_system
from alpie.index.errors import QuestionsFileError, SettingsError
from alpie.index.reading.expansions import ExpansionLine
from alpie.index.retrieval.expansion_index import ExpansionIndex

TEXT = "¿Cuántas hectáreas ardieron durante los incendios de la comarca en el mes de julio según el informe?"
QUESTIONS = (
    Question("1", "¿Cuántas hectáreas ardieron en julio?", "factual",
             evidence=(Evidence("uno", "En julio ardieron 1240 hectáreas de monte en la comarca de Valdeluna."),),
             answer=("1240",)),
    Question("2", "¿Cuántos libros presta la biblioteca municipal?", "factual",
             evidence=(Evidence("dos", "La biblioteca abre de lunes a sábado y presta tres libros a cada lector."),)),
    Question("3", "¿Qué medidas prevé el plan?", "list",
             evidence=(Evidence("uno", "limpiar los márgenes de la vía;"),), answer=("márgenes",)),
    Question("4", "¿Cuánto pesa el hipopótamo?", "unanswerable"),
)  # fmt: skip


@pytest.fixture(scope="module")
def small() -> Corpus:
    made = corpus_of(LARGE_TEXT, SMALL_TEXT)
    line = ExpansionLine("Cuánto monte se quemó", "rewording")
    lines = [[line] if number == 0 else [] for number in range(len(made.passages))]
    expansions = ExpansionIndex.from_lines(lines, made.encoder.encode_passages([line.text]))
    made.index = replace(made.index, expansions=expansions)
    return made


@pytest.fixture(scope="module")
def texts(small: Corpus) -> SourceTexts:
    return SourceTexts(small.documents, small.passages)


def test_accents_and_care_go_and_nothing_else() -> None:
    assert without_accents("¿Cuánto pingüino y niño?") == "¿Cuanto pinguino y nino?"
    assert without_care("¿Qué dice INTERPOL?") == "qué dice interpol"


def test_one_word_in_ten_is_mistyped_always_in_the_same_way() -> None:
    typed = with_typos(TEXT, 1)
    changed = [pair for pair in zip(TEXT.split(), typed.split(), strict=True) if pair[0] != pair[1]]
    assert len(changed) == round(len(TEXT.split()) / 10)
    assert typed == with_typos(TEXT, 1) != with_typos(TEXT, 2)
    for word, mistyped in changed:
        assert abs(len(word) - len(mistyped)) <= 1
        assert word.strip("¿")[0] == mistyped.strip("¿")[0]


@pytest.mark.parametrize("text", ["", "¿?", "IWF", "de la", "2019"])
def test_a_text_without_words_to_mistype_stays(text: str) -> None:
    assert with_typos(text, 1) == text


def test_one_word_in_ten_is_written_as_it_sounds() -> None:
    sounded = misspelt_by_sound(TEXT, 1)
    changed = [pair for pair in zip(TEXT.split(), sounded.split(), strict=True) if pair[0] != pair[1]]
    assert len(changed) == round(len(TEXT.split()) / 10)
    assert sounded == misspelt_by_sound(TEXT, 1)
    found = {misspelt_by_sound("¿Quema bosques?", seed) for seed in range(30)}
    assert found == {"¿Kema bosques?", "¿Quema vosques?", "¿Quema boskes?"}
    for text in ("", "IWF", "de la", "2019", "menor"):
        assert misspelt_by_sound(text, 1) == text


def test_every_part_can_be_switched_off_and_changes_something(small: Corpus) -> None:
    whole = whole_system(small)
    for part in PARTS:
        without = part.off(whole)
        assert without != whole, part.name
        assert without.ask(QUESTIONS[0].text).hits, part.name


def test_a_retriever_switched_off_adds_nothing_to_the_score(small: Corpus) -> None:
    whole = whole_system(small)
    question = QUESTIONS[0].text
    for part, retriever, weight in zip(PARTS, ("dense", "sentence", "lexical"),
                                 ("passage", "sentence", "lexical"), strict=False):  # fmt: skip
        before = {hit.passage.address: hit for hit in whole.search(question)}
        share = getattr(whole.index.weights, weight)
        for hit in part.off(whole).search(question):
            full = before[hit.passage.address]
            assert hit.score == pytest.approx(full.score - share * full.retrievers[retriever], abs=1e-3), (
                part.name
            )


def test_the_ablation_compares_every_part_and_says_what_each_step_costs(
    small: Corpus, texts: SourceTexts
) -> None:
    study = study_ablation(small, QUESTIONS, texts, QUESTIONS, resamples=20, parts=PARTS[:2])
    head, *rows = (study.tables[0].head, *study.tables[0].rows)
    assert head[0] == "system"
    assert [row[0] for row in rows] == [
        "(the whole system)",
        "without passage vectors",
        "without sentence vectors",
    ]
    assert study.figures["cpu ms"]["all of it"]["cpu_ms"] > 0
    assert json.dumps(study.figures)


def test_rewordings_that_change_nothing_cost_nothing(small: Corpus, texts: SourceTexts) -> None:
    same = replace(REWORDINGS[0], name="same", apply=lambda text, seed: text)
    study = study_robustness(small, QUESTIONS, texts, resamples=20, rewordings=[same])
    for of_kind in study.figures["differences"]["same"].values():
        assert all(one["value"] == one["low"] == one["high"] == 0 for one in of_kind.values())


def misses(corpus: Corpus, *questions: Question) -> dict[str, str]:
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


def test_a_right_answer_is_no_miss(small: Corpus) -> None:
    whole = whole_system(small)
    if whole.ask(QUESTIONS[0].text).answered:
        assert "1" not in misses(small, QUESTIONS[0])
    assert misses(small, replace(QUESTIONS[0], id="1")).get("1", "abstention") == "abstention"


def test_an_earlier_versions_shares_stand_beside_the_present_ones(
    small: Corpus, texts: SourceTexts, tmp_path: Path
) -> None:
    file = tmp_path / "misses-before.json"
    assert read_before(file) is None
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(QuestionsFileError, match=r"misses-before\.json"):
        read_before(file)
    study = study_misses(small, QUESTIONS, texts)
    file.write_text(json.dumps(dict(study.figures)), encoding="utf-8")
    again = study_misses(small, QUESTIONS, texts, read_before(file))
    assert all("→" in cell for row in again.tables[0].rows for cell in row[1:])


def scored(confidence: float, right: bool) -> QuestionScore:
    return QuestionScore("", "", True, True, confidence, 1.0, right_at_3=right)


def test_the_threshold_lies_in_its_interval() -> None:
    confidences = np.linspace(0, 1, 101)
    found = threshold_estimate(confidences, 0.06, resamples=200)
    assert found.value == pytest.approx(0.06, abs=0.01)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.06 < found.high


def test_the_surest_are_counted_first() -> None:
    scores = [scored(0.9, True), scored(0.8, True), scored(0.2, False), scored(0.1, False)]
    assert risk_at(scores, 0.5, 50).value == 0
    assert risk_at(scores, 1.0, 50).value == 0.5


def test_a_page_takes_its_tables_from_the_last_run(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text(
        "# R\n\n## Overall (all)\n\n| figure | a | b |\n| --- | --- | --- |\n| x | 1.0 % [0.5, 1.5] n=9 | 2 |\n"
        "| y | 3 | 4 |\n",
        encoding="utf-8",
    )
    page = (
        "Before.\n<!-- table: report.md; Overall; columns=b, a; rows=x; short -->\nold\n<!-- end -->\nAfter."
    )
    new = refreshed(page, tmp_path)
    assert "| figure | b | a |\n| --- | --- | --- |\n| x | 2 | 1.0 % |\n<!-- end -->\nAfter." in new
    assert refreshed(new, tmp_path) == new
    assert refreshed(page.replace("report.md", "none.md"), tmp_path) == page.replace("report.md", "none.md")
    for wrong in ("Overal l", "Overall; columns=c"):
        with pytest.raises(SettingsError, match=r"report\.md"):
            refreshed(f"<!-- table: report.md; {wrong} -->\n<!-- end -->", tmp_path)


def test_the_quality_page_shows_the_figures_of_the_reports_beside_it() -> None:
    assert main(["--check"]) == 0, "run python -m alpie.eval.quality_page"
