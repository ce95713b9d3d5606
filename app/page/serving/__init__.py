"""Serving: routes, documents, delivery, and the page put together."""
