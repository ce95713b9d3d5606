"""Markdown: CommonMark, its blocks and its inline text as places in the file."""
