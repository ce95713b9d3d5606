"""Serving: routes, changes to documents, delivery, and the assembled page."""
