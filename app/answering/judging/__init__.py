"""Judging: how likely each sentence that was found answers the question, and whether any does."""
