"""Embedding a large collection in partitions, and indexing it with their vectors; see `__main__`."""
