"""Quoting: from the likeliest sentences to proven quotations, each with its citation."""
