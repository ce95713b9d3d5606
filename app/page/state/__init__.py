"""What the page keeps between two requests: the open corpus, conversations, uploads, counters."""
