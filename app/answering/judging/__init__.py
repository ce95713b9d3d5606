"""Judging: how likely each sentence is to answer the question, and whether any of them does."""
