"""Storage: an index on disk, written beside the one in use and swapped in at once."""
