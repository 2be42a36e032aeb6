"""Mentions that match a query, streamed newest first, whatever their number; and how to show one in a table."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from config.errors import UserError
from config.moment import written_moment
from config.query import Query
from config.settings import DAY_ZONE
from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.mentions.query_dsl import EXACT, to_dsl

__all__ = ["FIELDS", "NotATime", "at", "cell", "has_any", "matching", "moment", "past", "plain", "search", "values"]

FIELDS = (
    "id",
    "@timestamp",
    "platform",
    "kind",
    "author.name",
    "brand",
    "sentiment.label",
    "sentiment.score",
    "emotion",
    "intent",
    "engagement.total",
    "title",
    "text",
    "url.full",
    "customer.id",
    "story.id",
)
"""What a file holds of a mention."""

_PAGE = 1_000
_KEEP = "2m"
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d{1,6})([mhdw])")
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


class NotATime(UserError):
    """A time cannot be read; the message says which forms can."""


def moment(text: str, now: datetime) -> datetime:
    """Return the time that `7d`, `12h`, `30m`, `2w` (before `now`), `2026-11-01` or `2026-11-01T08:00` stands for.

    A day begins at midnight in Asia/Shanghai, which is also the zone of a time that names none.
    """
    text = text.strip()
    try:
        if ago := _AGO.fullmatch(text):
            return written_moment((now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).isoformat())
        return written_moment(text)
    except (ValueError, OverflowError) as error:
        raise NotATime(f"{text!r} is no time: write 7d, 12h, 30m, 2026-11-01 or 2026-11-01T08:00+08:00") from error


def past(text: str, now: datetime, option: str = "--since") -> datetime:
    """Return the same of a time that must be over; NotATime names the option whose time has not come yet."""
    if (found := moment(text, now)) >= now:
        raise NotATime(f"{option} {text} has not come yet: give a time of the past, such as 7d or 2026-11-01")
    return found


def search(
    store: Store,
    query: Query | None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    brand: str | None = None,
    limit: int | None = None,
    newest_first: bool = True,
) -> Iterator[dict[str, Any]]:
    """Yield the matching mentions with their `id`, as they stood when the search began; `until` is exclusive.

    Raises a StoreError when Elasticsearch does not answer, or when the index was exchanged while this was reading.
    """
    wanted = matching(query, since=since, until=until, brand=brand)
    order = {"@timestamp": {"order": "desc" if newest_first else "asc"}}
    with store_errors():
        pit = store.client.open_point_in_time(index=store.alias(MONTHLY), keep_alive=_KEEP)["id"]
        try:
            left = limit
            after: list[Any] | None = None
            while left is None or left > 0:
                size = _PAGE if left is None else min(_PAGE, left)
                page = store.client.search(
                    pit={"id": pit, "keep_alive": _KEEP},
                    query=wanted,
                    sort=[order],
                    size=size,
                    search_after=after,
                    track_total_hits=False,
                )
                pit, hits = page["pit_id"], page["hits"]["hits"]
                for hit in hits:
                    yield {"id": hit["_id"], **hit["_source"]}
                if len(hits) < size:
                    return
                after = hits[-1]["sort"]
                left = None if left is None else left - len(hits)
        finally:
            with_options(store.client, ignore_status=404).close_point_in_time(id=pit)


def matching(
    query: Query | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    brand: str | None = None,
) -> dict[str, Any]:
    """Return the Elasticsearch query for mentions that match, of one brand, published in [since, until)."""
    filters: list[dict[str, Any]] = [to_dsl(query)] if query else []
    bounds = {name: time.isoformat() for name, time in (("gte", since), ("lt", until)) if time}
    if bounds:
        filters.append({"range": {"@timestamp": bounds}})
    if brand:
        filters.append({"term": {"brand": brand}})
    return {"bool": {"filter": filters}}


def values(store: Store, field: str) -> list[str]:
    """Return the values of one of the query language's whole-value fields in the index, the most frequent first."""
    asked = {"values": {"terms": {"field": EXACT[field], "size": 100}}}
    with store_errors():
        found = store.client.search(index=store.alias(MONTHLY), size=0, aggs=asked)
    return [str(bucket["key"]) for bucket in found["aggregations"]["values"]["buckets"]]


def has_any(store: Store, query: Query) -> bool:
    """Return whether any mention matches."""
    with store_errors():
        return bool(store.client.count(index=store.alias(MONTHLY), query=to_dsl(query), terminate_after=1)["count"])


def cell(document: Mapping[str, Any], field: str) -> str:
    """Return one field of a mention as a CSV cell, never one that a spreadsheet takes for a formula."""
    value, text = at(document, field), plain(document, field)
    return f"'{text}" if isinstance(value, str | list) and text.startswith(_FORMULA) else text


def plain(document: Mapping[str, Any], field: str) -> str:
    """Return one field of a document as words: several values by commas, the time in the zone of the days."""
    value = at(document, field)
    if field == "@timestamp" and isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(DAY_ZONE).isoformat(timespec="seconds")
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def at(document: Mapping[str, Any], field: str) -> Any:
    """Return the value of a field, None where the document has none."""
    value: Any = document
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
