"""The reader learns, goes on where it was stopped, and is the same model once exported: with three layers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from alpie.app.settings import load_settings
from alpie.eval.training import export_reader, fit_reader
from alpie.eval.training.fit_reader import Schedule, train
from alpie.eval.training.reader_batches import EncodedPassage, right_tokens, window_batches
from alpie.eval.training.reader_model import average_models, load_model, sequence_of
from alpie.eval.training.training_rows import ReaderRow
from alpie.index.encoder.bundled_weights import WEIGHTS_FILE, bundled_folder
from alpie.index.encoder.word_vectors import WordVectors
from alpie.index.errors import EncoderError
from alpie.index.records import Span

pytestmark = pytest.mark.heavy

LAYERS = 3  # two are frozen
SCHEDULE = Schedule(rate=3e-4, warmup=2, batch=4)
PLACES = {
    "museo": ("El museo abre a las diez.", "La entrada cuesta seis euros."),
    "parque": ("El parque cierra al anochecer.", "Sus fuentes se apagan en invierno."),
    "mercado": ("El mercado abre a las ocho.", "Cada puesto cuesta cien euros."),
}


def rows() -> list[ReaderRow]:
    """Twelve: each place's two sentences asked for, there and beside a passage of another place."""
    passages = {place: " ".join(sentences) for place, sentences in PLACES.items()}
    names = list(PLACES)
    found = []
    for number, (place, sentences) in enumerate(PLACES.items()):
        for sentence in sentences:
            question, passage = f"¿Qué se dice: {sentence[3:-1].lower()}?", passages[place]
            start = passage.index(sentence)
            found.append(
                ReaderRow(question, passage, True, (Span(start, start + len(sentence)),), kind="plain")
            )
            found.append(ReaderRow(question, passages[names[number - 1]], False, kind="un"))
    return found


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fit_reader, "LAYERS", LAYERS)
        patched.setattr(export_reader, "LAYERS", LAYERS)
        patched.setattr(fit_reader, "_REPORT_STEPS", 2)
        yield


@pytest.fixture(scope="module")
def trained(small: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training of eighteen steps."""
    folder = tmp_path_factory.mktemp("reader")
    torch.manual_seed(0)
    train(rows() * 6, [], folder, SCHEDULE)
    return folder


def curve(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]


def stopping_at(
    step: int, log: Callable[[Path, dict[str, Any]], None]
) -> Callable[[Path, dict[str, Any]], None]:
    def stop(folder: Path, facts: dict[str, Any]) -> None:
        if facts["step"] == step:
            raise KeyboardInterrupt
        log(folder, facts)

    return stop


def test_any_token_of_a_loose_span_may_begin_or_end_the_answer() -> None:
    tokens = [(0, 0), (0, 2), (3, 8), (9, 12), (13, 20)]
    for loose, right in ((False, {(2, 1.0, 0.0), (3, 0.0, 1.0)}), (True, {(2, 1.0, 1.0), (3, 1.0, 1.0)})):
        row = ReaderRow("¿?", "El museo abre siempre", True, (Span(3, 12),), loose)
        targets = set(right_tokens(EncodedPassage(row, [0] * 5, tokens, [1, 2, 3, 4])))
        assert {target for target in targets if any(target[1:])} == right


def test_batches_hold_rows_whole_and_every_row_once() -> None:
    of_rows = [ReaderRow("¿?", "x" * length, True, others=("y",) * (length % 3)) for length in range(1, 60)]
    batches = window_batches(of_rows, range(len(of_rows)), 4)
    assert sorted(number for batch in batches for number in batch) == list(range(59))
    assert max(sum(1 + len(of_rows[number].others) for number in batch) for batch in batches) == 4


def test_the_right_passage_is_to_be_the_likeliest_of_its_row() -> None:
    log_odds = torch.tensor([2.0, -1.0, 0.5, 3.0, 3.0])
    alone, equal = (
        fit_reader.ranking_loss(log_odds, [1, 1, 1, 1, 1]),
        fit_reader.ranking_loss(log_odds, [1, 1, 1, 2]),
    )
    assert float(alone) == 0
    assert float(equal) == pytest.approx(np.log(2))
    assert float(fit_reader.ranking_loss(log_odds, [3, 2])) < float(
        fit_reader.ranking_loss(log_odds.flip(0), [2, 3])
    )


@pytest.mark.slow
def test_a_few_steps_lower_the_loss(trained: Path) -> None:
    losses = [line["loss"] for line in curve(trained) if "loss" in line]
    assert len(losses) == 9
    assert sum(losses[-3:]) < 0.85 * sum(losses[:3])


@pytest.mark.slow
def test_stopped_and_started_again_it_learns_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_out = rows()[:4]
    torch.manual_seed(0)
    train(rows() * 2, held_out, tmp_path / "whole", SCHEDULE)
    torch.manual_seed(0)
    with monkeypatch.context() as patched:
        patched.setattr(fit_reader, "_SAVE_SECONDS", 0.0)
        patched.setattr(fit_reader, "_log", stopping_at(4, fit_reader._log))
        with pytest.raises(KeyboardInterrupt):
            train(rows() * 2, held_out, tmp_path / "stopped", SCHEDULE)
    torch.manual_seed(1)  # what is drawn at a start is not used
    train(rows() * 2, held_out, tmp_path / "stopped", SCHEDULE)
    whole, stopped = curve(tmp_path / "whole"), curve(tmp_path / "stopped")
    assert [line["step"] for line in stopped] == [line["step"] for line in whole] == [2, 4, 6, 6]
    for one, other in zip(whole, stopped, strict=True):
        assert one == pytest.approx(other, abs=2e-3)


@pytest.mark.slow
def test_a_trained_model_is_averaged_with_another(trained: Path) -> None:
    folder = bundled_folder(load_settings().cache)
    new, other = load_model(folder, LAYERS, trained / "reader.pt"), load_model(folder, LAYERS)
    wanted = 0.7 * new.head.weight + 0.3 * other.head.weight
    assert not torch.allclose(wanted, new.head.weight, atol=1e-4)
    average_models(new, other, 0.3)
    torch.testing.assert_close(new.head.weight, wanted)


@pytest.mark.slow
def test_the_exported_graph_is_the_model(trained: Path, tmp_path: Path) -> None:
    from onnxruntime import InferenceSession

    folder = bundled_folder(load_settings().cache)
    difference = export_reader.export_checkpoint(
        trained / "reader.pt", tmp_path / "reader.onnx", load_settings().cache
    )
    assert 0 < difference < export_reader.MAX_DIFFERENCE

    model = load_model(folder, LAYERS, trained / "reader.pt").eval()
    ids = sequence_of(folder, "¿Cuándo abre el museo?", " ".join(PLACES["museo"]))
    vectors = WordVectors.open(folder / WEIGHTS_FILE).rows(ids).astype(np.float32)[np.newaxis]
    with torch.no_grad():
        tokens = torch.tensor([ids])
        of_ids = model(tokens, torch.ones_like(tokens)).numpy()
        of_vectors = model.from_vectors(torch.from_numpy(vectors)).numpy()
    np.testing.assert_allclose(of_ids, of_vectors, atol=1e-3)  # training and export read the same way
    session = InferenceSession(str(tmp_path / "reader.onnx"), providers=["CPUExecutionProvider"])
    exported = session.run(None, {export_reader.GRAPH_INPUT: vectors})[0]
    assert np.abs(exported - of_ids).mean() < export_reader.MAX_DIFFERENCE


@pytest.mark.slow
def test_a_graph_that_differs_is_not_written(trained: Path, tmp_path: Path) -> None:
    target = tmp_path / "reader.onnx"
    with pytest.raises(EncoderError, match="not written"):
        export_reader.export_checkpoint(
            trained / "reader.pt", target, load_settings().cache, max_difference=0.0
        )
    assert not target.exists()
