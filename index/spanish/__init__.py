"""Spanish: stems, spelling, acronyms, and the citations and chat writing of questions."""
