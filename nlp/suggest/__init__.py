"""What else people may call a brand, found in the posts at hand, for a person to accept."""
