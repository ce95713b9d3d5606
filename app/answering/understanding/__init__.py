"""What a question asks: what it takes from earlier ones, its sides, the documents that it is put to, or their whole."""
