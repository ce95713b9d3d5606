"""Spanish: stems, spelling, acronyms, and what questions ask: citations, comparisons, follow-ups, chat writing."""
