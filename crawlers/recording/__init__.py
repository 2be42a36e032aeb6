"""Fixtures out of live responses: people made pseudonyms, shapes compared."""
