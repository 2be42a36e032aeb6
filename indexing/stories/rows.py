"""Mentions, each as the few values that the figures of its story and its account are made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from indexing.elasticsearch.store import Store
from indexing.stories.pages import pages

__all__ = ["AT_ONCE", "Row", "moment", "read_rows"]

_FIELDS = {
    "brand": "brand",
    "post_id": "post_id",
    "story": "story.id",
    "role": "story.role",
    "platform": "platform",
    "label": "sentiment.label",
    "author": "author.id",
    "name": "author.name",
    "followers": "author.followers",
    "verified": "author.verified",
    "digits": "author.digits",
    "engagement": "engagement.total",
    "edited": "edited_at",
    "deleted": "deleted_at",
    "page": "writers.page",
}
AT_ONCE = 5_000
"""Mentions that are read and counted together, where so many have changed."""
_READ = (*_FIELDS.values(), "story.keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One mention that has a story; None where the index does not know. `at` is in ms since 1970."""

    mention: str
    post_id: str
    brand: str
    story: str
    role: str
    at: int
    platform: str
    label: str | None = None
    author: str | None = None
    name: str | None = None
    followers: int | None = None
    verified: bool = False
    digits: float | None = None
    engagement: int | None = None
    words: str | None = None
    """A hash of the whole text; None for a text too short to say something."""
    edited: bool = False
    deleted: bool = False
    page: int | None = None
    """The page's version, so that a row differs whenever a page has come."""

    @property
    def telling(self) -> str:
        """The id of the story's document for the brand."""
        return f"{self.story}:{self.brand}"

    @property
    def account(self) -> str | None:
        """The id of its author's document; None where the author is unknown."""
        return f"{self.platform}:{self.author}" if self.author else None

    @property
    def seat(self) -> str | None:
        """What an account's mentions in one story have in common."""
        return f"{self.story} {self.account}" if self.author else None

    def document(self) -> dict[str, Any]:
        """Return what the index `counted` keeps of it."""
        keys = {"telling": self.telling, "account": self.account, "seat": self.seat}
        known = {field.name: getattr(self, field.name) for field in fields(self)} | keys
        return {name: value for name, value in known.items() if value is not None and value is not False}


def moment(at: int) -> datetime:
    """Return the aware time of a row's `at`."""
    return datetime.fromtimestamp(at / 1000, UTC)


def read_rows(store: Store, *filters: Mapping[str, Any]) -> Iterator[list[Row]]:
    """Yield the mentions that meet the conditions and have a story, oldest first, some at a time."""
    query = {"bool": {"filter": [*filters, {"exists": {"field": "story.id"}}]}}
    for hits in pages(store, query, values=_READ, size=AT_ONCE):
        yield [_row(hit) for hit in hits]


def _row(hit: Mapping[str, Any]) -> Row:
    found = hit["fields"]
    values = {name: found[field][0] for name, field in _FIELDS.items() if field in found}
    return Row(
        mention=f"{values['post_id']}:{values['brand']}",  # as document.document_id makes it; `_id` lies with the text
        at=hit["sort"][0],
        words=next((key for key in found.get("story.keys", ()) if key.startswith("=")), None),
        **{**values, "edited": "edited" in values, "deleted": "deleted" in values},
    )
