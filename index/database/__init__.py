"""What an index keeps on disk: whole files written at once, records as JSON, and the database of its texts."""
