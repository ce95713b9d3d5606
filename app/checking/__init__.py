"""Is a pasted text in the documents, word for word? The parts of `alpie.app.verify`, which decides what is checked."""
