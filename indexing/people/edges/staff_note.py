"""`staff_note`: a colleague says so, and answers for it."""

from indexing.people.edges import EdgeKind

__all__ = ["KIND"]

KIND = EdgeKind(name="staff_note", rank=100, probability=1.0, words="a colleague says so")
