"""The service: rows and endpoints for other programs, and an index followed while it changes."""
