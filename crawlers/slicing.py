"""A search that shows only so many pages is asked for less at a time: a range, its days, their hours, their regions.

A platform's file says how its search can be narrowed (`by_date = Slicing(…)`); what is shown whole is not cut further.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.settings import DAY_ZONE

__all__ = ["DAY", "HOUR", "MINUTE", "Slice", "Slicing", "iso_utc"]

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_MIDNIGHT = datetime(2000, 1, 1, tzinfo=DAY_ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slicing:
    """How a platform's search can be narrowed.

    `steps` are the lengths into which a time is cut, the longest first; the last one is the shortest that the search
    tells apart. `regions` are its names for all regions together. `caps` is whether it shows only so many pages: where
    it shows all, a time is read day by day. `reaches_back` is how old a post it finds at the
    most; None where it finds all.
    """

    steps: tuple[timedelta, ...] = (DAY, HOUR)
    regions: tuple[str, ...] = ()
    caps: bool = True
    reaches_back: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of what a search finds: posts published from `start` until before `end`, of one region or of all."""

    start: datetime
    end: datetime
    region: str | None = None

    def parts(self, slicing: Slicing) -> tuple["Slice", ...]:
        """Return the smaller slices that this one is made of; none where the search cannot be narrowed further."""
        for step in slicing.steps:
            if self.end - self.start > step:
                return tuple(self._cut(step))
        if self.region is None:
            return tuple(Slice(start=self.start, end=self.end, region=region) for region in slicing.regions)
        return ()

    def at_most(self, step: timedelta) -> "Slice":
        """Return the slice with its ends moved outwards to whole steps, as a search that knows no others wants it."""
        start, end = _floor(self.start, step), _floor(self.end, step)
        return Slice(start=start, end=end if end == self.end else end + step, region=self.region)

    def between(self, start: str, end: str) -> dict[str, str]:
        """Return its times as interfaces ask for them, under the names of their fields."""
        return {start: iso_utc(self.start), end: iso_utc(self.end)}

    def seconds(self, regions: int) -> float:
        """Return how long it is, in seconds; one of `regions` regions counts as so small a part."""
        whole = (self.end - self.start).total_seconds()
        return whole if self.region is None else whole / max(1, regions)

    def __str__(self) -> str:
        start, end = (moment.astimezone(DAY_ZONE) for moment in (self.start, self.end))
        told = f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}"
        return told if self.region is None else f"{told}, region {self.region}"

    def _cut(self, step: timedelta) -> Iterator["Slice"]:
        """Yield the parts by the clock of Asia/Shanghai, the newest first: what is new is wanted first."""
        end = self.end
        while end > self.start:
            start = max(self.start, _floor(end - timedelta(microseconds=1), step))
            yield Slice(start=start, end=end, region=self.region)
            end = start


def iso_utc(moment: datetime) -> str:
    """Return a time as interfaces ask for it, in UTC to the second, such as 2026-11-22T19:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _floor(moment: datetime, step: timedelta) -> datetime:
    return _MIDNIGHT + (moment - _MIDNIGHT) // step * step
