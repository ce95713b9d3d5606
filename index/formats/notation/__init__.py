"""How formulas, numbers of lists, superscripts and tables are written in plain text."""
