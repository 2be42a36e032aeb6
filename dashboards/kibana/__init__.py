"""Panels become Kibana's saved objects, and are published; written for Kibana 8.12, newer ones migrate them."""
