"""What can be asked of a story once its first and newest mentions are known: who passed it on first, how it grows."""

from collections.abc import Mapping
from typing import Any

from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.stories.assign import Role
from indexing.stories.figures import HOUR, Bucket

__all__ = ["recent"]


def recent(store: Store, tellings: Mapping[str, Bucket]) -> dict[str, dict[str, Any]]:
    """Return `first_mover`, and the mentions of the `last` hour and of that `before`, by the stories' documents."""
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
    first = bucket["first"]["hits"]["hits"][0]["_source"].get("author")
    same = {"term": {"author": first}} if first else {"bool": {"must_not": [{"exists": {"field": "author"}}]}}
    end = int(bucket["last"]["value"])
    return {
        "query": {"term": {"telling": telling}},
        "post_filter": {"bool": {"must_not": [{"term": {"role": str(Role.ORIGIN)}}, same]}},
        "sort": [{"at": "asc"}, {"post_id": "asc"}],
        "size": 1,
        "_source": ["name"],
        "track_total_hits": False,
        "aggs": {
            "last": {"filter": {"range": {"at": {"gt": end - HOUR}}}},
            "before": {"filter": {"range": {"at": {"gt": end - 2 * HOUR, "lte": end - HOUR}}}},
        },
    }


def _name(hits: list[Mapping[str, Any]]) -> str | None:
    return hits[0]["_source"].get("name") if hits else None
