"""PDF: characters at positions, assembled into lines, columns, tables and blocks."""
