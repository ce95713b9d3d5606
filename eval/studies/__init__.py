"""Studies of their own beside the report: parts switched off, misses by their cause."""
