"""What can be asked of a story once its first and newest mentions are known: who passed it on first, how it grows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.stories.assign import Role
from indexing.stories.figures import HOUR, Bucket

__all__ = ["recent"]

_FEW, _AT_ONCE = 50, 200
_OLDEST = [{"at": "asc"}, {"post_id": "asc"}]


def recent(store: Store, tellings: Mapping[str, Bucket]) -> dict[str, dict[str, Any]]:
    """Return `first_mover`, and the mentions of the `last` hour and of that `before`, by the stories' documents.

    Small stories are read whole, many by one search; each of the others is a search of its own.
    """
    small = [telling for telling, bucket in tellings.items() if bucket["doc_count"] <= _FEW]
    found: dict[str, dict[str, Any]] = {}
    for some in in_parts(small, _AT_ONCE):
        rows = _rows(store, some)
        found |= {telling: _read(rows[telling], tellings[telling]) for telling in some}
    return found | _searched(store, {telling: tellings[telling] for telling in tellings.keys() - found.keys()})


def _rows(store: Store, tellings: Sequence[str]) -> Mapping[str, list[Mapping[str, Any]]]:
    """Return the counted mentions of some stories, oldest first."""
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias("counted"),
            query={"terms": {"telling": list(tellings)}},
            sort=_OLDEST,
            size=_AT_ONCE * _FEW,
            source={"includes": ["telling", "at", "role", "author", "name"]},
            track_total_hits=False,
        )
    )
    rows: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for hit in answer["hits"]["hits"]:
        rows[hit["_source"]["telling"]].append(hit["_source"])
    return rows


def _read(rows: Sequence[Mapping[str, Any]], bucket: Bucket) -> dict[str, Any]:
    """Say of a story's mentions, oldest first, what `_search` asks of the index."""
    first, end = _first_author(bucket), _end(bucket)
    movers = (row.get("name") for row in rows if row["role"] != Role.ORIGIN and row.get("author") != first)
    hours = [(end - row["at"]) // HOUR for row in rows if row["at"] <= end]
    return {"first_mover": next(movers, None), "last": hours.count(0), "before": hours.count(1)}


def _searched(store: Store, tellings: Mapping[str, Bucket]) -> dict[str, dict[str, Any]]:
    searches: list[dict[str, Any]] = []
    for telling, bucket in tellings.items():
        searches += [{}, _search(telling, bucket)]
    if not searches:
        return {}
    index = store.alias("counted")
    answers = with_retries(lambda: store.client.msearch(index=index, searches=searches))["responses"]
    found = {}
    for telling, answer in zip(tellings, answers, strict=True):
        if "error" in answer:
            raise StoreError(f"{index}: {answer['error'].get('reason')}: run the same again")
        hours = {name: answer["aggregations"][name]["doc_count"] for name in ("last", "before")}
        found[telling] = {"first_mover": _name(answer["hits"]["hits"]), **hours}
    return found


def _search(telling: str, bucket: Bucket) -> dict[str, Any]:
    """Ask for the first who passed it on, other than the first of all, and count two hours."""
    first, end = _first_author(bucket), _end(bucket)
    same = {"term": {"author": first}} if first else {"bool": {"must_not": [{"exists": {"field": "author"}}]}}
    return {
        "query": {"term": {"telling": telling}},
        "post_filter": {"bool": {"must_not": [{"term": {"role": str(Role.ORIGIN)}}, same]}},
        "sort": _OLDEST,
        "size": 1,
        "_source": ["name"],
        "track_total_hits": False,
        "aggs": {
            "last": {"filter": {"range": {"at": {"gt": end - HOUR}}}},
            "before": {"filter": {"range": {"at": {"gt": end - 2 * HOUR, "lte": end - HOUR}}}},
        },
    }


def _first_author(bucket: Bucket) -> str | None:
    author: str | None = bucket["first"]["hits"]["hits"][0]["_source"].get("author")
    return author


def _end(bucket: Bucket) -> int:
    return int(bucket["last"]["value"])


def _name(hits: list[Mapping[str, Any]]) -> str | None:
    return hits[0]["_source"].get("name") if hits else None
