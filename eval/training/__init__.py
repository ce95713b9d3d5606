"""Training: the reader's rows, model and export, and the linear models behind it."""
