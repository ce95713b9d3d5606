"""Answering: from a question to proven quotations, or to an honest no."""
