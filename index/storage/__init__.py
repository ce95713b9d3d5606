"""Storage: an index on disk, written beside the one in use and then swapped in atomically."""
