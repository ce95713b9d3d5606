"""The questions of the evaluation, and where their answers are."""
