"""Precision and recall of the burst detector on a fortnight of real reposts whose bursts a person has marked by eye.

Without the research data the fortnight is made up, and leaps up at the same hours.
"""

import gzip
from collections import Counter
from datetime import datetime, timedelta

from config.kinds import Verdict
from config.kinds.negative_burst import When
from config.settings import DAY_ZONE
from indexing.detection.found import Span
from indexing.detection.negative_burst import facts, look
from indexing.detection.series import found_in
from indexing.detection.timeline import timeline
from tests.reviews_as_research import MARKED
from tests.story_posts import DAY, HOUR, research_folder

STEP = timedelta(minutes=15)
BEGIN = datetime(2012, 10, 1, tzinfo=DAY_ZONE)
END = datetime(2012, 10, 15, tzinfo=DAY_ZONE)
NEAR = timedelta(hours=2)
WHEN = When(
    kind="negative_burst", window=HOUR, history=14 * DAY, season=14 * DAY, min_count=100, min_share=0.5, ratio=3
)


def reposts_by_quarter(buckets: int) -> dict[int, float]:
    """Count the real reposts in quarters of an hour up to END; the last bucket is `buckets` - 1."""
    months = {month.encode(): Counter[bytes]() for month in ("2012-08", "2012-09", "2012-10")}
    with gzip.open(research_folder() / "weibo_ced_reposts.jsonl.gz") as file:
        for line in file:
            at = line.partition(b'"date": "')[2][:16]
            if at[:7] in months:
                months[at[:7]][at] += 1
    counted: Counter[int] = Counter()
    for minutes in months.values():
        for text, count in minutes.items():
            moment = datetime.fromisoformat(text.decode()).replace(tzinfo=DAY_ZONE)
            counted[buckets - 1 - (END - moment - timedelta(seconds=1)) // STEP] += count
    return {place: float(count) for place, count in counted.items() if 0 <= place < buckets}


def test_the_burst_detector_finds_the_bursts_that_a_person_marked() -> None:
    own, span = look(WHEN), Span(now=END, since=BEGIN)
    whole, _ = own.buckets(span)
    counts = reposts_by_quarter(whole)
    line = timeline(end=END, step=STEP, buckets=whole, sums={"count": counts, "negative": counts})

    def judge(stop: int) -> Verdict | None:
        known = facts(WHEN, line, stop)
        return WHEN.judge(known) if known else None

    found = [(times["began_at"], times["last_at"]) for _, times in found_in(line, own, span, judge)]
    marked = [datetime(2012, 10, int(day), hour, tzinfo=DAY_ZONE) for day, hours in MARKED.items() for hour in hours]
    right = [pair for pair in found if any(pair[0] - NEAR < at < pair[1] + NEAR for at in marked)]
    hit = [at for at in marked if any(began - NEAR < at < last + NEAR for began, last in found)]
    precision, recall = len(right) / len(found), len(hit) / len(marked)
    print(f"{len(found)} bursts found, {len(marked)} marked: precision {precision:.2f}, recall {recall:.2f}")  # noqa: T201
    assert precision >= 0.8
    assert recall >= 0.8
