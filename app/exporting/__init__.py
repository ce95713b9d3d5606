"""Exporting: answers and references in the forms that other programs read."""
