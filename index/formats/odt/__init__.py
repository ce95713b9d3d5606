"""ODT: the body of a document, and its styles."""
