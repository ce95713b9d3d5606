"""What Al Pie is compared with on the same questions."""
