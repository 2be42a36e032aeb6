"""Nodes that people name, held against what the index knows: a slip of the hand joins, parts and shows nobody."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from config.errors import UserError
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.identity.changing import node_of
from indexing.identity.event import customer, customer_of
from indexing.identity.events import events_of
from indexing.identity.facts import forms_of
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["UnknownNode", "named_nodes"]

Query: TypeAlias = Mapping[str, Any]


class UnknownNode(UserError):
    """Nobody knows a customer or account; the message says which, and where ids are found. Nothing was done."""


def named_nodes(store: Store, said: Iterable[str], names: Pseudonyms) -> list[str]:
    """Return the nodes that a person names (see `node_of`); UnknownNode tells of those of which there is nothing.

    A customer whose id has a colon, as `erp:1001`, is found by it too.
    """
    store.refresh("customers", "customer-records", "links", "mentions", "link-events")
    asked = [one for one in map(str.strip, said) if one]
    if not asked:
        raise UnknownNode("nobody is named: write a customer's id, or an account as weibo:1001")
    found = {one: next((node for node in _meant(one, names) if _known(store, node, names)), None) for one in asked}
    if unknown := [one for one, node in found.items() if node is None]:
        raise UnknownNode("; ".join(_told(store, one) for one in unknown))
    return [node for one in asked if (node := found[one])]


def _meant(said: str, names: Pseudonyms) -> tuple[str, ...]:
    return node_of(said, names), customer(said)


def _known(store: Store, node: str, names: Pseudonyms) -> bool:
    """Whether there is a customer or account: in a list, in a mention, in a link, or in an event of days gone by."""
    if id := customer_of(node):
        of: Query = {"term": {"customer": id}}
        among = {"customers": {"ids": {"values": [id]}}, "customer-records": of, "links": of}
    else:
        platform, _, key = node.removeprefix("account:").partition(":")
        if not key or node.startswith("customer:"):
            return False
        among = {
            "links": _both("platform", platform, "account", key),
            "customers": _both("handles.platform", platform, "handles.pseudonym", key),
        }
    return _any(store, among) or bool(events_of(store, [node])) or bool(forms_of(store, [node], names))


def _both(one: str, value: str, other: str, further: str) -> Query:
    return {"bool": {"filter": [{"term": {one: value}}, {"term": {other: further}}]}}


def _any(store: Store, among: Mapping[str, Query]) -> bool:
    return any(
        with_retries(
            lambda kind=kind, query=query: store.client.search(  # type: ignore[misc]
                index=store.alias(kind), query=query, size=0, terminate_after=1
            )
        )["hits"]["total"]["value"]
        for kind, query in among.items()
    )


def _told(store: Store, said: str) -> str:
    if not said.startswith("customer:") and ":" in said:
        return (
            f"{said}: no mention, list, link or event knows this account: write its platform and the id, not the name,"
            " that it has there, as weibo:1001, or account:PLATFORM:KEY as `tingfeng links review` shows it"
        )
    index = store.alias("customers")
    return f"{said}: there is no such customer: look for the id in {index}; an account is written as weibo:1001"
