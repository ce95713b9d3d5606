"""The names that make up the folder of an index.

An index may lie among the documents: whoever reads those passes over what has these names, and must know them.
"""

POINTER = "CURRENT"  # the file by which the folder of an index is known: the name of the version in use
VERSIONS = "versions"  # the folder beside the pointer, with one folder an index version
LOCK = "build.lock"  # held by the one process that builds an index, before anything else of it is there
