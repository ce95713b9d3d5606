"""PDF: characters at places, put together into lines, columns, tables and blocks."""
