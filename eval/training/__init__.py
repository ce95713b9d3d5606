"""Training the reader: its rows, its model, its export."""
