"""DOCX: the body of a document, its styles, and the numbers of its lists."""
