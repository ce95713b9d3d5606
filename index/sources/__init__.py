"""Reading: from a folder of files to documents with their metadata, notices and expansions."""
