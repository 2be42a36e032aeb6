"""Mentions into Elasticsearch, customers linked to them, and alerts out of them."""
