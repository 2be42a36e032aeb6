"""Profiles brought up to the index: those of whom something is new in a turn, or all of them once a day.

A profile follows from what the index holds of its customer and from the day's scales, whatever was written before: so
what a turn brings is made anew, and a run that is killed is completed by the next.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

from config.case_rules import load_case_rules
from indexing.elasticsearch.ahead import side_by_side
from indexing.elasticsearch.changes import Changes, changes
from indexing.elasticsearch.documents import put, remove
from indexing.elasticsearch.errors import Busy, store_errors
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp
from indexing.profiles.gather import cases_of, customers_among, records_of
from indexing.profiles.measuring import measured
from indexing.profiles.profile import Facts, profile_of
from indexing.profiles.scales import Scales, read_scales
from indexing.profiles.touched import Heard, heard_anew, keep_heard, who_changed, whose_mentions, whose_records
from indexing.profiles.voice import Voice, voices

__all__ = ["READER", "Profiles", "update_profiles"]

READER = "profiles"
_AT_ONCE = 500
_SPEAKERS = 250
"""Those who speak that are counted by one request, whose answer is bounded."""
_KINDS = (MONTHLY, "retracted", "customers", "customer-records", "cases")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """What one run did: customers looked at, profiles written and removed; `whole` where it looked at everybody."""

    looked_at: int
    written: int
    removed: int
    whole: bool

    def books(self) -> dict[str, str]:
        """Return the counts for people."""
        return {
            "customers looked at": f"{self.looked_at:,}{' (all)' if self.whole else ''}",
            "profiles written": f"{self.written:,}",
            "profiles removed": f"{self.removed:,}",
        }


def update_profiles(store: Store, *, whole: bool = False, now: datetime | None = None) -> Profiles:
    """Bring up the profiles of those whom the changes since the last time bear on.

    With `whole`, or where there are no scales yet or the index was made anew: measure the scales as of today, and bring
    up all of them; raises Busy while another process is at it. A turn does not wait for that one: the next takes it up.
    """
    now = now or datetime.now(UTC)
    if whole:
        return _update(store, now, whole=True)
    if any(changes(store, READER, kind) for kind in _KINDS) or not read_scales(store):
        with suppress(Busy):
            return _update(store, now, whole=False)
    return Profiles(looked_at=0, written=0, removed=0, whole=False)


def _update(store: Store, now: datetime, *, whole: bool) -> Profiles:
    with store_errors(), lease(store.client, store.state, "telling of profiles", READER):
        new = {kind: changes(store, READER, kind) for kind in _KINDS}
        scales = read_scales(store)
        whole = whole or scales is None or any(new[kind] and new[kind].first for kind in (MONTHLY, "customers"))
        store.refresh(*_KINDS, "profiles")
        if whole or scales is None:
            scales, heard = measured(store, now), heard_anew(store)
            ids: Iterable[str] = _everybody(store)
        else:
            heard = whose_mentions(store, new[MONTHLY], new["retracted"])
            ids = sorted(_touched(store, new, heard))
        looked_at, written, removed = _tell(store, ids, scales, now, heard.speakers)
        keep_heard(store, heard)
        store.refresh("profiles")
        for done in new.values():
            done.done()
    return Profiles(looked_at=looked_at, written=written, removed=removed, whole=whole)


def _touched(store: Store, new: dict[str, Changes], heard: Heard) -> set[str]:
    return (
        heard.customers
        | who_changed(store, new["customers"], "customers")
        | whose_records(store, new["customer-records"])
        | who_changed(store, new["cases"], "cases", "customer")
        | _left_by_cases(store, new["cases"])
    )


def _left_by_cases(store: Store, changed: Changes) -> set[str]:
    """Return the customers whose profile still counts a case that is theirs no more."""
    cases = [] if not changed else sorted(_ids(store, "cases", changed.query))
    named: set[str] = set()
    for start in range(0, len(cases), _AT_ONCE):
        named |= set(_ids(store, "profiles", {"terms": {"cases.ids": cases[start : start + _AT_ONCE]}}))
    return named


def _everybody(store: Store) -> Iterator[str]:
    """Yield all customers, and then those of whom only a profile is left."""
    known = set()
    for id in _ids(store, "customers", {"match_all": {}}):
        known.add(id)
        yield id
    yield from (id for id in _ids(store, "profiles", {"match_all": {}}) if id not in known)


def _ids(store: Store, kind: str, query: Mapping[str, Any]) -> Iterator[str]:
    wanted = {"query": query, "_source": False, "sort": ["_doc"]}
    for hit in scan(store.client, index=store.alias(kind), query=wanted, size=5_000, scroll="30m"):
        yield hit["_id"]


def _tell(
    store: Store, ids: Iterable[str], scales: Scales, now: datetime, speakers: set[str] | None
) -> tuple[int, int, int]:
    """Write the profiles that differ, and remove those of nobody; return how many were looked at, written, removed."""
    looked_at, written, removed = 0, 0, 0
    told = partial(_told, store, scales=scales, now=now, speakers=speakers)
    for count, new, gone in side_by_side(told, _some(ids)):
        looked_at += count
        written += put(store, "profiles", new)
        if gone:
            remove(store, "profiles", gone)
            removed += len(gone)
    return looked_at, written, removed


def _some(ids: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(ids)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some


def _told(
    store: Store, ids: list[str], *, scales: Scales, now: datetime, speakers: set[str] | None
) -> tuple[int, list[tuple[str, dict[str, Any]]], list[str]]:
    """Return how many these are, the profiles (id, document) that differ, and the ids of those of nobody."""
    docs = with_retries(lambda: store.client.mget(index=store.alias("profiles"), ids=ids))["docs"]
    before = {doc["_id"]: doc["_source"] for doc in docs if doc.get("found")}
    after = {facts.customer.id: profile_of(facts, scales) for facts in _facts(store, ids, scales, speakers)}
    new = [
        (id, {"@timestamp": timestamp(now), **profile})
        for id, profile in after.items()
        if {**before.get(id, {}), "@timestamp": None} != {**profile, "@timestamp": None}
    ]
    return len(ids), new, sorted(before.keys() - after.keys())


def _facts(store: Store, ids: list[str], scales: Scales, speakers: set[str] | None) -> Iterator[Facts]:
    """Yield what the index holds of those of the customers that there are; only `speakers` are asked what they say."""
    customers = customers_among(store, ids)
    if not customers:
        return
    wanted = list(customers)
    records, brands, said = records_of(store, wanted), load_case_rules().brands, dict[str, Voice]()
    speaking = [id for id in wanted if speakers is None or id in speakers]
    for start in range(0, len(speaking), _SPEAKERS):
        said |= voices(store, speaking[start : start + _SPEAKERS], scales.day, brands)
    cases = cases_of(store, wanted)
    for id, customer in customers.items():
        held = cases.get(id, {})
        yield Facts(
            customer=customer,
            records=records.get(id, ()),
            voice=said.get(id),
            open_cases=[case for case, is_open in held.items() if is_open],
            cases=len(held),
        )
