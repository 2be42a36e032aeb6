"""What customers are ranked by: ends of fifths over all of them, measured once a day and kept until the next time.

So that one customer's profile follows from their own records and these scales alone, and a turn need not look at
anybody whom nothing has happened to.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from indexing.elasticsearch.documents import put
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["Buyer", "Scales", "fifth", "measure", "read_scales", "write_scales"]

FEWEST = 5
"""Buyers below which nobody is ranked."""
USUAL_GAP = 90.0
"""Days between purchases where nobody's are known."""
_ID = "scales"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """What a customer adds to the scales."""

    recency: int
    frequency: int
    currency: str
    amount: float
    gap_days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """Ends of fifths: four numbers each, none where too few bought; `day` is the one as of which profiles are told."""

    day: date
    buyers: int
    recency: tuple[int, ...]
    frequency: tuple[int, ...]
    amounts: Mapping[str, tuple[float, ...]]
    gap_days: float = USUAL_GAP


def measure(day: date, buyers: Iterable[Buyer]) -> Scales:
    """Return the scales of all buyers; ranks of frequency and amount are among those who bought within a year."""
    known = list(buyers)
    recent = [one for one in known if one.frequency]
    gaps = [one.gap_days for one in known if one.gap_days is not None]
    codes = sorted({one.currency for one in recent})
    return Scales(
        day=day,
        buyers=len(known),
        recency=tuple(_ends([one.recency for one in known])),
        frequency=tuple(_ends([one.frequency for one in recent])),
        amounts={code: tuple(_ends([one.amount for one in recent if one.currency == code])) for code in codes},
        gap_days=float(median(gaps)) if gaps else USUAL_GAP,
    )


def fifth(value: float, ends: Sequence[float]) -> int | None:
    """Return in which fifth the value lies, 1 to 5; None without ends. Equal values have one rank, the lower one."""
    return 1 + bisect_left(ends, value) if ends else None


def read_scales(store: Store) -> Scales | None:
    """Return the scales as they were last measured; None where they never were."""
    found = with_retries(lambda: store.client.mget(index=store.alias("scales"), ids=[_ID]))["docs"][0]
    if not found.get("found"):
        return None
    source = found["_source"]
    return Scales(
        day=date.fromisoformat(source["day"]),
        buyers=source["buyers"],
        recency=tuple(source["recency"]),
        frequency=tuple(source["frequency"]),
        amounts={one["currency"]: tuple(one["ends"]) for one in source["amounts"]},
        gap_days=source["gap_days"],
    )


def write_scales(store: Store, scales: Scales, at: str) -> None:
    """Keep the scales."""
    source: dict[str, Any] = {
        "@timestamp": at,
        "day": scales.day.isoformat(),
        "buyers": scales.buyers,
        "recency": list(scales.recency),
        "frequency": list(scales.frequency),
        "gap_days": scales.gap_days,
        "amounts": [{"currency": code, "ends": list(ends)} for code, ends in scales.amounts.items()],
    }
    put(store, "scales", [(_ID, source)])


def _ends(values: Sequence[Any]) -> list[Any]:
    """Return the largest value of each of the first four fifths (nearest rank)."""
    ordered = sorted(values)
    if len(ordered) < FEWEST:
        return []
    return [ordered[max(0, -(-len(ordered) * part // 5) - 1)] for part in range(1, 5)]
