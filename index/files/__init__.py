"""Files on the disk: put in place whole, and model files kept in the user's cache."""
