"""Studies: what each part is worth, and where answers are lost."""
