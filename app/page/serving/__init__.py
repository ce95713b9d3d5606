"""Serving: routes, uploads, delivery and the counters of the running server."""
