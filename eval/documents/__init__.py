"""How well files are read and laid out."""
