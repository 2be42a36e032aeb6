"""The request for the newest posts of the page's period, and its answer: what a click on a figure shows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dashboards.page.choice import FIELDS
from dashboards.page.data import Posts, Question

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["MOST", "question", "read"]

MOST = 3_000
_SHOWN = ("@timestamp", "title", "text", "url.full", "engagement.total", "correction.sentiment", "native_id")
_MORE = ("author.id", "author.name", "customer.id", "event.ingested")
Body = dict[str, Any]


def question(store: "Store", query: Body, number: str, *, keys: Iterable[str], tokens: Sequence[str] = ()) -> Question:
    """Return the request for the newest posts that `query` finds, each with those of `tokens` that stand in it."""
    fields = [FIELDS[key][0] for key in keys if key in FIELDS and key != "token"]
    places = ["author.organisation", "author.verified"] if "voice" in keys else []
    body: Body = {
        "size": MOST,
        "track_total_hits": True,
        "query": query,
        "sort": [{"@timestamp": {"order": "desc"}}, {"native_id": {"order": "asc"}}, {"brand": {"order": "asc"}}],
        "_source": sorted({*_SHOWN, *_MORE, *fields, *places}),
    }
    if tokens:
        said = [{"term": {"tokens": {"value": word, "_name": word}}} for word in tokens]
        body["query"] = {"bool": {"filter": [query], "should": said}}
    return Question(id=number, name="posts", index=store.alias("mentions"), body=body)


def read(answer: Mapping[str, Any], **values: Any) -> Posts:
    """Return the posts that were found."""
    found = answer["hits"]
    return Posts(total=found["total"]["value"], hits=tuple(found["hits"]), **values)
