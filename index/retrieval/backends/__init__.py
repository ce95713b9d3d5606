"""Backends that hold passages elsewhere, each an `alpie.index.retrieval.vector_backend.VectorBackend`.

milvus        Milvus and Milvus Lite: ALPIE_INDEX=milvus:<uri>
synchronise   makes a backend hold what an index holds
"""
