"""What Spanish text shows by its form alone: lines, names of units, footnote calls. Formats and the layout both read it."""
