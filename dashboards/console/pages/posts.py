"""`/posts`: all posts of a choice, by pages, straight from the index; the same addresses as the pages' own lists."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from config import settings
from dashboards.console.render import brands, page
from dashboards.page.choice import FIELDS, Choice, NotAChoice, address, filters
from indexing.alerts.answers import check_view
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store

__all__ = ["router"]

router = APIRouter()

_PAGE = 50
_ORDER = ("@timestamp", "native_id", "platform", "kind", "brand")
"""Together they name one mention, so that the next page begins where this one ends, whatever came in meanwhile."""
_LATEST = 10**15
"""Milliseconds since 1970, beyond any time that a post can have."""
_OURS = ("key", "lang", "after")
_CHOICES = ("brand", "platform", "sentiment")
_MOST_VALUES = 200
_SHOWN = (
    *("@timestamp", "brand", "platform", "kind", "title", "text", "url.full", "author.name", "engagement.total"),
    *("sentiment.label", "correction.sentiment", "customer.id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One page of posts, of `total` that fit; `after` continues it, None at the end."""

    posts: list[Mapping[str, Any]]
    total: int
    after: str | None
    offered: Mapping[str, list[str]]
    """The values that the form offers."""


@router.get("/posts")
def posts(request: Request, key: str = "", after: str = "") -> HTMLResponse:
    """Show the newest posts that fit, or those after the ones that the page before showed."""
    if settings.public_url():
        if not key:
            return page(request, "notice.html", status=403, phrase="only_by_link", detail="")
        check_view(key, now=datetime.now(UTC))
    try:
        asked = request.query_params.multi_items()
        choice, wanted = filters((name, value) for name, value in asked if name not in (*_OURS, "alert"))
        store, alert = request.app.state.store(), request.query_params.get("alert")
        if alert:
            choice = {**choice, "alert": (alert,)}
            wanted = [*wanted, _evidence(store, alert)]
        found = _search(store, wanted, _place(after))
    except NotAChoice as error:
        return page(request, "notice.html", status=400, phrase="not_a_choice", detail=str(error))
    kept = {name: value for name in ("key", "lang") if (value := request.query_params.get(name))}
    own = {name: values for name, values in choice.items() if name not in (*_CHOICES, "from", "to")}
    return page(
        request,
        "posts.html",
        found=found,
        choice=choice,
        others=own,
        kept=kept,
        names=brands(),
        labels={name: label for name, (_, label) in FIELDS.items()},
        older=_next(choice, kept, found.after),
        newest=_next(choice, kept, None) if after else None,
    )


def _next(choice: Choice, kept: Mapping[str, str], after: str | None) -> str | None:
    more = {**choice, **{name: (value,) for name, value in kept.items()}}
    return address({**more, "after": (after,)} if after else more)


def _place(after: str) -> list[Any] | None:
    if not after:
        return None
    try:
        place = json.loads(after)
    except (ValueError, RecursionError):
        place = None
    if not (isinstance(place, list) and len(place) == len(_ORDER) and type(place[0]) is int and place[0] < _LATEST):
        raise NotAChoice(f"after={after[:80]}: no place in the list: go back to its beginning")
    return [place[0], *map(str, place[1:])]


def _evidence(store: Store, id: str) -> dict[str, Any]:
    with store_errors():
        answer = store.client.search(index=store.alias("alerts"), query={"ids": {"values": [id]}}, size=1)
    for hit in answer["hits"]["hits"]:
        return {"ids": {"values": hit["_source"]["evidence"]["ids"]}}
    raise NotAChoice(f"alert={id[:80]}: there is no such alert")


def _search(store: Store, wanted: list[dict[str, Any]], after: list[Any] | None) -> _Found:
    offered = {name: {"terms": {"field": FIELDS[name][0], "size": _MOST_VALUES}} for name in _CHOICES}
    everything = {"global": {}, "aggs": offered}
    with store_errors():
        answer = store.client.search(
            index=store.alias(MONTHLY),
            ignore_unavailable=True,
            query={"bool": {"filter": wanted}},
            sort=[{field: {"order": "desc" if field == "@timestamp" else "asc"}} for field in _ORDER],
            size=_PAGE,
            search_after=after,
            source={"includes": list(_SHOWN)},
            track_total_hits=True,
            aggs={"offered": everything},
        )
    hits = answer["hits"]["hits"]
    values = answer.get("aggregations", {}).get("offered", {})
    return _Found(
        posts=[hit["_source"] for hit in hits],
        total=answer["hits"]["total"]["value"] if "hits" in answer else 0,
        after=json.dumps(hits[-1]["sort"], ensure_ascii=False) if len(hits) == _PAGE else None,
        offered={name: [bucket["key"] for bucket in values.get(name, {}).get("buckets", ())] for name in _CHOICES},
    )
