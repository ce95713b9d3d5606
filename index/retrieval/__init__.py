"""Retrieval: which passages may answer a question, by words and by meaning."""
