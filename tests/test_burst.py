"""The burst detector on tables: what fires, what stays silent, and which figures it states."""

import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from config.kinds import Verdict
from config.kinds.negative_burst import ENOUGH_PAST, Facts, Now, Quarter, When
from config.page_budget import PageBudget
from indexing.detection.burst_peaks import stands_out
from indexing.detection.found import Span
from indexing.detection.negative_burst import facts, look
from indexing.detection.series import found_in
from indexing.detection.timeline import STEPS, timeline

NOW = datetime(2026, 8, 3, 12, 34, 56, 789_000, tzinfo=UTC)
DAY, HOUR, STEP = timedelta(days=1), timedelta(hours=1), timedelta(minutes=15)
WHEN = When(
    kind="negative_burst", window=HOUR, history=24 * HOUR, late=6 * HOUR, min_count=20, min_share=0.5, ratio=3,
    season=timedelta(),
)  # fmt: skip
CALM = [(5, 2)] * 24
Quarters = list[tuple[int, int]]


def held(count: int, negative: int, past: list[int], **more: Any) -> Verdict:
    return WHEN.judge(Facts(history=tuple(past), now=Now(count=count, negative=negative), **more))


def findings(hours: Quarters, last: Quarters | None = None, when: When = WHEN) -> list[dict[str, Any]]:
    """Return the bursts of a series of whole hours, each in its first quarter, and then of single quarters."""
    quarters = [entry for hour in hours for entry in [hour] + [(0, 0)] * (STEPS - 1)] + (last or [])
    whole, _ = look(when).buckets(Span(now=NOW))
    quarters = ([(0, 0)] * whole + quarters)[-whole:]
    sums = {
        name: {place: float(entry[at]) for place, entry in enumerate(quarters) if entry[0]}
        for at, name in enumerate(("count", "negative"))
    }
    line = timeline(end=NOW, step=STEP, buckets=whole, sums=sums)

    def judge(stop: int) -> Verdict | None:
        known = facts(when, line, stop)
        return when.judge(known) if known else None

    return [times for _, times in found_in(line, look(when), Span(now=NOW), judge, "negative")]


def found(hours: Quarters, last: Quarters | None = None) -> dict[str, Any]:
    return findings(hours, last)[0]


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"ratio": 50.0}, r"write ([\d.]+) or less"),
     ({"window": 9 * HOUR, "pages": PageBudget(at_most=5, per="day")}, r"at most ([\d.]+) per day"),
     ({"slow": {"window": 5 * HOUR, "history": 14 * DAY, "min_count": 50}, "pages": PageBudget(at_most=9, per="day")},
      r"pages: 9 per day is more .* at most ([\d.]+) per day")],
)  # fmt: skip
def test_what_a_refused_budget_is_told_to_write_is_taken(fields: dict[str, Any], told: str) -> None:
    given = {"kind": "negative_burst", "window": HOUR, "min_count": 20, "min_share": 0.5}
    given |= {"pages": PageBudget(at_most=5, per="month"), **fields}
    with pytest.raises(ValidationError) as refused:
        When.model_validate(given)
    said = re.search(told, str(refused.value))
    assert said
    number = float(said[1])
    mended = {"ratio": number} if "ratio" in fields else {"pages": PageBudget(at_most=number, per="day")}
    assert When.model_validate(given | mended)


@pytest.mark.parametrize(
    ("past", "count", "negative", "fires"),
    [
        ([2] * 24, 40, 30, True),
        ([2] * 24, 40, 19, False),  # too few, though half of all and far above the usual
        ([2] * 24, 61, 30, False),  # too small a share
        ([2] * 24, 60, 30, True),  # the share exactly
        ([15] * 24, 50, 44, False),  # below three times the usual
        ([15] * 24, 50, 45, True),  # three times exactly
        ([0, 40] * 12, 80, 60, False),  # within its usual spread: median 20, MAD 20
        ([0, 40] * 12, 200, 110, True),
        ([0] * 24, 20, 20, True),  # usually none: the absolute thresholds decide
        ([900] + [2] * 23, 40, 30, True),  # one old crisis does not raise the bar
        ([], 20, 20, True),
        ([19] * (ENOUGH_PAST - 1), 20, 20, True),  # too short a past to say what is usual
        ([19] * ENOUGH_PAST, 20, 20, False),
        ([2] * 24, 0, 0, False),
    ],
)
def test_a_window_is_held_against_count_share_and_past(past: list[int], count: int, negative: int, fires: bool) -> None:
    verdict = held(count, negative, past)
    assert verdict.fires is fires
    assert verdict.figure("past_windows") == len(past)
    assert (verdict.readings[0].usual is not None) is (len(past) >= ENOUGH_PAST)


def test_the_figures_are_those_of_the_table() -> None:
    verdict = held(107, 87, [1, 2, 3, 3, 3, 4, 5] * 2)
    assert (verdict.readings[0].usual, verdict.figure("mad"), verdict.figure("times")) == (3, 1, 29)
    assert verdict.figure("share") == pytest.approx(0.813, abs=0.001)
    assert verdict.figure("threshold") == 20
    assert "times" not in {reading.name for reading in held(5, 5, [0] * 20).readings}


def test_the_same_hour_and_the_day_and_week_before_raise_the_bar() -> None:
    assert held(60, 45, [2] * 24, same_hour=(2, 3, 40)).fires
    assert not held(60, 45, [2] * 24, same_hour=(50, 46, 47)).fires
    assert not held(60, 45, [2] * 24, day_before=45, week_before=50).fires
    assert held(60, 46, [2] * 24, day_before=45, week_before=3).fires


def test_a_calm_series_and_an_empty_one_are_silent() -> None:
    assert findings(CALM) == []
    assert findings([]) == []


def test_the_window_ends_now_and_the_past_before_it() -> None:
    burst = found(CALM, [(10, 8), (10, 8), (10, 8), (10, 8)])
    assert (burst["start"], burst["end"], burst["last_at"]) == (NOW - HOUR, NOW, NOW)
    verdict = burst["verdict"]
    assert (verdict.figure("count"), verdict.figure("negative"), verdict.figure("past_windows")) == (40, 32, 24)
    assert verdict.readings[0].usual == 2
    assert burst["began_at"] == NOW - HOUR


def test_a_burst_across_two_whole_hours_is_seen_because_windows_slide() -> None:
    burst = found(CALM, [(0, 0), (0, 0), (12, 12), (12, 12), (0, 0), (0, 0), (0, 0)])
    assert burst["verdict"].figure("negative") == 24
    assert burst["began_at"] == NOW - 5 * STEP


@pytest.mark.parametrize(("quarters_ago", "seen"), [(0, True), (8, True), (27, True), (28, False), (40, False)])
def test_what_comes_to_light_late_counts_for_as_long_as_the_rule_says(quarters_ago: int, seen: bool) -> None:
    bursts = findings(CALM, [(30, 30)] + [(1, 0)] * quarters_ago)
    assert bool(bursts) is seen
    if bursts:
        assert bursts[0]["began_at"] == NOW - (quarters_ago + 1) * STEP
        assert bursts[0]["end"] <= NOW


def test_the_worst_window_is_told_and_the_last_one_remembered() -> None:
    burst = found(CALM, [(90, 90)] + [(6, 6)] * 6)
    assert burst["verdict"].figure("negative") == 108
    assert (burst["last_at"], burst["end"], burst["began_at"]) == (NOW, NOW - 3 * STEP, NOW - 7 * STEP)


def test_time_before_the_first_mention_is_no_past() -> None:
    verdict = found([(5, 2)] * 3, [(40, 40)] * 4)["verdict"]
    assert (verdict.figure("past_windows"), verdict.readings[0].usual) == (3, None)
    assert verdict.figure("threshold") == WHEN.min_count


def test_a_past_of_zeros_is_a_past() -> None:
    verdict = found([(5, 0)] + [(0, 0)] * 20, [(10, 10)] * 4)["verdict"]
    assert verdict.readings[0].usual == 0
    assert "times" not in {reading.name for reading in verdict.readings}


PAGED = When(
    kind="negative_burst", window=HOUR, late=6 * HOUR, min_count=10, min_share=0.5,
    pages=PageBudget(at_most=2, per="month"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("peaks", "negative", "fires"),
    [
        ([20] * 30, 29, False),  # a budget of two a month passes over two peaks of a month, and takes 1.5 times that
        ([20] * 30, 30, True),
        ([20] * 29 + [500], 35, True),  # one old crisis does not raise the bar
        ([20] * 28 + [500, 400], 35, False),  # two do: the budget is spent on such as these
        ([20] * 28 + [500, 400], 598, False),
        ([20] * 28 + [500, 400], 599, True),
        ([60] + [20] * 29, 60, False),  # no higher than in the last day: it goes on
        ([60] + [20] * 29, 61, True),
        ([20, 30], 52, True),  # what nobody saw counts as quiet
        ([20], 29, False),
        ([0] * 30, 10, True),  # the floor decides
        ([0] * 30, 9, False),
    ],
)
def test_a_budget_says_how_high_a_page_must_be(peaks: list[int], negative: int, fires: bool) -> None:
    verdict = PAGED.judge(Facts(history=(1,) * 24, peaks=tuple(peaks), now=Now(count=negative, negative=negative)))
    assert verdict.fires is fires
    assert (negative >= verdict.figure("threshold")) is fires


@pytest.mark.parametrize(
    ("quarter", "level", "long_level", "days", "fires"),
    [
        (15, 10, 10, 30, True),  # above 1.5 times the quarter's peak, and above its share of what the past reached
        (14, 10, 10, 30, False),
        (18, 20, 10, 30, False),  # the level has doubled: so high is the new normal
        (35, 20, 10, 30, True),
        (42, 20, 10, 6, False),  # six days do not tell what is normal: 8.5 times the level it must be
        (43, 20, 10, 6, True),
    ],
)
def test_a_sudden_rise_is_held_against_the_present_level(
    quarter: int, level: float, long_level: float, days: int, fires: bool
) -> None:
    past = Quarter(negative=quarter, peaks=(10,) * days)
    facts = Facts(
        history=(1,) * 24, peaks=(90,) * days, quarter=past, level=level, long_level=long_level,
        now=Now(count=60, negative=60),
    )  # fmt: skip
    assert PAGED.judge(facts).fires is fires


@pytest.mark.parametrize(
    ("at_most", "per", "rank", "factor", "hours"),
    [
        (2, "month", 2, 1.50, 24),
        (1, "month", 1, 1.78, 24),
        (4, "month", 4, 1.26, 24),
        (1, "year", 1, 3.32, 24),
        (2, "day", 10, 1, 4),
    ],
)
def test_a_rarer_page_must_lie_further_beyond_the_past(
    at_most: float, per: Any, rank: int, factor: float, hours: int
) -> None:
    budget = PageBudget(at_most=at_most, per=per)
    assert (budget.rank, budget.block) == (rank, hours * HOUR)
    assert budget.factor == pytest.approx(factor, abs=0.01)


def test_peaks_are_of_whole_days_and_of_what_there_is_where_none_is() -> None:
    counts = {place: float(place % 7) for place in range(3, 400)}
    line = timeline(end=NOW, step=STEP, buckets=400, sums={"count": counts, "negative": counts})
    for stop in (40, 99, 100, 395):
        whole = range(stop, max(3, stop - 3 * 96) + 95, -96)
        expected = [max(line.count(at - 4, at, "negative") for at in range(end - 95, end + 1)) for end in whole] or [
            max(line.count(at - 4, at, "negative") for at in range(4, stop + 1))
        ]
        assert line.peaks(stop, 4, 96, 3, "negative") == expected


def test_what_does_not_stand_out_in_the_last_day_never_pages() -> None:
    """The short look leaves out nothing that the long one would have found."""
    dice = random.Random(4)  # noqa: S311 - draws counts, keeps no secret
    counts = {place: float(dice.randrange(9) * (30 if dice.random() < 0.01 else 1)) for place in range(4_000)}
    whole, _ = look(PAGED).buckets(Span(now=NOW, since=NOW - 40 * 24 * HOUR))
    line = timeline(end=NOW, step=STEP, buckets=whole, sums={"count": counts, "negative": counts})
    budget, fired = PageBudget(at_most=2, per="month"), 0
    for stop in range(20, 4_000):
        known = facts(PAGED, line, stop)
        if known and PAGED.judge(known).fires:
            fired += 1
            assert stands_out(budget, line, stop)
    assert fired


def test_two_storms_are_two_episodes() -> None:
    quick = WHEN.model_copy(update={"late": 20 * HOUR})
    bursts = findings(CALM, [(30, 30)] + [(0, 0)] * 30 + [(30, 30)] + [(0, 0)] * 8, quick)
    assert [burst["began_at"] for burst in bursts] == [NOW - 9 * STEP, NOW - 40 * STEP]
