"""Spanish: stems, spelling, acronyms, chat writing, names of documents, and the grammar of citations."""
