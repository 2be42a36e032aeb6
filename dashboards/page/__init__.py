"""The self-contained HTML page: what it asks of the index, the values that it shows, and how they become HTML."""
