"""Step 5 of the method: synthesise data from demonstrations."""
