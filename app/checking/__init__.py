"""Is a pasted text in the documents, word for word? The parts of `alpie.app.checking.verify`, which decides what is checked."""
