"""`fuzzy`: names, days and contacts that are alike, weighed by Fellegi–Sunter (`indexing.identity.match`)."""

from indexing.people.edges import EdgeKind

__all__ = ["KIND"]

KIND = EdgeKind(name="fuzzy", rank=20, probability=0.99, words="names, days and contacts that are alike")
