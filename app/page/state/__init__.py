"""What the page keeps between requests: the open corpus, conversations, uploads and counters."""
