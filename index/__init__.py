"""From files to a searchable index: sources → layout → sentences → passages → store → search."""
