"""Chunking: from blocks to sentences, and from sentences to passages."""
