"""The reader in PyTorch, for training and export: the bundled encoder's transformer with two numbers a token.

Word vectors, positions and the first layers stay those of the encoder (`FROZEN`): they hold what a language is, a few
ten thousand rows can teach them little, and a checkpoint stays small.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from alpie.index.encoder.bundled_weights import PROMPTS

LAYERS = 12  # all of the encoder's
MAX_TOKENS = 288  # of a sequence: passages have up to 180 words; longer ones cost more than they teach
FROZEN = ("embeddings", "encoder.layer.0.", "encoder.layer.1.")


class JointModel(nn.Module):
    """Gives logits (rows, tokens, 2) that the answer begins or ends at a token; the first token stands for no answer."""

    def __init__(self, transformer: Any) -> None:
        super().__init__()
        self.transformer = transformer
        self.head = nn.Linear(transformer.config.hidden_size, 2)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        for name, parameter in transformer.named_parameters():
            parameter.requires_grad = not name.startswith(FROZEN)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Compute the logits of token ids, with a mask of those that are not padding; both of shape (rows, tokens)."""
        hidden = self.transformer(input_ids=ids, attention_mask=mask).last_hidden_state
        logits: torch.Tensor = self.head(hidden.float())
        return logits

    def from_vectors(self, word_vectors: torch.Tensor) -> torch.Tensor:
        """Compute the logits of word vectors (rows, tokens, size) without padding, which is what is exported."""
        logits: torch.Tensor = self.head(self.transformer(inputs_embeds=word_vectors).last_hidden_state)
        return logits


def load_model(
    folder: Path, layers: int = LAYERS, checkpoint: Path | None = None, attention: str = "eager"
) -> JointModel:
    """The model on the encoder in `folder`, with the trained weights of a checkpoint where one is given.

    `checkpoint`: what training wrote, or a graph that was exported (``.onnx``), whose weights are what their 7 bits say.
    `attention`: "eager" is what the exporter turns into ordinary nodes, and faster in half precision (2.5 against
    3.3 s a step of 16 rows on one core); in single precision "sdpa" is (5.1 against 6.1).
    """
    from transformers import AutoModel

    transformer = AutoModel.from_pretrained(
        folder,
        attn_implementation=attention,
        add_pooling_layer=False,
        # without: on a processor its random numbers took half the time, and rows are hardly seen twice
        attention_probs_dropout_prob=0.0,
        hidden_dropout_prob=0.0,
    )
    transformer.encoder.layer = transformer.encoder.layer[:layers]
    model = JointModel(transformer)
    if checkpoint is not None:
        graph = checkpoint.suffix == ".onnx"
        stored = (
            _exported_weights(checkpoint)
            if graph
            else torch.load(checkpoint, weights_only=True)["weights"].items()
        )
        weights = {name: value for name, value in stored if _is_trained(name)}
        unknown = model.load_state_dict(weights, strict=False).unexpected_keys
        if unknown:
            raise ValueError(f"{checkpoint} is of another model: {', '.join(unknown[:3])}")
    return model


def average_models(model: JointModel, other: JointModel, share: float) -> None:
    """Replace each weight of `model` by an average in which that of `other` has so large a share, 0 … 1.

    New rows teach a model something and make it forget something; its average with the model before does both less.
    """
    with torch.no_grad():
        for mine, theirs in zip(model.parameters(), other.parameters(), strict=True):
            mine.lerp_(theirs, share)


def trained_weights(model: JointModel) -> dict[str, torch.Tensor]:
    """The weights that training changes: all but those of the frozen part."""
    return {name: value for name, value in model.state_dict().items() if _is_trained(name)}


def _is_trained(name: str) -> bool:
    return not name.removeprefix("transformer.").startswith(FROZEN)


def _exported_weights(path: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """All weights that an exported graph holds, by the names that training gives them.

    Training can go on from what ships, so no checkpoint of four times its size is kept beside it.
    """
    import onnx
    from onnx.numpy_helper import to_array

    stored = {tensor.name: to_array(tensor) for tensor in onnx.load(path).graph.initializer}
    # matrices lose their names in the export and keep their order, which is that of the biases
    products = iter([name.removesuffix("_quantized") for name in stored if name.endswith("_quantized")])
    inverse = None
    for long_name, values in stored.items():
        name = long_name.removeprefix("module.")
        if long_name == name:
            continue  # of a matrix
        if name.endswith(".inverse"):
            inverse = values  # of the channels that enter this layer; query, key and value share one
        elif name.endswith("layer.bias") or name == "head.bias":
            product = next(products)
            steps = stored[f"{product}_quantized"].astype("float32") - stored[f"{product}_zero_point"]
            matrix = steps * stored[f"{product}_scale"]
            if name != "head.bias" and inverse is not None:
                matrix = matrix * inverse[:, None]
            name = name.replace(".layer.bias", ".bias")
            yield name.removesuffix("bias") + "weight", torch.tensor(matrix.T).contiguous()
        if not name.endswith(".inverse"):
            yield name, torch.tensor(values)


@lru_cache(maxsize=2)
def pair_tokenizer(folder: Path) -> Any:
    """The library's tokenizer, which puts pairs of texts together."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


def encode_pair(tokenizer: Any, question: str, passage: str) -> Any:
    """Tokens of question and passage as one sequence, with their offsets; a passage too long is cut."""
    return tokenizer(
        PROMPTS["query"] + question,
        PROMPTS["document"] + passage,
        truncation="only_second",
        max_length=MAX_TOKENS,
        return_offsets_mapping=True,
    )


def sequence_of(folder: Path, question: str, passage: str) -> list[int]:
    """Token ids of question and passage as one sequence."""
    ids: list[int] = encode_pair(pair_tokenizer(folder), question, passage)["input_ids"]
    return ids
