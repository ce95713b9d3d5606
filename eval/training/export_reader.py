"""From a trained checkpoint to the graph that ships: `python -m alpie.eval.training.export_reader CHECKPOINT`.

1. The weights that were trained are put into the bundled encoder's transformer; `--average` averages them with others.
2. Channels are evened out (`alpie.index.encoder.smoothing`) on sample texts, and matrix products get 7-bit weights in 8-bit
   numbers, so that no processor overflows in their sums and one file serves all.
3. The graph is compared with PyTorch on sample questions and passages; a difference that could matter is an error.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpie.app.settings import load_settings
from alpie.eval.training.reader_model import LAYERS, average_models, load_model, sequence_of
from alpie.index.encoder.bundled_weights import WEIGHTS_FILE, bundled_folder
from alpie.index.encoder.onnx_export import export_graph, quantise
from alpie.index.encoder.onnx_runtime import GRAPH_INPUT
from alpie.index.encoder.smoothing import smooth_linear_layers
from alpie.index.encoder.tokenizer import sample_texts
from alpie.index.encoder.word_vectors import WordVectors
from alpie.index.errors import EncoderError
from alpie.index.reader.bundled import READER_GRAPH, READER_GRAPH_OUTPUT

# Mean absolute difference of a logit from PyTorch's; they range from -10 to 10, and a calibration that is
# fitted through the graph takes up what is left.
MAX_DIFFERENCE = 0.35


class Average(NamedTuple):
    """What a checkpoint is averaged with."""

    checkpoint: Path
    share: float  # of its weights, 0 … 1


def export_checkpoint(
    checkpoint: Path,
    target: Path,
    cache: Path,
    average: Average | None = None,
    max_difference: float = MAX_DIFFERENCE,
) -> float:
    """Write the graph of `checkpoint` to `target`; returns the mean difference of its logits from PyTorch's.

    Raises:
        EncoderError: the graph differs more than `max_difference`; nothing is written then.
    """
    import torch

    folder = bundled_folder(cache)
    model = load_model(folder, LAYERS, checkpoint).eval()
    if average:
        average_models(model, load_model(folder, LAYERS, average.checkpoint), average.share)
    table = WordVectors.open(folder / WEIGHTS_FILE)
    questions, passages = sample_texts()
    inputs = [
        torch.from_numpy(table.rows(sequence_of(folder, question, passage)).astype(np.float32)[np.newaxis])
        for question, passage in zip(cycle(questions), passages, strict=False)
    ]
    with torch.no_grad():
        reference = [model.from_vectors(reader_input).numpy() for reader_input in inputs]
        smooth_linear_layers(
            model.transformer, lambda: [model.from_vectors(reader_input) for reader_input in inputs]
        )
    with tempfile.TemporaryDirectory() as scratch:
        whole, small = Path(scratch) / "whole.onnx", Path(scratch) / "small.onnx"
        export_graph(model, model.from_vectors, whole, READER_GRAPH_OUTPUT, model.head.in_features)
        quantise(whole, small, reduce_range=True)
        difference = _difference(small, [reader_input.numpy() for reader_input in inputs], reference)
        if difference > max_difference:
            raise EncoderError(
                f"The 8-bit graph differs from PyTorch by {difference:.2f} a logit; not written."
            )
        target.write_bytes(small.read_bytes())
    return difference


def _difference(graph: Path, inputs: Sequence[Any], reference: Sequence[NDArray[np.float32]]) -> float:
    from onnxruntime import InferenceSession

    session = InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    found = [session.run([READER_GRAPH_OUTPUT], {GRAPH_INPUT: reader_input})[0] for reader_input in inputs]
    return float(
        np.mean([np.abs(mine - theirs).mean() for mine, theirs in zip(found, reference, strict=True)])
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Export a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--output", type=Path, default=READER_GRAPH)
    parser.add_argument(
        "--average",
        nargs=2,
        metavar=("OTHER", "SHARE"),
        help="another checkpoint, and its share of the weights",
    )
    options = parser.parse_args(argv)
    average = Average(Path(options.average[0]), float(options.average[1])) if options.average else None
    difference = export_checkpoint(options.checkpoint, options.output, load_settings().cache, average)
    size = options.output.stat().st_size / 1e6
    sys.stdout.write(f"{options.output}: {size:.1f} MB, logits differ by {difference:.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
