"""Exporting: answers and references in formats that other programs read."""
