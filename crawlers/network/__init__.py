"""What runs in the crawling process: requests in their host's turn, from the first page to a verdict."""
