"""The weights by which the scores of the retrievers are added up."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class HybridWeights:
    """The weights of the fused score, of cosines and of normalised BM25.

    The bundled encoder's cosines lie between .7 and .95, BM25 between 0 and 1: with these weights the whole range of
    passage or sentence cosines makes a difference of 5, words one of 3.
    """

    dense: float = 20.0
    sentence: float = 20.0
    lexical: float = 3.0
    expansion: float = 40.0  # as much as the passage's own words: an expansion is written to be asked for
    expansion_words: float = 5.0

    def scaled(self, cosines: float) -> HybridWeights:
        """The weights for an encoder whose cosines lie closer together than the bundled one's, by the factor `cosines`."""
        raised = {name: cosines * getattr(self, name) for name in ("dense", "sentence", "expansion")}
        return replace(self, **raised)
