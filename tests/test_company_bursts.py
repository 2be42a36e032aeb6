"""A budget of two pages a month, on the mentions of five companies whose incidents people have labelled.

The budget is the only setting, and one for all of them. Without the research data the companies are made up.
"""

from collections import Counter
from datetime import timedelta

from config.kinds.negative_burst import When
from config.page_budget import PageBudget
from tests.burst_series import companies, pages, tally

HOUR = timedelta(hours=1)
WHEN = When(
    kind="negative_burst",
    window=HOUR,
    min_count=10,
    min_share=0.5,
    pages=PageBudget(at_most=2, per="month"),
)
GETTING_TO_KNOW = 750 * timedelta(minutes=5)


def test_two_pages_a_month_are_right_and_find_the_incidents() -> None:
    total: Counter[str] = Counter()
    for company in companies():
        told = [page for page in pages(WHEN, company) if page >= company.start + GETTING_TO_KNOW]
        total += tally(told, company)
    precision, recall = total["right"] / total["pages"], total["found"] / total["incidents"]
    print(f"{total['pages']} pages: precision {precision:.2f}, recall {recall:.2f}")  # noqa: T201
    assert total["pages"] <= 25
    assert precision >= 0.75
    assert recall >= 13 / 15
