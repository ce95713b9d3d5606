"""Checking: whether a pasted text stands in the documents, word for word. `verify` is its entry."""
