"""The fast encoder's graph: export, 8-bit weights, comparison with the reference.

The transformer is exported by hand, from the word vectors to the last layer, because sentence-transformers' own export
needs packages that do not resolve beside it. Its channels are evened out (`smoothing`), and its weights become 8-bit
numbers with one scale per column. The graph stays in the cache together with the reference's vectors of sample texts;
at every opening it is compared with them.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from alpie.index.arrays import Floats
from alpie.index.encoder import normalise_rows
from alpie.index.encoder.bundled_weights import MODEL_NAME, WEIGHTS_FILE, WORD_VECTORS
from alpie.index.encoder.model_config import ModelFiles
from alpie.index.encoder.onnx_runtime import (
    GRAPH_FILE,
    GRAPH_INPUT,
    GRAPH_OUTPUT,
    TOKENIZER_FILE,
    OnnxEncoder,
)
from alpie.index.encoder.smoothing import smooth_linear_layers
from alpie.index.encoder.tokenizer import sample_texts
from alpie.index.errors import EncoderError
from alpie.index.messages import message
from alpie.index.system.files import build_once, is_intact, read_fingerprint, write_fingerprint

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor, nn


FORMAT_VERSION = 2  # raise it when the graph or its check changes
REFERENCE_FILE = "reference.npy"
_OPSET = 17  # the first with layer normalisation as one node
# At every opening, this many sample questions are encoded again (a few milliseconds each).
OPENING_CHECK_QUESTIONS = 3

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agreement:
    """How far a graph's vectors of the sample texts agree with the reference's, the reference's mean taken from both.

    `first` is the share of questions with the same best passage, `first_three` that of common ones among three.
    """

    # Measured on XQuAD-R: at a mean of 0.997, recall@1 and @3 are the reference's; at 0.986 (no smoothing)
    # they differ by a point, which is within chance; at 0.79, a graph gone wrong, seven points are lost.
    # On the few sample texts a share of 0.95 allows one question in 22 to change its best passage.
    MIN_MEAN_COSINE: ClassVar[float] = 0.98
    MIN_COSINE: ClassVar[float] = 0.95
    MIN_FIRST: ClassVar[float] = 0.95
    MIN_FIRST_THREE: ClassVar[float] = 0.9

    cosine_mean: float
    cosine_minimum: float
    first: float
    first_three: float

    @property
    def suffices(self) -> bool:
        """Whether the graph may stand in for the reference."""
        limits = self.MIN_MEAN_COSINE, self.MIN_COSINE, self.MIN_FIRST, self.MIN_FIRST_THREE
        return all(found >= least for found, least in zip(astuple(self), limits, strict=True))


def onnx_folder(model: ModelFiles, rebuild: bool = False) -> Path | None:
    """The folder of the 8-bit graph of `model`, made where there is none and with `rebuild`; None where no graph agrees."""
    folder = model.graph
    replaced = read_fingerprint(folder) if rebuild else None
    facts = {"format_version": FORMAT_VERSION, "model": model.fingerprint}

    def is_current(place: Path) -> bool:
        found = read_fingerprint(place) or {}
        is_decided = found.get("accepted") or found.get("onnxruntime") == _onnxruntime_version()
        return found != replaced and bool(is_decided) and is_intact(place, facts)

    build_once(folder, is_current, build=lambda place: _build_graph(model, place, facts))
    return folder if (read_fingerprint(folder) or {}).get("accepted") else None


def agrees_with_reference(encoder: OnnxEncoder, folder: Path) -> bool:
    """Whether the graph in `folder` still gives the reference's vectors, on this processor."""
    questions = sample_texts().questions[:OPENING_CHECK_QUESTIONS]
    path = folder / REFERENCE_FILE
    try:
        reference = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise EncoderError(message("encoder.no_reference", path=path, error=error, folder=folder)) from error
    cosines = _centred_cosines(encoder.encode_queries(questions), reference[: len(questions)], reference)
    return bool(cosines.min() >= Agreement.MIN_COSINE)


def measure_agreement(
    questions: Floats, passages: Floats, reference_questions: Floats, reference_passages: Floats
) -> Agreement:
    """The agreement of two encoders' vectors (texts, dimension) of the same questions and passages."""
    reference = np.concatenate([reference_questions, reference_passages])
    cosines = _centred_cosines(np.concatenate([questions, passages]), reference, reference)
    best = np.argsort(-(questions @ passages.T), axis=1)
    reference_best = np.argsort(-(reference_questions @ reference_passages.T), axis=1)
    first_three = zip(best[:, :3].tolist(), reference_best[:, :3].tolist(), strict=True)
    common = [len(set(mine) & set(theirs)) / 3 for mine, theirs in first_three]
    return Agreement(
        cosine_mean=round(float(cosines.mean()), 5),
        cosine_minimum=round(float(cosines.min()), 5),
        first=round(float((best[:, 0] == reference_best[:, 0]).mean()), 4),
        first_three=round(float(np.mean(common)), 4),
    )


def _centred_cosines(vectors: Floats, reference: Floats, origin: Floats) -> Floats:
    mean = origin.mean(axis=0)
    left, right = vectors - mean, reference - mean
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    result: Floats = (left * right).sum(axis=1) / lengths
    return result


def _onnxruntime_version() -> str:
    import onnxruntime

    return str(onnxruntime.__version__)


def _build_graph(model: ModelFiles, folder: Path, facts: Mapping[str, Any]) -> None:
    """Write graph, reference vectors and their agreement into `folder`; without a graph if none suffices."""
    from alpie.index.encoder.torch_runtime import load_sentence_transformer

    # The plain attention is the one the exporter turns into ordinary nodes.
    reference = load_sentence_transformer(model.folder, attn_implementation="eager")
    questions, passages = sample_texts()
    reference_questions, reference_passages = _encode_apart(reference, model, questions, passages)
    transformer: Any = reference[0].model
    if model.name != MODEL_NAME:
        _write_words(reference, folder)
    smooth_linear_layers(transformer, lambda: _encode_apart(reference, model, questions, passages))
    exported = folder / "exported.onnx"

    def forward(
        word_vectors: Tensor,
    ) -> Any:  # no attention mask: a text is alone in the graph, nothing is padded
        return transformer(inputs_embeds=word_vectors).last_hidden_state

    export_graph(transformer, forward, exported, GRAPH_OUTPUT)
    tried: dict[str, dict[str, Any]] = {}
    accepted = False
    for label, reduce_range in (("8 bits", False), ("7 bits", True)):
        quantise(exported, folder / GRAPH_FILE, reduce_range)
        encoder = OnnxEncoder(model, folder)
        vectors = encoder.encode_queries(questions), encoder.encode_passages(passages)
        agreement = measure_agreement(*vectors, reference_questions, reference_passages)
        tried[label] = asdict(agreement)
        accepted = agreement.suffices
        _LOG.info("encoder graph with weights of %s: %s", label, agreement)
        if accepted:
            break
    exported.unlink()
    if not accepted:
        for name in (GRAPH_FILE, TOKENIZER_FILE, WEIGHTS_FILE):
            (folder / name).unlink(missing_ok=True)
    np.save(folder / REFERENCE_FILE, np.concatenate([reference_questions, reference_passages]))
    verdict = {"onnxruntime": _onnxruntime_version(), "accepted": accepted, "agreement_with_pytorch": tried}
    write_fingerprint(folder, {**facts, **verdict})


def _encode_apart(
    reference: SentenceTransformer, model: ModelFiles, questions: list[str], passages: list[str]
) -> tuple[Floats, Floats]:
    """Vectors of both, one text at a time: padding would be seen as an input by `smooth_linear_layers`."""
    config = model.config

    def vectors(texts: list[str], prompt: str) -> Floats:
        found = reference.encode(texts, prompt=prompt, batch_size=1, show_progress_bar=False)
        return normalise_rows(np.asarray(found)[:, : config.dimension])

    return vectors(questions, config.query_prompt), vectors(passages, config.passage_prompt)


def _write_words(reference: SentenceTransformer, folder: Path) -> None:
    from safetensors.numpy import save_file

    tokenizer = reference.tokenizer
    if not hasattr(tokenizer, "backend_tokenizer"):
        raise EncoderError(message("encoder.no_fast_tokenizer"))
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE))
    transformer: Any = reference[0].model
    words: Any = transformer.get_input_embeddings()
    save_file({WORD_VECTORS: words.weight.detach().numpy().astype(np.float16)}, folder / WEIGHTS_FILE)
    (folder / WEIGHTS_FILE).chmod(0o644)


def export_graph(
    module: nn.Module, forward: Callable[[Tensor], Tensor], path: Path, output: str, size: int | None = None
) -> None:
    """Write what `forward` makes with the weights of `module` of word vectors (1, tokens, size), as float32."""
    import torch

    class FromWordVectors(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, word_vectors: torch.Tensor) -> torch.Tensor:
            return forward(word_vectors)

    config: Any = getattr(module, "config", None)
    example = torch.zeros(1, 8, size or config.hidden_size)
    with torch.no_grad(), warnings.catch_warnings():
        # The exporter that does not need onnxscript is announced as old, and its tracing warns of
        # branches on the number of tokens, which the comparison covers with texts of many lengths.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            # .eval() on the wrapper: the exporter puts the mode it finds there back on the whole model
            FromWordVectors().eval(),
            (example,),
            str(path),
            dynamo=False,
            opset_version=_OPSET,
            input_names=[GRAPH_INPUT],
            output_names=[output],
            dynamic_axes={GRAPH_INPUT: {1: "tokens"}, output: {1: "tokens"}},
        )


def quantise(source: Path, target: Path, reduce_range: bool) -> None:
    """Write `source` with 8-bit weights, or 7-bit ones for processors that overflow in sums of products."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    model = onnx.load(str(source))
    add_pre_process_metadata(model)  # the graph needs no preparation; otherwise there is a warning
    with _quiet_root_logger():
        quantize_dynamic(
            model,
            str(target),
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=reduce_range,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )


@contextmanager
def _quiet_root_logger() -> Iterator[None]:
    """For a library that logs through the functions of `logging`, which set up the application's root logger."""
    root = logging.getLogger()
    handler, level = logging.NullHandler(), root.level
    root.addHandler(handler)
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
