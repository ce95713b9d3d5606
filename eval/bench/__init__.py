"""Speed, size and load, measured side by side."""
