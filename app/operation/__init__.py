"""What operators need: users, addresses, an index followed while it changes, how the documents were read."""
