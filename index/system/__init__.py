"""The machine below everything else: files put in place whole, a bounded memory of entries, what libraries are told."""
