"""The mentions brought up to the links: who speaks stands on each mention of a linked account, and on no other."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from indexing.customers.accounts import Account
from indexing.customers.customer_link import CustomerLink
from indexing.elasticsearch.ahead import side_by_side
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.document import millis
from indexing.mentions.write import Outcome, Update, write

__all__ = ["Describe", "by_link", "mark"]

_IDS_AT_ONCE = 5_000
_UPDATES_AT_ONCE = 1_000


Describe = Callable[[Collection[CustomerLink]], Mapping[str, Mapping[str, Any]]]
"""Links → by their ids, what stands as `customer` on their mentions."""


def by_link(links: Collection[CustomerLink]) -> dict[str, Mapping[str, Any]]:
    """Return what the links alone say of those who speak."""
    return {
        one.id: {"id": one.customer, "link": one.id, "weight": one.weight, "confidence": one.weight} for one in links
    }


def mark(
    store: Store, links: Sequence[CustomerLink], accounts: Sequence[Account], describe: Describe = by_link
) -> tuple[int, int]:
    """Set or take away `customer` where it differs from the links; return how many gained one, and how many lost one.

    A mention that already says what the links say is not touched, so that a second run finds nothing to do.
    """
    shown = {(account.platform, account.key): account.ids for account in accounts}
    speaking = {
        (link.platform, id): link
        for link in links
        if link.active
        for id in shown.get((link.platform, link.account), ())
    }
    revoked = {link.id: link for link in links if not link.active}
    gained = _apply(store, _marked(_unmarked(store, speaking), speaking, describe))
    store.refresh("mentions")
    lost = _apply(store, (_cleared(hit, revoked) for hit in _found(store, "customer.link", list(revoked))))
    store.refresh("mentions")
    return gained, lost


def _unmarked(store: Store, speaking: Mapping[tuple[str, str], CustomerLink]) -> Iterator[Mapping[str, Any]]:
    by_platform: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for (platform, id), link in speaking.items():
        by_platform[platform][id] = link.id
    for platform, link_ids in by_platform.items():
        ids = list(link_ids)
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            marked = {"terms": {"customer.link": [link_ids[id] for id in some]}}
            yield from _found(store, "author.id", some, {"term": {"platform": platform}}, but=marked)


def _found(
    store: Store, field: str, values: Sequence[str], *filters: Mapping[str, Any], but: Mapping[str, Any] | None = None
) -> Iterator[Mapping[str, Any]]:
    fields = ["platform", "author.id", "customer", "event.ingested", "writers.link"]
    for start in range(0, len(values), _IDS_AT_ONCE):
        among = {"terms": {field: list(values[start : start + _IDS_AT_ONCE])}}
        query = {"bool": {"filter": [among, *filters], "must_not": [but] if but else []}}
        with store_errors():
            yield from scan(store.client, index=store.alias("mentions"), query={"query": query, "_source": fields})


def _marked(
    hits: Iterator[Mapping[str, Any]], speaking: Mapping[tuple[str, str], CustomerLink], describe: Describe
) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    while some := list(islice(hits, _UPDATES_AT_ONCE)):
        whose = [speaking[hit["_source"]["platform"], hit["_source"]["author"]["id"]] for hit in some]
        said = describe(whose)
        for hit, link in zip(some, whose, strict=True):
            yield hit, {"customer": dict(said[link.id]), "writers": {"link": _version(hit, link.linked_at)}}


def _cleared(hit: Mapping[str, Any], revoked: Mapping[str, CustomerLink]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    link = revoked[hit["_source"]["customer"]["link"]]
    return hit, {"writers": {"link": _version(hit, link.revoked_at or link.linked_at)}}


def _version(hit: Mapping[str, Any], at: datetime) -> int:
    """Return the change's time, or one more than the version that stands, should a clock have gone back since."""
    standing: int = hit["_source"].get("writers", {}).get("link", -1)
    return max(millis(at), standing + 1)


def _apply(store: Store, changes: Iterator[tuple[Mapping[str, Any], dict[str, Any]]]) -> int:
    written = side_by_side(partial(write, store), _updates(store, changes))
    return sum(result.outcome is Outcome.INDEXED for results in written for result in results)


def _updates(store: Store, changes: Iterator[tuple[Mapping[str, Any], dict[str, Any]]]) -> Iterator[list[Update]]:
    while some := list(islice(changes, _UPDATES_AT_ONCE)):
        yield [
            Update(
                id=hit["_id"],
                parts={Writer.LINK: part},
                month=store.month_of(hit["_index"]),
                ingested=hit["_source"]["event"]["ingested"],
            )
            for hit, part in some
        ]
