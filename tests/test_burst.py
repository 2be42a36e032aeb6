"""The burst detector on tables: what fires, what stays silent, and which figures it states."""

from datetime import UTC, datetime, timedelta

import pytest

from config.negative_burst import ENOUGH_PAST, NegativeBurst, measure
from indexing.alerts.detect import STEPS, Finding, Series, buckets, negative_burst

NOW = datetime(2026, 8, 3, 12, 34, 56, 789_000, tzinfo=UTC)
HOUR, STEP = timedelta(hours=1), timedelta(minutes=15)
WHEN = NegativeBurst(
    kind="negative_burst", window=HOUR, history=24 * HOUR, late=6 * HOUR, min_count=20, min_share=0.5, ratio=3
)
CALM = [(5, 2)] * 24


def series(hours: list[tuple[int, int]], last: list[tuple[int, int]] | None = None) -> Series:
    """Make a series of whole hours, each as (count, negative) in its first quarter, and then single quarters."""
    quarters = [entry for hour in hours for entry in [hour] + [(0, 0)] * (STEPS - 1)] + (last or [])
    whole, recent = buckets(WHEN)
    quarters = ([(0, 0)] * whole + quarters)[-whole:]
    counts, negatives = zip(*quarters, strict=True)
    first = next((place for place, count in enumerate(counts) if count), whole)
    return Series(end=NOW, step=STEP, counts=counts[-recent:], negatives=negatives, first=first)


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
    figures = measure(WHEN, count=count, negative=negative, past=past)
    assert figures.fires is fires
    assert figures.past_windows == len(past)
    assert figures.relative is (len(past) >= ENOUGH_PAST)


def test_the_figures_are_those_of_the_table() -> None:
    figures = measure(WHEN, count=107, negative=87, past=[1, 2, 3, 3, 3, 4, 5] * 2)
    assert (figures.usual, figures.mad, figures.times) == (3, 1, 29)
    assert figures.share == pytest.approx(0.813, abs=0.001)
    assert figures.threshold == 20
    assert measure(WHEN, count=5, negative=5, past=[0] * 20).times is None


def found(given: Series) -> Finding:
    finding = negative_burst(given, WHEN)
    assert finding is not None
    return finding


def test_a_calm_series_and_an_empty_one_are_silent() -> None:
    assert negative_burst(series(CALM), WHEN) is None
    assert negative_burst(series([]), WHEN) is None


def test_the_window_ends_now_and_the_past_before_it() -> None:
    finding = found(series(CALM, [(10, 8), (10, 8), (10, 8), (10, 8)]))
    assert (finding.start, finding.end, finding.last_at) == (NOW - HOUR, NOW, NOW)
    assert (finding.figures.count, finding.figures.negative) == (40, 32)
    assert (finding.figures.past_windows, finding.figures.usual) == (24, 2)
    assert finding.began_at == NOW - HOUR


def test_a_burst_across_two_whole_hours_is_seen_because_windows_slide() -> None:
    quarters = [(0, 0), (0, 0), (12, 12), (12, 12), (0, 0), (0, 0), (0, 0)]
    finding = found(series(CALM, quarters))
    assert finding.figures.negative == 24
    assert finding.began_at == NOW - 5 * STEP


@pytest.mark.parametrize(("quarters_ago", "seen"), [(0, True), (8, True), (27, True), (28, False), (40, False)])
def test_what_comes_to_light_late_counts_for_as_long_as_the_rule_says(quarters_ago: int, seen: bool) -> None:
    finding = negative_burst(series(CALM, [(30, 30)] + [(1, 0)] * quarters_ago), WHEN)
    assert (finding is not None) is seen
    if finding:
        assert finding.began_at == NOW - (quarters_ago + 1) * STEP
        assert finding.end <= NOW


def test_the_worst_window_is_told_and_the_last_one_remembered() -> None:
    finding = found(series(CALM, [(90, 90)] + [(6, 6)] * 6))
    assert finding.figures.negative == 108
    assert finding.last_at == NOW
    assert finding.end == NOW - 3 * STEP
    assert finding.began_at == NOW - 7 * STEP


def test_time_before_the_first_mention_is_no_past() -> None:
    finding = found(series([(5, 2)] * 3, [(40, 40)] * 4))
    assert finding.figures.past_windows == 3
    assert not finding.figures.relative
    assert finding.figures.threshold == WHEN.min_count


def test_a_past_of_zeros_is_a_past() -> None:
    finding = found(series([(5, 0)] + [(0, 0)] * 20, [(10, 10)] * 4))
    assert finding.figures.relative
    assert (finding.figures.usual, finding.figures.times) == (0, None)
