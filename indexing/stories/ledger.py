"""One change of the index `counted`, in hand: what was counted, what is to be, and what is written in the end."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from indexing.elasticsearch.documents import put, remove
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.stories.marks import Marks
from indexing.stories.rows import Row

__all__ = ["Ledger", "counts_among", "values_among"]

_PAGE = 5_000
_ROW = frozenset(field.name for field in fields(Row))
_MARKS = ("told", "voice", "joined", "burst", "gap", "pace", "left")


class Ledger:
    """The counted mentions as they are to be: those of the index, and in their place the changed ones."""

    def __init__(self, store: Store, new: Mapping[str, Row | None]) -> None:
        self.store = store
        self._known: dict[str, tuple[Row, Marks]] = {}
        self._marks: dict[str, Marks] = {}
        old = {row.mention: row for row in self.read({"ids": {"values": list(new)}})}
        self.new = {id: row for id, row in new.items() if row != old.get(id)}
        """By id, the mentions that differ from what was counted; None for one that is gone."""
        self._old = {id: old[id] for id in self.new if id in old}
        self.spots = {id for id, row in self.new.items() if row is None or _spot(row) != _spot(self._old.get(id))}
        """The ids of those that stand elsewhere than before: other story, account, time or words."""
        for id in self.spots:
            self._marks[id] = self._left(id)

    def changed(self) -> list[Row]:
        """Return the changed mentions, both as they were and as they are."""
        return [*self._old.values(), *(row for row in self.new.values() if row)]

    def moved(self) -> list[Row]:
        """Return those that stand elsewhere, both where they were and where they are."""
        return [row for row in self.changed() if row.mention in self.spots]

    def read(self, query: Mapping[str, Any]) -> Iterator[Row]:
        """Yield the mentions that were counted and meet a condition."""
        after: list[Any] | None = None
        while True:
            body = {
                "query": query,
                "sort": ["mention"],
                "size": _PAGE,
                "search_after": after,
                "track_total_hits": False,
            }
            answer = with_retries(
                lambda body=body: self.store.client.search(index=self.store.alias("counted"), **body)  # type: ignore[misc]
            )
            hits = answer["hits"]["hits"]
            yield from map(self.taken, hits)
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def taken(self, hit: Mapping[str, Any]) -> Row:
        """Take note of a hit of the index, and return its mention."""
        source = hit["_source"]
        row = Row(**{name: value for name, value in source.items() if name in _ROW})
        self._known[row.mention] = row, {name: source[name] for name in _MARKS if name in source}
        return row

    def current(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield counted mentions as they are to be, without those that are gone."""
        for row in rows:
            if now := self.new.get(row.mention, row):
                yield now

    def now(self, key: str, values: Collection[str], *filters: Mapping[str, Any]) -> list[Row]:
        """Return the mentions whose `key` is one of the values; the conditions are for the unchanged ones."""
        found: dict[str, Row] = {}
        for some in in_parts(values):
            query = {"bool": {"filter": [{"terms": {key: some}}, *filters]}}
            found |= {row.mention: row for row in self.current(self.read(query))}
        found |= {row.mention: row for row in self.new.values() if row}
        return [row for row in found.values() if getattr(row, key) in values]

    def mark(self, row: Row, **marks: Any) -> None:
        """Set what a mention counts for; False and None take a mark away."""
        known = self._marks.setdefault(row.mention, dict(self._known.get(row.mention, (row, {}))[1]))
        for name, value in marks.items():
            known.pop(name, None)
            if value is not None and value is not False:
                known[name] = value

    def _left(self, id: str) -> Marks:
        """Return the accounts that the mention counted for before: a page that comes to be public has another id."""
        old, new = self._old.get(id), self.new[id]
        left = {*self._known[id][1].get("left", ()), old.account} if old else set()
        return {"left": accounts} if (accounts := sorted(left - {None, new and new.account})) else {}

    def write(self) -> None:
        """Write the neighbours that count for something else now, and then the changed mentions."""
        near = {id: row for id, (row, marks) in self._known.items() if self._marks.get(id, marks) != marks}
        neighbours = {id: row for id, row in near.items() if id not in self.new}
        changed = {id: row for id, row in self.new.items() if row}
        for rows in (neighbours, changed):
            put(self.store, "counted", ((id, row.document() | self._marks.get(id, {})) for id, row in rows.items()))
        remove(self.store, "counted", [id for id, row in self.new.items() if row is None])
        self.store.refresh("counted")


def values_among(store: Store, key: str, values: Collection[str], *filters: Mapping[str, Any]) -> set[str]:
    """Return those of the values that `key` has in a counted mention that meets the conditions."""
    return set(counts_among(store, key, values, *filters))


def counts_among(store: Store, key: str, values: Collection[str], *filters: Mapping[str, Any]) -> dict[str, int]:
    """Return how many counted mentions that meet the conditions have each of the values as `key`, where any has."""
    found: dict[str, int] = {}
    for some in in_parts(values):
        aggs = {"values": {"terms": {"field": key, "size": len(some)}}}
        query = {"bool": {"filter": [{"terms": {key: some}}, *filters]}}
        answer = with_retries(
            lambda query=query, aggs=aggs: store.client.search(  # type: ignore[misc]
                index=store.alias("counted"), size=0, query=query, aggs=aggs
            )
        )
        found |= {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["values"]["buckets"]}
    return found


def _spot(row: Row | None) -> tuple[object, ...] | None:
    return (row.telling, row.account, row.at, row.words) if row else None
