"""A brand's mentions of the past in short equal steps: what the shadow is made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from config.errors import UserError
from config.rule import Rule
from indexing.detection.series import NEGATIVE, period, scope
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.document import millis

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Counts", "NoPast", "arrives_after", "counts_of"]

_AT_ONCE = 20_000
_SAMPLE = 1_000
T = TypeVar("T")


class NoPast(UserError):
    """There is no past of the brand to make a shadow of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Mentions and negative ones among them in steps of `step` from `begin` on."""

    begin: datetime
    step: timedelta
    count: "npt.NDArray[np.int64]"
    negative: "npt.NDArray[np.int64]"
    known_from: datetime
    """Since when the brand is looked at."""
    incidents: tuple[tuple[datetime, datetime], ...] = ()
    """What people know to have happened; nothing is tried out there."""
    _kept: dict[tuple[object, ...], Any] = field(default_factory=dict, repr=False)

    @property
    def end(self) -> datetime:
        """Where the last step ends."""
        return self.begin + len(self.count) * self.step

    def of(self, begin: int, end: int) -> tuple[int, int]:
        """Return the mentions and the negative ones in [begin, end), in ms since 1970."""
        first, last = ((moment - millis(self.begin)) // self._ms for moment in (begin, end))
        cut = slice(max(0, first), max(0, last))
        return int(self.count[cut].sum()), int(self.negative[cut].sum())

    def buckets(self, begin: int, length: int) -> Iterator[tuple[int, int, int]]:
        """Yield (begin, mentions, negative ones) of the buckets that are not empty, one of which begins at `begin`."""
        import numpy as np

        wide = length // self._ms
        before = (millis(self.begin) - begin) // self._ms % wide
        padded = np.zeros((2, -(-(before + len(self.count)) // wide) * wide), dtype=np.int64)
        padded[:, before : before + len(self.count)] = self.count, self.negative
        count, negative = padded.reshape(2, -1, wide).sum(axis=2)
        start = millis(self.begin) - before * self._ms
        for place in np.nonzero(count)[0].tolist():
            yield start + place * length, int(count[place]), int(negative[place])

    def kept(self, key: tuple[object, ...], made: Callable[[], T]) -> T:
        """Return what was made of the counts by this key before, or make it; all trials ask for few."""
        if key not in self._kept:
            self._kept[key] = made()
        found: T = self._kept[key]
        return found

    @property
    def _ms(self) -> int:
        return round(self.step / timedelta(milliseconds=1))


def counts_of(store: Store, rule: Rule, brand: str, *, since: datetime, until: datetime, step: timedelta) -> Counts:
    """Return the mentions of a brand that the rule counts in [since, until); NoPast where there are none."""
    import numpy as np

    length = max(1, round((until - since) / step))
    count, negative = np.zeros(length, dtype=np.int64), np.zeros(length, dtype=np.int64)
    store.refresh("mentions")
    for first in range(0, length, _AT_ONCE):
        begin = since + first * step
        end = min(until, begin + _AT_ONCE * step)
        for bucket in _histogram(store, [*scope(rule, [brand]), period(begin, end)], begin, step):
            place = first + (bucket["key"] - millis(begin)) // round(step / timedelta(milliseconds=1))
            count[place], negative[place] = bucket["doc_count"], bucket["negative"]["doc_count"]
    if not count.any():
        raise NoPast(
            f"{brand}: rule {rule.id} counts no mention since {since:%Y-%m-%d}: "
            "give a longer --since, another brand, or a --series"
        )
    first = int(np.nonzero(count)[0][0])
    return Counts(begin=since, step=step, count=count, negative=negative, known_from=since + first * step)


def _histogram(
    store: Store, filters: Sequence[Mapping[str, Any]], begin: datetime, step: timedelta
) -> list[dict[str, Any]]:
    interval = round(step / timedelta(milliseconds=1))
    time = {
        "date_histogram": {
            "field": "@timestamp",
            "fixed_interval": f"{interval}ms",
            "offset": f"{millis(begin) % interval}ms",
            "min_doc_count": 1,
        },
        "aggs": {"negative": {"filter": NEGATIVE}},
    }
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias("mentions"),
            size=0,
            query={"bool": {"filter": list(filters)}},
            aggs={"time": time},
            ignore_unavailable=True,
        )
    )
    return list(answer["aggregations"]["time"]["buckets"])


def arrives_after(store: Store, rule: Rule, brand: str, *, since: datetime, until: datetime) -> timedelta | None:
    """Return after which time the mentions of this brand reach the index, as a median; None where there are none."""
    from statistics import median

    answer = with_retries(
        lambda: store.client.search(
            index=store.alias("mentions"),
            query={"bool": {"filter": [*scope(rule, [brand]), period(since, until)]}},
            sort=[{"@timestamp": "desc"}],
            size=_SAMPLE,
            source_includes=["@timestamp", "event.ingested"],
            ignore_unavailable=True,
        )
    )
    took = [
        (datetime.fromisoformat(one["event"]["ingested"]) - datetime.fromisoformat(one["@timestamp"])).total_seconds()
        for one in (hit["_source"] for hit in answer["hits"]["hits"])
        if "event" in one
    ]
    return timedelta(seconds=round(max(0.0, median(took)))) if took else None
