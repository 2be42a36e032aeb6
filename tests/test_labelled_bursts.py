"""Precision and recall of the burst detector on a fortnight of real reposts whose bursts a person has marked by eye.

Without the research data the fortnight is made up, and leaps up at the same hours.
"""

import gzip
from collections import Counter
from datetime import datetime, timedelta

from config.kinds.negative_burst import When
from config.page_budget import PageBudget
from config.settings import DAY_ZONE
from tests.burst_series import Company, episodes
from tests.reviews_as_research import MARKED
from tests.story_posts import HOUR, research_folder

STEP = timedelta(minutes=15)
BEGIN = datetime(2012, 10, 1, tzinfo=DAY_ZONE)
END = datetime(2012, 10, 15, tzinfo=DAY_ZONE)
NEAR = timedelta(hours=2)
WHEN = When(kind="negative_burst", window=HOUR, min_count=100, min_share=0.5, pages=PageBudget(at_most=2, per="day"))


def reposts_by_quarter() -> dict[int, float]:
    """Count the real reposts by the quarters of an hour before END; 0 is the last."""
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
            counted[(END - moment - timedelta(seconds=1)) // STEP] += count
    return {place: float(count) for place, count in counted.items() if place >= 0}


def test_the_burst_detector_finds_the_bursts_that_a_person_marked() -> None:
    reposts = Company(name="reposts", end=END, step=STEP, counts=reposts_by_quarter(), incidents=())
    found = [(began, last) for began, _, last in episodes(WHEN, reposts, BEGIN)]
    marked = [datetime(2012, 10, int(day), hour, tzinfo=DAY_ZONE) for day, hours in MARKED.items() for hour in hours]
    right = [pair for pair in found if any(pair[0] - NEAR < at < pair[1] + NEAR for at in marked)]
    hit = [at for at in marked if any(began - NEAR < at < last + NEAR for began, last in found)]
    precision, recall = len(right) / len(found), len(hit) / len(marked)
    print(f"{len(found)} bursts found, {len(marked)} marked: precision {precision:.2f}, recall {recall:.2f}")  # noqa: T201
    assert precision >= 0.85
    assert recall >= 0.85
