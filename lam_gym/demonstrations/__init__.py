"""Step 1 of the method: record, store, clean, split and exchange demonstrations."""
