"""The service: rows and endpoints for other programs, and following an index as it changes."""
