"""What a picture looks like, as 256 bits: fetched politely, from public addresses alone, and never kept."""
