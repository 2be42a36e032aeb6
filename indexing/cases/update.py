"""Cases brought up to the index: opened and joined by negative mentions of linked customers, left by what is theirs or
negative no more, answered by the brands' own accounts in public.

What has changed since the last time is taken up, as everywhere; done twice it changes nothing, so that a run that is
killed is completed by the next. An index that was made anew opens nothing twice, for cases know their mentions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from config.case_rules import CaseRules, load_case_rules
from indexing.cases import records
from indexing.cases.joining import Complaint, Joined, join, leave
from indexing.cases.public_answers import answer_in_public
from indexing.elasticsearch.changes import Changes, changes
from indexing.elasticsearch.errors import Busy, store_errors
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp
from indexing.profiles.gather import found

__all__ = ["READER", "Cases", "update_cases"]

READER = "cases"
_AT_ONCE = 1_000
_FIELDS = ("customer", "brand", "sentiment.label", "@timestamp", "post_id", "root_id")
_KINDS = (MONTHLY, "retracted", "answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """What one run did: cases opened, reopened and withdrawn, mentions that joined one, answers found in public."""

    opened: int = 0
    reopened: int = 0
    joined: int = 0
    withdrawn: int = 0
    answered: int = 0


def update_cases(store: Store, *, now: datetime | None = None) -> Cases:
    """Bring the cases up to what has changed; where another process is at it, the next run takes up the rest."""
    if any(changes(store, READER, kind) for kind in _KINDS):
        with suppress(Busy):
            return _update(store, now or datetime.now(UTC))
    return Cases()


def _update(store: Store, now: datetime) -> Cases:
    with store_errors(), lease(store.client, store.state, "telling of cases", READER):
        mentions, retracted, answers = (changes(store, READER, kind) for kind in _KINDS)
        store.refresh(*_KINDS, "cases")
        rules = load_case_rules()
        withdrawn = sum(leave(store, some, now) for some in _strangers(store, mentions, retracted, rules))
        done = Joined()
        for some in _complaints(store, mentions, rules, now):
            done += join(store, some, rules, now)
        answered = answer_in_public(store, answers, done.touched)
        store.refresh("cases")
        for read in (mentions, retracted, answers):
            read.done()
    return Cases(opened=done.opened, reopened=done.reopened, joined=done.joined, withdrawn=withdrawn, answered=answered)


def _complaints(store: Store, mentions: Changes, rules: CaseRules, now: datetime) -> Iterator[list[Complaint]]:
    """Yield what is said against a brand by linked customers, the oldest first, some at a time."""
    if not mentions:
        return
    filters = [
        mentions.query,
        {"exists": {"field": "customer.id"}},
        {"term": {"sentiment.label": "negative"}},
        {"range": {"@timestamp": {"gte": timestamp(now - rules.open_for)}}},
        *([{"terms": {"brand": list(rules.brands)}}] if rules.brands else []),
    ]
    query = {"query": {"bool": {"filter": filters}}, "_source": list(_FIELDS), "sort": ["@timestamp", "native_id"]}
    with store_errors():
        hits = scan(store.client, index=store.alias(MONTHLY), query=query, size=_AT_ONCE, preserve_order=True)
        while some := list(islice(hits, _AT_ONCE)):
            yield [one for one in map(_complaint, some) if one.weight >= rules.least_weight]


def _strangers(
    store: Store, mentions: Changes, retracted: Changes, rules: CaseRules
) -> Iterator[dict[str, dict[str, str | None]]]:
    """Yield, by case, the mentions that no longer belong to it, with whose they are now: None for nobody's."""
    for ids in _held(store, mentions, retracted):
        cases = records.about(store, "mentions", ids)
        held = sorted({id for case in cases for id in case.mentions})
        now = {hit["_id"]: _complaint(hit) for hit in _mentions(store, held)}
        out: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
        for case in cases:
            for id in case.mentions:
                one = now.get(id)
                theirs = one is not None and one.customer == case.customer and one.weight >= rules.least_weight
                if one is None or not theirs:
                    out[case.id][id] = None
                elif not one.negative:
                    out[case.id][id] = one.customer
        yield dict(out)


def _held(store: Store, mentions: Changes, retracted: Changes) -> Iterator[list[str]]:
    """Yield the mentions that may have left a case: those that were written or went; all there are, of a new index."""
    with store_errors():
        if mentions and mentions.first:
            cases = scan(store.client, index=store.alias("cases"), query={"_source": ["mentions"]}, size=_AT_ONCE)
            while some := list(islice(cases, _AT_ONCE)):
                yield [id for hit in some for id in hit["_source"].get("mentions", ())]
            return
        for changed, kind in ((mentions, MONTHLY), (retracted, "retracted")):
            query = {"query": changed.query, "_source": False}
            hits = scan(store.client, index=store.alias(kind), query=query, size=_AT_ONCE) if changed else iter(())
            while some := list(islice(hits, _AT_ONCE)):
                yield [hit["_id"] for hit in some]


def _mentions(store: Store, ids: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    waiting = iter(ids)
    while some := list(islice(waiting, _AT_ONCE)):
        yield from found(store, MONTHLY, {"ids": {"values": some}}, _FIELDS)


def _complaint(hit: Mapping[str, Any]) -> Complaint:
    source = hit["_source"]
    customer = source.get("customer", {})
    return Complaint(
        mention=hit["_id"],
        customer=customer.get("id"),
        weight=customer.get("weight", 1.0),
        brand=source["brand"],
        negative=source.get("sentiment", {}).get("label") == "negative",
        at=datetime.fromisoformat(source["@timestamp"]),
        post=None if source.get("root_id") else source["post_id"],
    )
