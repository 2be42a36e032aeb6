"""`make bench`: a budget of n pages a month holds, on hundreds of months of real mentions and reposts.

The reposts are dealt to sixteen brands by their stories. The budget's numbers were set on one half of the brands, and
are judged on the other; both are shown. The first month of each, in which it is new, is shown apart.
"""

import gzip
import os
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.kinds.negative_burst import When
from config.page_budget import PageBudget
from tests.burst_series import Company, companies, pages
from tests.reviews_as_research import made

pytestmark = pytest.mark.bench
BRANDS, BEGIN = 16, datetime(2011, 1, 1, tzinfo=UTC)
STEP, MONTH = timedelta(minutes=15), timedelta(days=30)
FEWEST = 300
"""Reposts that a month of a brand has at the least."""


def reposts() -> Iterator[Company]:
    """Deal the real reposts to brands; of each the longest row of months in which people speak of it."""
    counted: dict[int, Counter[int]] = defaultdict(Counter)
    path = Path(os.environ["TINGFENG_RESEARCH_DATA"]) / "replay" / "weibo_ced_reposts.jsonl.gz"
    with gzip.open(path) as file:
        for line in file:
            at = line.partition(b'"date": "')[2][:16].decode()
            if "2011" <= at[:4] <= "2016":
                moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
                root = line.partition(b'"root": "')[2].partition(b'"')[0]
                counted[zlib.crc32(root) % BRANDS][(moment - BEGIN) // STEP] += 1
    for brand, counts in sorted(counted.items()):
        months: Counter[int] = Counter()
        for place, count in counts.items():
            months[place // (MONTH // STEP)] += count
        first, last = longest_row(sorted(month for month, count in months.items() if count >= FEWEST))
        begin, end = first * (MONTH // STEP), (last + 1) * (MONTH // STEP)
        of_these = {end - 1 - place: float(count) for place, count in counts.items() if begin <= place < end}
        of_these.setdefault(end - begin - 1, 0.0)
        yield Company(name=f"reposts {brand}", end=BEGIN + end * STEP, step=STEP, counts=of_these, incidents=())


def longest_row(months: list[int]) -> tuple[int, int]:
    rows = [[months[0]]]
    for month in months[1:]:
        if month == rows[-1][-1] + 1:
            rows[-1].append(month)
        else:
            rows.append([month])
    best = max(rows, key=len)
    return best[0], best[-1]


@pytest.mark.skipif(made(), reason="needs the research data: a made-up past says nothing about budgets")
@pytest.mark.parametrize("at_most", [2, 4])
def test_a_budget_holds_in_nine_months_of_ten(at_most: int) -> None:
    budget = PageBudget(at_most=at_most, per="month")
    when = When(kind="negative_burst", window=timedelta(hours=1), min_count=10, min_share=0.5, pages=budget)
    told: dict[str, list[int]] = {"set": [], "judged": [], "new": []}
    for number, company in enumerate([*companies(), *reposts()]):
        paged = Counter((page - company.start) // MONTH for page in pages(when, company))
        whole = (company.end - company.start) // MONTH
        told["new"].append(paged[0])
        told["judged" if number % 2 else "set"] += [paged[month] for month in range(1, whole)]
    for part, months in told.items():
        within = sum(month <= 2 * at_most for month in months) / len(months)
        mean = sum(months) / len(months)
        print(f"{budget}, {part}: {len(months)} brand-months, {mean:.2f} pages each, {within:.1%} at most twice")  # noqa: T201
    every = [*told["set"], *told["judged"], *told["new"]]
    assert len(every) >= 200
    for months in (told["judged"], every):
        assert sum(month <= 2 * at_most for month in months) >= 0.9 * len(months)
