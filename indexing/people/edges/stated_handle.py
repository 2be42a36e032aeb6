"""`stated_handle`: the shop's own list states the account; `indexing.customers.linking` finds these."""

from indexing.people.edges import EdgeKind

__all__ = ["KIND"]

KIND = EdgeKind(name="stated_handle", rank=90, probability=1.0, words="the shop's list states the account")
