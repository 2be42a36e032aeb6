"""Saved segments of customers: who is in one, and who of them may be taken out for what."""
