"""`alpie expand`: a model writes expansions, and only what the passage bears is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.errors import ProviderError
from alpie.app.writer.expand import estimate_cost, example_row, passages_without_expansions, write_expansions
from alpie.app.writer.expansion_drafts import DraftFault, ExpansionDraft, expansion_drafts, fault_of
from alpie.index.sources.expansions import expansions_file, place_expansions
from support.fake_encoder import corpus_of, passage_of

Captured = pytest.CaptureFixture[str]
PARAGRAPHS = "\n\n".join(
    f"{number}. Sección de prueba\n\nEl taller del barrio {word} repara bicicletas viejas de los vecinos. "
    "La encargada enseña a cambiar ruedas durante los meses de verano."
    for number, word in enumerate(
        ("norte", "oriental", "occidental", "antiguo", "marinero", "universitario"), 1
    )
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpus_of(PARAGRAPHS)


def rows(docs: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (docs / expansions_file("uno")).read_text("utf-8").splitlines()]


def test_every_passage_gets_sound_expansions(settings: Any, corpus: Corpus, tmp_path: Path) -> None:
    left = passages_without_expansions(tmp_path, corpus.documents, corpus.passages)
    assert len(left) == len(corpus.passages)
    told: list[tuple[int, int]] = []
    done = write_expansions(settings("good"), corpus.documents, left, lambda *now: told.append(now))
    assert done.passages == len(corpus.passages)
    assert not done.dropped
    assert done.failed == 0
    assert told[-1] == (len(left), len(left))
    placed = place_expansions((tmp_path / expansions_file("uno")).read_bytes(), corpus.passages, "uno")
    assert placed.faults == ()
    assert all(len(expansions) == 3 for expansions in placed.of_passages)
    assert passages_without_expansions(tmp_path, corpus.documents, corpus.passages) == []


def test_what_a_passage_does_not_bear_is_left_out(settings: Any, corpus: Corpus, tmp_path: Path) -> None:
    done = write_expansions(settings("lying"), corpus.documents, corpus.passages)
    assert set(done.dropped) == {fault.value for fault in DraftFault}
    assert all(len(row["lines"]) == 3 for row in rows(tmp_path))
    assert "4871" not in json.dumps(rows(tmp_path))


def test_a_run_that_failed_goes_on_where_it_stopped(settings: Any, corpus: Corpus, tmp_path: Path) -> None:
    by_hand = example_row(corpus.passages[0])
    (tmp_path / "expansions").mkdir()
    (tmp_path / expansions_file("uno")).write_text(by_hand, "utf-8")  # without a line feed at its end
    left = passages_without_expansions(tmp_path, corpus.documents, corpus.passages)
    assert corpus.passages[0] not in left
    with pytest.raises(ProviderError, match="repita la orden"):
        write_expansions(settings("error"), corpus.documents, left)
    write_expansions(settings("good"), corpus.documents, left)
    assert rows(tmp_path)[0] == json.loads(by_hand)
    assert len(rows(tmp_path)) == len(corpus.passages)


def test_the_estimate_counts_what_would_be_sent(corpus: Corpus) -> None:
    need = estimate_cost(corpus.passages)
    assert need.passages == len(corpus.passages)
    assert 0 < need.requests < need.passages
    assert need.tokens_read > sum(len(passage.text) for passage in corpus.passages) / 4


PASSAGE = passage_of("Hubo 25 detenidos en Madrid.", "La operación sigue abierta en EE. UU. y en la UE.")


@pytest.mark.parametrize(("kind", "text", "fault"), [
    ("question", "¿Cuántos arrestos hubo?", None), ("rewording", "Capturadas 25 personas en Madrid", None),
    ("rewording", "Veinticinco personas capturadas en la capital", None),
    ("english", "How many people were arrested in Madrid?", None), ("question", "¿Hubo 26 arrestos?", DraftFault.NUMBER),
    ("question", "¿Fue en 2019 cuando los arrestaron?", DraftFault.NUMBER),
    ("question", "¿Hubo arrestos en Sevilla?", DraftFault.NAME),
    ("rewording", "Zapatero anunció los arrestos", None),  # a word that opens a sentence tells no name
    ("question", "How many people were arrested there?", DraftFault.LANGUAGE),
    ("english", "¿Cuántas personas fueron arrestadas?", DraftFault.LANGUAGE),
    ("rewording", "Hubo 25 detenidos en Madrid", DraftFault.COPY), ("rewording", "Arrestos", DraftFault.LENGTH),
    ("rewording", "muchas personas " * 20, DraftFault.LENGTH),
])  # fmt: skip
def test_each_fault_is_seen(kind: str, text: str, fault: DraftFault | None) -> None:
    assert fault_of(ExpansionDraft(0, kind, (0,), text), PASSAGE, "Nota", []) is fault


def test_lines_of_another_form_are_passed_over_and_no_answer_is_endless() -> None:
    answer = "Claro:\n1 | question | 1, 2 | ¿Dónde?\n- 2 | chat | 3 | q pasa\n3 | joke | 1 | ja\n4 | question ¿Y?\n"
    assert list(expansion_drafts([answer])) == [
        ExpansionDraft(0, "question", (0, 1), "¿Dónde?"),
        ExpansionDraft(1, "chat", (2,), "q pasa"),
    ]
    endless = (f"1 | question | 1 | ¿Qué {n}?\n" for n in iter(int, 1))
    assert 0 < len(list(expansion_drafts(endless))) < 10_000


def test_without_a_model_the_command_shows_how_to_write_a_row(
    corpus: Corpus, commands_on: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.delenv("ALPIE_WRITER", raising=False)
    assert commands_on(corpus)("expand", "--docs", str(tmp_path)) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["address"] == corpus.passages[0].address
    assert "writer" in said.err
    assert str(tmp_path / "expansions" / "uno.jsonl") in said.err


def test_nothing_is_sent_until_it_is_asked_for(
    corpus: Corpus, commands_on: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured,
    openai_server: Any,
) -> None:  # fmt: skip
    monkeypatch.setenv("ALPIE_WRITER", "openai:good")
    monkeypatch.setenv("ALPIE_WRITER_URL", openai_server.url)
    before, command, docs = len(openai_server.requests), commands_on(corpus), ("--docs", str(tmp_path))
    assert command("expand", "uno", *docs) == 0
    assert len(openai_server.requests) == before
    assert "--yes" in capsys.readouterr().err
    assert command("expand", "uno", "--yes", *docs) == 0
    assert "0 fragmentos sin ninguna" in capsys.readouterr().out
    assert command("expand", "nadie", *docs) == 1
