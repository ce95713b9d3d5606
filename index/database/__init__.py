"""The text of an index: one SQLite file, and the records in it."""
