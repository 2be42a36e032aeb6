"""Elasticsearch: the embedded node, the mappings, the store and the query language."""
