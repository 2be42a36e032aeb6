"""Complaints as cases: what a linked customer says against a brand is seen to by somebody, and on record."""

from indexing.cases.update import Cases, update_cases

__all__ = ["Cases", "update_cases"]
