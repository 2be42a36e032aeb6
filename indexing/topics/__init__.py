"""What a brand is spoken of for, day by day: words beyond its own past, in topics that keep their names."""
