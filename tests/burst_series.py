"""Counts over time for the tests of the burst detector: the pages of a series, and series with known incidents."""

import csv
import gzip
import json
import math
import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.kinds import Verdict
from config.kinds.negative_burst import When
from indexing.detection.burst_peaks import stands_out
from indexing.detection.found import Span
from indexing.detection.negative_burst import facts, look
from indexing.detection.series import found_in
from indexing.detection.timeline import timeline

DAY = timedelta(days=1)
Times = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company's mentions by buckets, each ending `step` after the one before, and when something happened to it."""

    name: str
    end: datetime
    step: timedelta
    counts: Mapping[int, float]
    """By how many steps before `end` the bucket ended."""
    incidents: tuple[Times, ...]

    @property
    def start(self) -> datetime:
        """The beginning of the first bucket."""
        return self.end - (max(self.counts) + 1) * self.step


def episodes(when: When, company: Company, since: datetime | None = None) -> list[tuple[datetime, datetime, datetime]]:
    """Return when each burst began, first fired and fired last, latest first, as the shipped detector tells it."""
    own, span = look(when), Span(now=company.end, since=since or company.start)
    whole, _ = own.buckets(span)
    counted: Counter[int] = Counter()
    for steps, count in company.counts.items():
        counted[whole - 1 - int(steps * company.step / own.step)] += count  # type: ignore[assignment]
    sums = {place: float(count) for place, count in counted.items() if place >= 0}
    line = timeline(end=company.end, step=own.step, buckets=whole, sums={"count": sums, "negative": sums})

    def judge(stop: int) -> Verdict | None:
        if when.pages and not stands_out(when.pages, line, stop):
            return None
        known = facts(when, line, stop)
        return when.judge(known) if known else None

    return [(times["began_at"], times["fired_at"], times["last_at"]) for _, times in found_in(line, own, span, judge)]


def pages(when: When, company: Company, since: datetime | None = None) -> list[datetime]:
    """Return when somebody would have been paged: as a burst fires, and again every 24 hours while it lasts."""
    return sorted(
        fired + n * DAY for _, fired, last in episodes(when, company, since) for n in range(1 + (last - fired) // DAY)
    )


def companies() -> Iterator[Company]:
    """Give the research data's companies, whose incidents people have labelled; made-up ones where there are none."""
    folder = Path(os.environ["TINGFENG_RESEARCH_DATA"]) / "bursts"
    if not folder.exists():
        yield from (made_up(number) for number in range(5))
        return
    labelled = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("mentions_*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [(_moment(row["timestamp"]), float(row["value"])) for row in csv.DictReader(file)]
        step, end = timedelta(minutes=5), rows[-1][0] + timedelta(minutes=5)
        incidents = tuple((_moment(begin), _moment(last)) for begin, last in labelled[path.name.partition(".")[0]])
        yield Company(
            name=path.name,
            end=end,
            step=step,
            counts={(end - at) // step - 1: value for at, value in rows},
            incidents=incidents,
        )


def made_up(number: int) -> Company:
    """Make up a company with days, busy weeks, a heavy tail, and three leaps, each within an incident."""
    dice = random.Random(number)  # noqa: S311 - draws counts, keeps no secret
    step, end, length = timedelta(minutes=15), datetime(2026, 3, 1, tzinfo=UTC), 56 * 96
    size = 3.0 * 5**number
    counts = {
        steps: float(round(size * (1.2 + math.sin(steps * math.tau / 96)) * dice.lognormvariate(0, 0.4)))
        for steps in range(length)
    }
    leaps = [4 * 96 + dice.randrange(96) + place * 16 * 96 for place in range(3)]
    for steps in leaps:
        for later in range(8):
            counts[steps - later] += round(30 * size / (1 + later))
    incidents = tuple((end - steps * step - DAY / 2, end - steps * step + DAY / 2) for steps in leaps)
    return Company(name=f"company {number}", end=end, step=step, counts=counts, incidents=incidents)


def tally(told: Sequence[datetime], company: Company) -> Counter[str]:
    """Count pages, those within an incident, incidents, and those with a page."""
    right = [page for page in told if any(begin <= page <= last for begin, last in company.incidents)]
    found = [one for one in company.incidents if any(one[0] <= page <= one[1] for page in told)]
    return Counter(pages=len(told), right=len(right), incidents=len(company.incidents), found=len(found))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
