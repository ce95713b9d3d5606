"""Separate studies beside the report: parts switched off, and misses by their cause."""
