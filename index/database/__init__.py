"""What an index keeps on disk: records as JSON, and the database of its texts.

The index folder may lie among the documents, so whatever reads the documents must skip these names.
"""

POINTER = "CURRENT"  # the file by which the folder of an index is known: the name of the version in use
VERSIONS = "versions"  # the folder beside the pointer, with one folder for each index version
LOCK = "build.lock"  # held by the one process that builds; it is there before anything else of the folder
