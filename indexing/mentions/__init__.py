"""Mentions in the index: made into documents, written and merged, found again, corrected by people."""
