"""Milvus and Milvus Lite as an `alpie.index.retrieval.vector_backend.VectorBackend`: ALPIE_BACKEND=milvus:<uri>."""
