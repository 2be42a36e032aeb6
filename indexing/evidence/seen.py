"""Mentions as they stood: their documents' digests, and those of the pages on which they were received."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from crawlers.storage import files, pages
from crawlers.storage.pages import Entry, LostPage
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.evidence.chain import append
from indexing.evidence.line import Item
from indexing.evidence.segments import chain_root

__all__ = ["canonical", "found", "page_as_told", "pages_of", "seal_pages", "sealed"]

_DAY, _AT_ONCE = "%Y%m%d", 5_000
_OURS = ("writers", "event", "labels")
"""What the index notes of its own work, and changes without anything said anew."""


def canonical(id: str, document: Mapping[str, Any]) -> bytes:
    """Return a mention's document as bytes that are the same for the same content."""
    told = {name: value for name, value in document.items() if name not in _OURS}
    return msgspec.json.encode({"id": id, **told}, order="sorted")


def found(store: Store, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the mentions' documents, whatever their month; what is not there is left out."""
    if not ids:
        return {}
    answer = with_retries(
        lambda: store.client.search(index=store.alias("mentions"), query={"ids": {"values": list(ids)}}, size=len(ids))
    )
    return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}


def pages_of(document: Mapping[str, Any]) -> list[Entry]:
    """Return the entries of the kept pages on which a mention's post stands; a lost one is left out."""
    try:
        return pages.find(str(document["post_id"]))
    except LostPage:
        return []


def seal_pages(now: datetime) -> int:
    """Write a line for each page that was received on the days (UTC) that are over; return how many.

    The first time it is yesterday's alone. Killed in between, it writes some again, which does no harm.
    """
    path = f"{chain_root()}/pages"
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    known = (files.read(path) or b"").decode()
    day = datetime.strptime(known, _DAY).date() + timedelta(days=1) if known else yesterday
    count = 0
    while day <= yesterday:
        items = [Item(kind="page", content=page_as_told(one), keys=one.posts) for one in pages.of_day(f"{day:{_DAY}}")]
        for begin in range(0, len(items), _AT_ONCE):
            count += len(append(items[begin : begin + _AT_ONCE], now=now))
        if items or day == yesterday:
            files.replace(path, f"{day:{_DAY}}".encode())
        day += timedelta(days=1)
    return count


def page_as_told(entry: Entry) -> dict[str, Any]:
    """Return what a line says of a received page."""
    return {
        "sha256": entry.digest,
        "method": entry.method,
        "url": entry.url,
        "status": entry.status,
        "fetched_at": entry.fetched_at.isoformat(),
    }


def sealed(store: Store, ids: Sequence[str]) -> list[Item]:
    """Return what is written of mentions: the digests of their documents and pages."""
    return list(_sealed(found(store, ids)))


def _sealed(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[Item]:
    for id, document in documents.items():
        content = {
            "id": id,
            "sha256": hashlib.sha256(canonical(id, document)).hexdigest(),
            "pages": [page_as_told(entry) for entry in pages_of(document)],
        }
        keys = (id, str(document["post_id"]), *filter(None, (_story(document),)))
        yield Item(kind="mention", content=content, keys=keys)


def _story(document: Mapping[str, Any]) -> str | None:
    story = document.get("story") or {}
    return story.get("id") if isinstance(story, Mapping) else None
