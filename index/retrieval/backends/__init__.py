"""Milvus and Milvus Lite as an `alpie.index.retrieval.vector_backend.VectorBackend`: ALPIE_INDEX=milvus:<uri>."""
