"""How posts about one thing follow each other: shapes of real cascades, from which posts are drawn at any speed."""

import gzip
import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from config.csv_rows import csv_rows
from config.errors import UserError
from config.moment import written_moment
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["BadCascades", "Shape", "halves", "made_up", "of_brand", "of_research", "read_cascades", "shapes"]

_FEWEST = 20
"""Posts that it takes to see a shape."""
_WITHIN = timedelta(hours=24)
_SPREAD = 0.9
"""The share of a day's posts that shows how they spread; the last ones trickle."""
_MOST = 400


class BadCascades(UserError):
    """The file of cascades cannot be used; the message names the line and the remedy."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A cascade's course: when its posts came, from 0 at the first to 1 at the last."""

    name: str
    at: tuple[float, ...]

    def draw(self, posts: int, speed: timedelta) -> list[timedelta]:
        """Return when so many posts come after the first one, the last at `speed`, in this cascade's course."""
        if posts == 1:
            return [timedelta()]
        last = len(self.at) - 1
        found = []
        for number in range(posts):
            place = number * last / (posts - 1)
            low = min(int(place), last - 1)
            share = self.at[low] + (self.at[low + 1] - self.at[low]) * (place - low)
            found.append(share * speed)
        return found


def shapes(cascades: Mapping[str, Iterable[float]]) -> list[Shape]:
    """Return the shapes of cascades, by their posts' times in seconds; those too short to have one are left out."""
    found = []
    for name, times in sorted(cascades.items()):
        known = sorted(times)
        known = known[: bisect_left(known, known[0] + _WITHIN.total_seconds())] if known else []
        known = known[: max(1, round(len(known) * _SPREAD))]
        if len(known) >= _FEWEST and known[-1] > known[0]:
            length = known[-1] - known[0]
            found.append(Shape(name, tuple((at - known[0]) / length for at in known)))
    return found


def of_research() -> list[Shape]:
    """Return the shapes of the research data's real reposts; none where there is no such data."""
    folder = os.environ.get("TINGFENG_RESEARCH_DATA")
    path = Path(folder) / "replay" / "weibo_ced_reposts.jsonl.gz" if folder else None
    if path is None or not path.exists():
        return []
    decode = msgspec.json.Decoder(_Repost).decode
    cascades: dict[str, list[float]] = defaultdict(list)
    with gzip.open(path) as file:
        for line in file:
            one = decode(line)
            with suppress(ValueError):  # some say only that it was today, or give no year
                cascades[one.root].append(datetime.fromisoformat(one.date).timestamp())
    return shapes(cascades)


class _Repost(msgspec.Struct):
    root: str
    date: str


def of_brand(store: Store, brand: str, *, since: datetime, until: datetime) -> list[Shape]:
    """Return the shapes of the brand's own stories of that time."""
    filters: list[dict[str, Any]] = [
        {"term": {"brand": brand}},
        {"range": {"@timestamp": {"gte": since.isoformat(), "lt": until.isoformat()}}},
    ]
    time = {"date_histogram": {"field": "@timestamp", "fixed_interval": "1m", "min_doc_count": 1}}
    stories = {"terms": {"field": "story.id", "size": 100, "min_doc_count": _FEWEST}, "aggs": {"time": time}}
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias("mentions"),
            size=0,
            query={"bool": {"filter": filters}},
            aggs={"stories": stories},
            ignore_unavailable=True,
        )
    )
    return shapes({story["key"]: _minutes(story) for story in answer["aggregations"]["stories"]["buckets"]})


def _minutes(story: Mapping[str, Any]) -> list[float]:
    return [
        bucket["key"] / 1000 + 60 * number / bucket["doc_count"]
        for bucket in story["time"]["buckets"][:_MOST]
        for number in range(bucket["doc_count"])
    ]


def made_up() -> list[Shape]:
    """Return shapes for where there are no real ones: even, quickly fading, slowly fading, and late."""
    steps = [number / 99 for number in range(100)]
    powers = {"even": 1.0, "fading": 2.0, "quickly fading": 4.0, "late": 0.5}
    return [Shape(name, tuple(step**power for step in steps)) for name, power in powers.items()]


def read_cascades(path: Path) -> list[Shape]:
    """Read a CSV with the columns story and time; BadCascades names file, line and remedy."""
    cascades: dict[str, list[float]] = defaultdict(list)
    for line, row in csv_rows(path, ("story", "time"), "s1,2026-11-01T08:00:30", BadCascades):
        cascades[_story(path, line, row)].append(_time(path, line, row))
    found = shapes(cascades)
    if not found:
        raise BadCascades(
            f"{path}: no story with {_FEWEST} posts within a day: give larger stories, or leave --cascades out"
        )
    return found


def _story(path: Path, line: int, row: Mapping[str, str]) -> str:
    if not (story := row["story"].strip()):
        raise BadCascades(f"{path}:{line}: story: empty: write which story the post belongs to")
    return story


def _time(path: Path, line: int, row: Mapping[str, str]) -> float:
    try:
        return written_moment(row["time"]).timestamp()
    except ValueError as error:
        raise BadCascades(f"{path}:{line}: time: {error}: write a time such as 2026-11-01T08:00:30") from error


def halves(found: Sequence[Shape]) -> tuple[list[Shape], list[Shape]]:
    """Return every second shape and the others: to draw a limit from the one, and judge it by the other."""
    return list(found[::2]), list(found[1::2])
