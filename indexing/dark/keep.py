"""The days' dark figures: worked out from the mentions and kept, so that boards can show them beside the volume."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from config.brand import Brand
from config.settings import DAY_ZONE
from indexing.coverage import Covered, coverage
from indexing.dark.captures import Spoken, captures, spoken_of
from indexing.dark.estimate import Estimate, Refused, estimate
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp

__all__ = ["Dark", "dark_figures", "keep_dark"]

_KIND = "dark"
_DAY = timedelta(days=1)
_KEPT = timedelta(days=30)
"""How far back the first call goes."""
_LATE = timedelta(days=2)
"""Posts are come upon late: days so old are worked out again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dark:
    """What is estimated to exist of a brand's posts on a platform, or why nothing is."""

    brand: str
    platform: str
    routes: tuple[str, ...]
    result: Estimate | Refused
    left_out: int
    """Hours in which every route was shut."""


def dark_figures(store: Store, brands: Sequence[Brand], start: datetime, end: datetime) -> list[Dark]:
    """Return what is estimated to exist from `start` until before `end` (aware, full hours), by brand and platform."""
    with store_errors():
        spoken = spoken_of(store, [brand.id for brand in brands], start, end)
        several = any(len(one.routes) > 1 for one in spoken)
        covered = coverage(store, start, end) if several else []
        return [_dark(store, one, start, end, covered) for one in spoken]


def _dark(store: Store, spoken: Spoken, start: datetime, end: datetime, covered: Sequence[Covered]) -> Dark:
    brand, platform = spoken.brand, spoken.platform
    caught = captures(store, spoken, start, end, covered=covered) if len(spoken.routes) > 1 else None
    if caught is None or not caught.hours:
        reason = "few_routes" if len(spoken.routes) < 2 else "small_overlap"
        none = Refused(reason=reason, seen=spoken.posts, recaught=0)
        return Dark(brand=brand, platform=platform, routes=tuple(spoken.routes), result=none, left_out=0)
    result = estimate(caught.hours, len(caught.routes))
    return Dark(brand=brand, platform=platform, routes=caught.routes, result=result, left_out=caught.left_out)


def keep_dark(store: Store, brands: Sequence[Brand], *, now: datetime | None = None) -> int:
    """Write the figures of the days that are over and not written, with the last one again; return how many.

    A brand on a platform where one route alone came upon posts has none.

    The same day again replaces itself. StoreError when the index does not answer.
    """
    written = 0
    for day in _days(store, now or datetime.now(UTC)):
        actions = [
            Action(
                operation="index",
                index=store.alias(_KIND),
                id=f"{one.brand}:{one.platform}:{day:%Y-%m-%d}",
                source=_document(one, day),
            )
            for one in dark_figures(store, brands, day, day + _DAY)
            if len(one.routes) > 1
        ]
        if refused := [answer.reason for answer in send(store.client, actions) if not answer.done]:
            raise StoreError(f"{_KIND}: {refused[0]}: run `tingfeng doctor`")
        written += len(actions)
    return written


def _days(store: Store, now: datetime) -> Iterator[datetime]:
    today = now.astimezone(DAY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    with store_errors():
        store.refresh(_KIND)
        aggs = {"last": {"max": {"field": "@timestamp"}}}
        answer = store.client.search(index=store.alias(_KIND), size=0, aggs=aggs)
    last = answer["aggregations"]["last"]["value"]
    day = today - _KEPT
    if last is not None:
        day = max(day, datetime.fromtimestamp(last / 1000, UTC).astimezone(DAY_ZONE) + _DAY - _LATE)
    while day < today:
        yield day
        day += _DAY


def _document(one: Dark, day: datetime) -> dict[str, Any]:
    result = one.result
    told: dict[str, Any] = {
        "@timestamp": timestamp(day),
        "brand": one.brand,
        "platform": one.platform,
        "routes": list(one.routes),
        "seen": result.seen,
        "recaught": result.recaught,
        "hours_left_out": one.left_out,
    }
    if isinstance(result, Refused):
        return {**told, "refused": result.reason}
    return {**told, "figure": round(result.figure, 1), "low": round(result.low, 1), "high": round(result.high, 1)}
