"""Embeds a large collection in partitions and indexes it with their vectors; see `__main__`."""
