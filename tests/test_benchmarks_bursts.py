"""`make bench`: how much the burst detector's two numbers hang on the five companies that they were chosen on.

Every series is also cut elsewhere, thinned, grown, made slower, noisy, seasonal (tests/burst_worlds.py). Of each factor
and rise it prints pages, precision and recall as the series are and in the worst world, and the means over all worlds;
and what comes of choosing by the worst world on four companies and judging the fifth. docs/rules.md tells more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise

import pytest

from config.kinds.negative_burst import ENOUGH_PAST, Facts, When
from config.page_budget import PageBudget
from indexing.detection.burst_peaks import stands_out
from indexing.detection.found import Span
from indexing.detection.negative_burst import facts, look
from indexing.detection.timeline import Timeline, timeline
from tests.burst_series import DAY, Company, companies, tally
from tests.burst_worlds import WORLDS
from tests.reviews_as_research import made
from tests.test_company_bursts import GETTING_TO_KNOW, WHEN

pytestmark = pytest.mark.bench
FACTORS = (1.4, 1.5, 1.6, 1.71, 1.85)
RISES = (5.5, 6.5, 7.65, 8.5, 9.0, 10.0)
SHIPPED = (1.5, 8.5)
Setting = tuple[float, float]
Tallies = Mapping[tuple[Setting, str, str], Counter[str]]
"""By setting, world and company."""


def candidates(company: Company) -> tuple[Timeline, dict[int, Facts]]:
    """Return the facts of the windows that may page, by where they end, whatever the two numbers are."""
    own, span = look(WHEN), Span(now=company.end, since=company.start)
    whole, _ = own.buckets(span)
    counted: Counter[int] = Counter()
    for steps, count in company.counts.items():
        counted[whole - 1 - int(steps * company.step / own.step)] += count  # type: ignore[assignment]
    sums = {place: float(count) for place, count in counted.items() if place >= 0}
    line = timeline(end=company.end, step=own.step, buckets=whole, sums={"count": sums, "negative": sums})
    assert WHEN.pages
    known = {stop: facts(WHEN, line, stop) for stop in own.stops(span) if stands_out(WHEN.pages, line, stop)}
    short = {"history": (0,) * ENOUGH_PAST}  # its median is not looked at beside a budget, and costs the most
    return line, {
        stop: one.model_copy(update=short if len(one.history) >= ENOUGH_PAST else {})
        for stop, one in known.items()
        if one
    }


def with_numbers(factor: float, rise: float) -> When:
    """Return the rule with another factor and rise than its budget has."""
    budget = PageBudget(at_most=2, per="month")
    budget.__dict__.update(factor=factor, steep=rise)  # where a cached property keeps its value
    return WHEN.model_copy(update={"pages": budget})


def paged(when: When, line: Timeline, known: Mapping[int, Facts], company: Company) -> Iterator[datetime]:
    """Yield when it pages: as an episode fires, and every 24 hours while it lasts."""
    fired = [stop for stop in sorted(known) if when.judge(known[stop]).fires]
    begins = [stop for before, stop in pairwise([-2, *fired]) if stop != before + 1]
    for begin, beyond in pairwise([*begins, len(line) + 2]):
        first = line.time(begin)
        last = line.time(max(stop for stop in fired if stop < beyond))
        for number in range(1 + (last - first) // DAY):
            if (at := first + number * DAY) >= company.start + GETTING_TO_KNOW:
                yield at


def tallies() -> Tallies:
    found = {}
    for world, change in WORLDS.items():
        for company in map(change, companies()):
            line, known = candidates(company)
            for factor in FACTORS:
                for rise in RISES:
                    told = list(paged(with_numbers(factor, rise), line, known, company))
                    found[(factor, rise), world, company.name] = tally(told, company)
    return found


def scored(found: Iterable[Counter[str]]) -> tuple[int, float, float, float]:
    """Return pages, precision, recall, and the harmonic mean of the two."""
    total: Counter[str] = sum(found, Counter())
    precision, recall = total["right"] / max(1, total["pages"]), total["found"] / total["incidents"]
    return total["pages"], precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def by_world(found: Tallies, setting: Setting, without: str = "") -> dict[str, tuple[int, float, float, float]]:
    parts: dict[str, list[Counter[str]]] = defaultdict(list)
    for (own, world, company), one in found.items():
        if own == setting and company != without:
            parts[world].append(one)
    return {world: scored(of) for world, of in parts.items()}


def worst(found: Tallies, setting: Setting, without: str = "") -> float:
    """Return the harmonic mean in the worst world, and to part equals, a little of the mean over all."""
    each = [one[3] for one in by_world(found, setting, without).values()]
    return min(each) + 0.01 * sum(each) / len(each)


def in_words(one: tuple[int, float, float, float]) -> str:
    return f"{one[0]:3d} pages {one[1]:.2f} / {one[2]:.2f}"


def table(found: Tallies, settings: Iterable[Setting]) -> Iterator[str]:
    yield "factor  rise  as they are           worst world           means of precision and recall"
    for setting in settings:
        each = by_world(found, setting)
        least = min(each, key=lambda world: each[world][3])
        precision, recall = (sum(one[at] for one in each.values()) / len(each) for at in (1, 2))
        numbers = f"{setting[0]:6}  {setting[1]:4}  {in_words(each['as they are'])}  {in_words(each[least])}"
        yield f"{numbers}  {precision:.3f} / {recall:.3f}  {least}"


def left_out(found: Tallies, settings: Iterable[Setting]) -> Iterator[str]:
    told: list[Counter[str]] = []
    for company in sorted({company for _, _, company in found}):
        chosen = max(settings, key=lambda setting: worst(found, setting, company))
        told.append(found[chosen, "as they are", company])
        yield f"without {company}: factor and rise {chosen}"
    yield f"left out, chosen by the worst world of the others: {in_words(scored(told))}"


@pytest.mark.skipif(made(), reason="needs the research data: made-up companies say nothing about real ones")
def test_the_numbers_hold_in_other_worlds() -> None:
    found = tallies()
    settings = sorted({setting for setting, _, _ in found})
    worlds = by_world(found, SHIPPED)
    lines = [*table(found, settings), f"as built, {SHIPPED}"]
    lines += [f"  {world:28} {in_words(one)}" for world, one in worlds.items()]
    print("", *lines, *left_out(found, settings), sep="\n")  # noqa: T201
    pages, precision, recall, _ = worlds["as they are"]
    assert pages <= 25
    assert precision >= 0.75
    assert recall >= 13 / 15
