"""The counted mentions around given moments of their story or account: between them, and one on either side."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.stories.ledger import Ledger, counts_among
from indexing.stories.rows import Row

__all__ = ["around", "spans"]

_APART = 60 * 60 * 1_000
"""Moments that are farther apart, in ms, are looked around one by one: what lies between them is not read."""
_AT_ONCE = 200
_FEW, _FEW_AT_ONCE = 20, 1_000
"""Groups of so many mentions are read whole, many by one search; in larger ones each stretch is two searches."""
_SIDES = {"before": "desc", "after": "asc"}


class _Span(NamedTuple):
    """A stretch of a group's time, and how far its neighbours may lie on either side."""

    group: str
    first: int
    last: int
    after: int | None
    until: int | None


def around(ledger: Ledger, key: str, moments: Mapping[str, Sequence[int]]) -> tuple[dict[str, list[Row]], set[str]]:
    """Return, by group (value of `key`), the mentions between and beside its moments; and the ids of those before only.

    Of these nothing is known of what comes before them. Of small groups all mentions are returned.
    """
    found: defaultdict[str, list[Row]] = defaultdict(list)
    before: set[str] = set()
    sure: set[str] = set()
    sizes = counts_among(ledger.store, key, moments)
    for few in in_parts([group for group, size in sizes.items() if size <= _FEW], _FEW_AT_ONCE):
        for row in ledger.current(ledger.read({"terms": {key: few}})):
            found[getattr(row, key)].append(row)
    large = {group: moments[group] for group, size in sizes.items() if size > _FEW}
    waiting = iter([span for group, at in large.items() for span in _spans(group, at)])
    while some := list(islice(waiting, _AT_ONCE)):
        within = [_condition(key, span, {"gte": span.first, "lte": span.last}) for span in some]
        inside = list(ledger.read({"bool": {"should": within, "minimum_should_match": 1}}))
        sides = _beside(ledger, key, some)
        before |= {row.mention for row in sides["before"]}
        sure |= {row.mention for row in (*inside, *sides["after"])}
        for row in ledger.current((*inside, *sides["before"], *sides["after"])):
            found[getattr(row, key)].append(row)
    return found, before - sure


def spans(moments: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of the moments (ms) that lie close together."""
    ordered = sorted(set(moments))
    first = last = ordered[0] if ordered else 0
    for at in ordered[1:]:
        if at - last > _APART:
            yield first, last
            first = at
        last = at
    if ordered:
        yield first, last


def _spans(group: str, moments: Sequence[int]) -> Iterator[_Span]:
    close = list(spans(moments))
    for place, (first, last) in enumerate(close):
        after = close[place - 1][1] if place else None
        until = close[place + 1][0] if place + 1 < len(close) else None
        yield _Span(group, first, last, after, until)


def _beside(ledger: Ledger, key: str, some: Sequence[_Span]) -> dict[str, list[Row]]:
    """Return the last mention before each span and the first after it."""
    asked: list[tuple[str, dict[str, Any]]] = []
    for span in some:
        asked.append(("before", _condition(key, span, {"lt": span.first, "gt": span.after})))
        asked.append(("after", _condition(key, span, {"gt": span.last, "lt": span.until})))
    searches: list[dict[str, Any]] = []
    for side, query in asked:
        sort = [{"at": _SIDES[side]}, {"mention": "asc"}]
        searches += [{}, {"query": query, "sort": sort, "size": 1, "track_total_hits": False}]
    store = ledger.store
    answers = with_retries(lambda: store.client.msearch(index=store.alias("counted"), searches=searches))["responses"]
    found: dict[str, list[Row]] = {side: [] for side in _SIDES}
    for (side, _), answer in zip(asked, answers, strict=True):
        if "error" in answer:
            raise StoreError(f"{store.alias('counted')}: {answer['error'].get('reason')}: run the same again")
        found[side] += map(ledger.taken, answer["hits"]["hits"])
    return found


def _condition(key: str, span: _Span, within: Mapping[str, int | None]) -> dict[str, Any]:
    known = {name: value for name, value in within.items() if value is not None}
    return {"bool": {"filter": [{"term": {key: span.group}}, {"range": {"at": known}}]}}
