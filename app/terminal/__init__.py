"""The command line: `alpie`."""

DONE, FAILED, WRONG_USAGE = 0, 1, 2  # exit codes
