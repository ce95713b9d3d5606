"""Routing: what a question asks for (a fact, a place, a comparison, whole documents), and the answer made of it."""
