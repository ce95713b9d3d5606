"""Asks the same questions of every pipeline and measures the answers."""
