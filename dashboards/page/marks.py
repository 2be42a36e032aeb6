"""What a click on a bar, slice, tile, word or row asks for: the choice of mentions behind that figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from config.settings import DAY_ZONE
from dashboards.page.choice import ANY, KEYS, TIMES, Choice, address, chosen, joined
from dashboards.panel import Every, Listing, Panel, Time
from indexing.metrics.expression import Count, Expression
from indexing.metrics.where import EVERYTHING

__all__ = ["Mark", "counted_by", "mark", "of_document", "of_listing", "within"]

_OF_OTHERS: Mapping[str, Mapping[str, str]] = {
    "stories": {"brand": "brand"},
    "accounts": {"brand": "brand", "name": "author", "platform": "platform"},
}
"""By which key of a mention a field of another kind of document chooses."""
_BEHIND: Mapping[str, Choice] = {"stories": {"story": (ANY,)}, "accounts": {"author": (ANY,)}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A figure that leads to its posts; `count` is how many these are, None where the figure counts something else."""

    choice: Choice
    count: int | None = None

    @property
    def href(self) -> str:
        """The address, within the page, that shows the posts."""
        return f"#posts?{address(self.choice)}"


def mark(
    panel: Panel, keys: Mapping[int, str | int], metric: int | None = None, value: float | None = None
) -> Mark | None:
    """Return the mark of a figure of the panel; None where no choice of mentions says what it counts.

    `keys` are the values of the panel's buckets by their place, `metric` is which of its measures `value` is of.
    """
    parts = [_bucket(panel, place, key) for place, key in keys.items()]
    measure: Expression | None = panel.show[metric].of if metric is not None else None
    counted = panel.kind == "mentions" and isinstance(measure, Count)
    if panel.kind == "mentions":
        parts.append(chosen(panel.where))
        if isinstance(measure, Count):
            parts.append(chosen(measure.where))
    elif panel.kind in _BEHIND and panel.where == EVERYTHING:
        parts.append(_BEHIND[panel.kind])
    else:
        return None
    if (choice := joined(*parts)) is None:
        return None
    return Mark(choice=choice, count=round(value) if counted and value is not None else None)


def of_document(listing: Listing, document: Mapping[str, Any]) -> Mark | None:
    """Return the mark of a story or an account in a list: its mentions."""
    if listing.kind == "stories" and document.get("story"):
        return Mark(choice={"brand": (document["brand"],), "story": (document["story"],)})
    if listing.kind == "accounts" and document.get("name"):
        return Mark(choice={"author": (document["name"],), "platform": (document["platform"],)})
    return None


def of_listing(listing: Listing) -> Mark | None:
    """Return the mark of all mentions that a list is of; None for a list of something else."""
    choice = chosen(listing.where) if listing.kind == "mentions" else None
    return None if choice is None else Mark(choice=choice)


def counted_by(panel: Panel) -> Iterator[str]:
    """Yield the keys that the panel's marks choose by, beside the time."""
    for bucket in panel.by:
        if not isinstance(bucket, Time) and bucket.field in KEYS:
            yield KEYS[bucket.field]
    measures = [metric.of.where for metric in panel.show if isinstance(metric.of, Count)]
    for where in (panel.where, *measures):
        yield from chosen(where) or ()


def within(start: datetime, every: Every, field: str = "@timestamp") -> Choice:
    """Return the choice of one day or hour that begins at `start` (aware)."""
    local = start.astimezone(DAY_ZONE)
    text = f"{local:%Y-%m-%d}" if every is Every.DAY else f"{local:%Y-%m-%dT%H}"
    return {f"{TIMES[field]}from": (text,), f"{TIMES[field]}to": (text,)}


def _bucket(panel: Panel, place: int, key: str | int) -> Choice | None:
    bucket = panel.by[place]
    if isinstance(bucket, Time):
        if panel.kind != "mentions" or bucket.field not in TIMES:
            return None
        return within(datetime.fromtimestamp(int(key) / 1000, UTC), bucket.every, bucket.field)
    names = KEYS if panel.kind == "mentions" else _OF_OTHERS.get(panel.kind, {})
    return {names[bucket.field]: (str(key),)} if bucket.field in names else None
