"""The command line: `alpie`."""
