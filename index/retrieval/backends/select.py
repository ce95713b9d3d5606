"""Which backend the settings name, opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alpie.index.encoder import Encoder
from alpie.index.errors import SettingsError
from alpie.index.records import Document
from alpie.index.retrieval.vector_backend import VectorBackend

if TYPE_CHECKING:
    from alpie.index.retrieval.backends.milvus_client import MilvusConnection
    from alpie.index.retrieval.backends.synchronise import Synchronised
    from alpie.index.retrieval.search import SearchIndex


_KIND = "milvus:"


@dataclass(frozen=True)
class BackendChoice:
    """A backend other than the local one: `spec` is "milvus:<uri>" or "milvus:<uri>#<name>"."""

    spec: str
    token: str = ""  # "user:password" or an API key
    timeout_seconds: float = 10.0  # of every call

    def open(self, encoder: Encoder) -> VectorBackend:
        """The backend, holding an index of this encoder and this analysis.

        Raises `SettingsError`, `BackendUnavailable`, `BackendMismatch`.
        """
        from alpie.index.retrieval.backends.milvus import MilvusBackend
        from alpie.index.retrieval.backends.milvus_collections import Stamp, collection_in_use

        connection = self._connect()
        try:
            stamp = Stamp.of(encoder.fingerprint, encoder.dimension, 0)
            return MilvusBackend(connection, collection_in_use(connection, stamp))
        except BaseException:
            connection.close()
            raise

    def fill(
        self,
        encoder: Encoder,
        documents: Mapping[str, Document],
        search: SearchIndex,
        fresh: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Synchronised:
        """Make the backend hold `search`, in the collection in use or, if that cannot be, beside it.

        `fresh` writes everything anew. Readers keep the old collection until the new one is whole.
        """
        from alpie.index.retrieval.backends.milvus import MilvusBackend
        from alpie.index.retrieval.backends.milvus_collections import Stamp, collection_to_write, publish
        from alpie.index.retrieval.backends.synchronise import mean_length, synchronise

        connection = self._connect()
        try:
            stamp = Stamp.of(encoder.fingerprint, encoder.dimension, mean_length(search.passages))
            sizes = (len(search.passages), len(search.sentence_vectors))
            collection = collection_to_write(connection, stamp, *sizes, fresh)
            done = synchronise(MilvusBackend(connection, collection), documents, search, on_progress)
            publish(connection, collection)
            return done
        finally:
            connection.close()

    def _connect(self) -> MilvusConnection:
        from alpie.index.retrieval.backends.milvus_client import MilvusAddress, MilvusConnection

        if not self.spec.startswith(_KIND):
            raise SettingsError(
                f"«{self.spec}» no es un motor: se admite milvus:<uri>, o vacío para el local."
            )
        address = MilvusAddress.parse(self.spec.removeprefix(_KIND))
        return MilvusConnection(address, self.token, self.timeout_seconds)
