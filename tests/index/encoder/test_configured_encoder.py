"""An encoder of one's own: what its configuration says is done, in 8 bits where that can be, calibrated before use."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpie.app.answering import answer_weights
from alpie.app.answering.answer_weights import calibration_file, load_calibration
from alpie.app.answering.corpus import Corpus
from alpie.app.errors import Uncalibrated
from alpie.app.settings import Settings, load_settings
from alpie.app.terminal.doctor import Outcome
from alpie.eval.questions.split import fitting_questions, off_topic_questions
from alpie.eval.training import fit_weights
from alpie.eval.training.fit_weights import fit_encoder
from alpie.index.encoder import Encoder, factory, onnx_export
from alpie.index.encoder.factory import open_encoder
from alpie.index.encoder.model_config import ModelConfig
from alpie.index.encoder.onnx_export import measure_agreement
from alpie.index.encoder.tokenizer import sample_texts
from alpie.index.errors import EncoderError
from alpie.index.reader.cross_encoder import CrossEncoderReader
from alpie.index.retrieval import HybridWeights
from support.examined import examined
from support.fake_encoder import FakeEncoder

PROMPTS = {"Retrieval-query": "busca: ", "Retrieval-document": "texto: ", "clustering": "grupo: "}


def save_model(folder: Path, kind: str, pooling: str = "mean", extra: bool = False) -> Path:
    """A transformer of two layers with random weights, as sentence-transformers saves it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    torch.manual_seed(7)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    texts = [text for part in sample_texts() for text in part]
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=600, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
        pad_token="<pad>", unk_token="<unk>", mask_token="<mask>", model_max_length=64,
    )  # fmt: skip
    config = AutoConfig.for_model(
        kind, vocab_size=600, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128,
        max_position_embeddings=80, pad_token_id=1, initializer_range=0.3,
    )  # fmt: skip
    bare = folder / "bare"
    AutoModel.from_config(config).save_pretrained(bare)
    fast.save_pretrained(bare)
    transformer = Transformer(str(bare), max_seq_length=48)
    modules: list[Any] = [transformer, Pooling(64, pooling_mode=pooling), Normalize()]
    if extra:
        modules.insert(2, Dense(64, 32))
    model = SentenceTransformer(modules=modules, prompts=PROMPTS, device="cpu")
    saved = folder / "model"
    model.save_pretrained(str(saved))
    return saved


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random weights find all passages about as near: only the vectors tell whether the graph is right."""
    for name, least in (("MIN_COSINE", 0.85), ("MIN_FIRST", 0.0), ("MIN_FIRST_THREE", 0.0)):
        monkeypatch.setattr(onnx_export.Agreement, name, least)


@pytest.mark.heavy
@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize(("kind", "pooling"), [("bert", "mean"), ("xlm-roberta", "mean"), ("mpnet", "cls")])
def test_a_model_of_the_usual_kinds_runs_in_8_bits_as_in_pytorch(
    kind: str, pooling: str, tmp_path: Path
) -> None:
    import sentence_transformers

    folder = save_model(tmp_path, kind, pooling)
    fast = open_encoder(str(folder), tmp_path / "cache")
    slow = open_encoder(str(folder), tmp_path / "cache", "torch")
    assert (fast.runtime, slow.runtime) == ("onnx-int8", "torch")
    assert (fast.fingerprint, fast.dimension) == (slow.fingerprint, slow.dimension)
    questions, passages = sample_texts()
    passages = [*passages, " ".join(passages)]  # beyond the model's limit
    vectors = (
        [one.encode_queries(questions) for one in (fast, slow)],
        [one.encode_passages(passages) for one in (fast, slow)],
    )
    assert measure_agreement(vectors[0][0], vectors[1][0], vectors[0][1], vectors[1][1]).suffices
    library = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
    own = library.encode(questions[:3], prompt=PROMPTS["Retrieval-query"], normalize_embeddings=True)
    np.testing.assert_allclose(slow.encode_queries(questions[:3]), own, atol=1e-5)


@pytest.mark.heavy
@pytest.mark.usefixtures("lenient")
def test_a_damaged_graph_is_made_again(tmp_path: Path) -> None:
    folder, cache = save_model(tmp_path, "bert"), tmp_path / "cache"
    open_encoder(str(folder), cache)
    (graph,) = cache.rglob("model.onnx")
    names = {path.name for path in graph.parent.iterdir()}
    graph.unlink()
    graph.write_bytes(b"half a fi")
    assert open_encoder(str(folder), cache).runtime == "onnx-int8"
    assert {path.name for path in graph.parent.iterdir()} == names
    assert graph.stat().st_size > 10_000


@pytest.mark.heavy
def test_when_no_graph_passes_pytorch_is_used_and_the_verdict_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(onnx_export.Agreement, "MIN_MEAN_COSINE", 1.1)
    folder, cache = save_model(tmp_path, "bert"), tmp_path / "cache"
    assert open_encoder(str(folder), cache).runtime == "torch"
    assert "failed its check" in caplog.text
    (verdict,) = cache.rglob("fingerprint.json")
    kept = json.loads(verdict.read_text("utf-8"))
    assert kept["accepted"] is False
    assert set(kept["agreement_with_pytorch"]) == {"8 bits", "7 bits"}

    written = verdict.stat().st_mtime_ns
    assert open_encoder(str(folder), cache).runtime == "torch"
    assert verdict.stat().st_mtime_ns == written, "the verdict is remembered"
    with pytest.raises(EncoderError, match="torch o auto"):
        open_encoder(str(folder), cache, "onnx")


@pytest.mark.heavy
def test_another_architecture_stays_in_pytorch_in_half_precision_if_asked(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert", extra=True)
    assert open_encoder(str(folder), tmp_path / "cache").runtime == "torch"
    with pytest.raises(EncoderError, match="un grafo de 8 bits"):
        open_encoder(str(folder), tmp_path / "cache", "onnx")
    half = open_encoder(str(folder), tmp_path / "cache", "torch-bf16")
    assert half.runtime == "torch-bf16"
    whole = open_encoder(str(folder), tmp_path / "cache", "torch")
    one, other = (encoder.encode_passages(["La ley entra en vigor."])[0] for encoder in (half, whole))
    assert not np.array_equal(one, other)
    assert one @ other > 0.99


@pytest.mark.heavy
def test_vectors_are_cut_where_the_configuration_says(tmp_path: Path) -> None:
    folder = save_model(tmp_path, "bert")
    whole = open_encoder(str(folder), tmp_path / "cache").encode_queries(["¿Qué?"])[0]
    path = folder / "config_sentence_transformers.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"truncate_dim": 24}), "utf-8")
    for runtime in ("auto", "torch"):
        cut = open_encoder(str(folder), tmp_path / "cache", runtime)
        assert cut.dimension == 24
        expected = whole[:24] / np.linalg.norm(whole[:24])
        assert cut.encode_queries(["¿Qué?"])[0] @ expected > 0.98


@pytest.mark.parametrize(("prompts", "query", "passage"), [
    ({"query": "q: ", "passage": "p: "}, "q: ", "p: "),
    ({"query": "q: ", "document": "d: ", "Retrieval-query": "r: "}, "q: ", "d: "),
    ({"retrieval.query": "no: ", "search_query": "s: ", "search_document": "t: "}, "s: ", "t: "),
    ({"web_search_query": "w: "}, "w: ", ""), ({"query": None}, "", ""),
    ({"query": "", "document": "", "Retrieval-query": "r: "}, "r: ", ""), ({}, "", ""),
])  # fmt: skip
def test_prompts_are_found_by_their_usual_names(
    prompts: dict[str, str], query: str, passage: str, tmp_path: Path
) -> None:
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}), "utf-8")
    found = ModelConfig.read(tmp_path)
    assert (found.query_prompt, found.passage_prompt) == (query, passage)


def test_e5_models_get_the_prompts_they_do_not_state(tmp_path: Path) -> None:
    assert ModelConfig.read(tmp_path, "intfloat/multilingual-e5-base").query_prompt == "query: "
    assert ModelConfig.read(tmp_path, "intfloat/multilingual-e5-large-instruct").query_prompt == ""


@pytest.mark.parametrize(("config", "pooling"), [
    ({"pooling_mode": "mean"}, "mean"), ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
    ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}, ""), ({"pooling_mode": "lasttoken"}, ""),
    ({"pooling_mode": "mean", "include_prompt": False}, ""),
])  # fmt: skip
def test_pooling_is_read_in_both_spellings(config: dict[str, object], pooling: str, tmp_path: Path) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(config), "utf-8")
    assert ModelConfig.read(tmp_path).pooling == pooling


SMALL = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}


@pytest.mark.heavy
@pytest.mark.parametrize(("files", "told"), [
    ({"modules.json": "["}, r"modules\.json"),
    ({"config.json": json.dumps({"model_type": "bert", "hidden_size": "x"})}, "hidden_size"),
    ({"config.json": json.dumps({"model_type": "bert", **SMALL}), "model.safetensors": "x" * 50}, "header"),
])  # fmt: skip
def test_a_damaged_model_is_told(tmp_path: Path, files: dict[str, str], told: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(EncoderError, match=told):
        open_encoder(str(tmp_path), tmp_path / "cache", "torch")
    with pytest.raises(EncoderError, match=tmp_path.name):
        CrossEncoderReader.open(str(tmp_path))


# --- calibration --------------------------------------------------------------------------------


@pytest.fixture
def settings(docs: Path, data: Path) -> Settings:
    """An index of two texts, made with an encoder of one's own."""
    return replace(load_settings(), docs=docs, data=data)


def calibrate(settings: Settings, fingerprint: str) -> None:
    shipped = json.loads(Path(answer_weights.__file__).with_name("weights.json").read_text("utf-8"))
    shipped |= {"cosine_scale": 0.5, "fitted_on": {"encoder": fingerprint}}
    calibration_file(settings.data).write_text(json.dumps(shipped), "utf-8")


def test_nothing_is_answered_with_another_encoders_numbers(settings: Settings) -> None:
    corpus = Corpus.open(settings, FakeEncoder())
    assert corpus.search("incendios")
    assert corpus.search("incendios", document=next(iter(corpus.documents)))
    assert corpus.search("artículo 22") is not None
    refusals = []
    for _ in range(2):
        with pytest.raises(Uncalibrated, match=r"«de mentira» no está calibrado.*alpie eval --fit") as caught:
            corpus.ask("¿Cuántas hectáreas ardieron?")
        refusals.append(caught.value)
    assert (
        refusals[0] is not refusals[1]
    )  # one that is raised again carries the tracebacks of all questions before
    assert refusals[1].path == settings.data
    calibrate(settings, "fake otro")
    with pytest.raises(Uncalibrated, match=r"calibration\.json es de otro codificador.*alpie eval --fit"):
        Corpus.open(settings, FakeEncoder()).ask("¿Cuántas hectáreas ardieron?")
    calibration_file(settings.data).write_text("{", "utf-8")
    with pytest.raises(Uncalibrated, match="no se puede leer"):
        Corpus.open(settings, FakeEncoder()).ask("¿Cuántas hectáreas ardieron?")


def test_the_doctor_says_that_an_encoder_is_not_calibrated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factory, "open_encoder", lambda *_: FakeEncoder())
    found = examined("matching_encoder", settings)
    assert (found.state, "alpie eval --fit" in found.message) == (Outcome.BAD, True)
    calibrate(settings, FakeEncoder().fingerprint)
    assert examined("matching_encoder", settings).state == Outcome.GOOD


def test_with_its_own_numbers_it_answers(settings: Settings) -> None:
    calibrate(settings, FakeEncoder().fingerprint)
    corpus = Corpus.open(replace(settings, answer_threshold=0.0), FakeEncoder())
    assert corpus.index.weights == HybridWeights().scaled(0.5)
    assert any("1240" in quote.text for quote in corpus.ask("¿Cuántas hectáreas ardieron?").quotes)


def test_the_bundled_encoder_needs_no_calibration(encoder: Encoder, tmp_path: Path) -> None:
    weights, fusion = load_calibration(encoder, tmp_path)
    assert (weights, fusion) == (answer_weights.load_weights(), HybridWeights())
    said = io.StringIO()
    assert fit_encoder(replace(load_settings(), data=tmp_path), said, encoder=encoder) == 0
    assert "ya está calibrado" in said.getvalue()
    assert not calibration_file(tmp_path).exists()


@pytest.mark.slow
def test_fitting_writes_what_asking_reads(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_weights, "fitting_questions", lambda: fitting_questions()[::48])
    monkeypatch.setattr(fit_weights, "off_topic_questions", lambda: off_topic_questions()[::24])
    assert fit_encoder(settings, io.StringIO(), encoder=FakeEncoder()) == 0
    table = json.loads(calibration_file(settings.data).read_text("utf-8"))
    assert table["fitted_on"]["encoder"] == FakeEncoder().fingerprint
    # words at right angles lie further apart than the bundled encoder's texts
    assert 0 < table["cosine_scale"] < 1
    assert Corpus.open(settings, FakeEncoder()).ask("¿Cuántas hectáreas ardieron?").confidence > 0
