"""Al Pie's encoder as LangChain `Embeddings`, for chains and vector stores of others."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from alpie.index.encoder import Encoder


class AlpieEmbeddings(Embeddings):
    """`encoder` behind LangChain's interface; the prompts for questions and passages are applied."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of length 1, one a text, in the same order."""
        vectors: list[list[float]] = self.encoder.encode_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector, of length 1, of a question."""
        vector: list[float] = self.encoder.encode_queries([text])[0].tolist()
        return vector
