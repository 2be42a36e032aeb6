"""What each kind of rule means, on tables; elastalert2's documented examples have their documented outcomes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.kinds import kinds, module_of
from config.load import ConfigError, load
from config.rule import Rule
from indexing.detection.detect import detector
from indexing.detection.spike import facts
from indexing.detection.timeline import STEPS, timeline
from tests.story_posts import HOUR, NOW

Hours = list[int]
ELASTALERT2 = [
    # (height, least in the reference, least now, events of each hour, whether each hour alerts); two-hour windows
    (4, 0, 15, [5, 5, 10, 35], [0, 0, 0, 1]),
    (4, 0, 15, [20, 21, 19, 23], [0, 0, 0, 0]),
    (4, 0, 15, [10, 0, 0, 30, 5], [0, 0, 0, 0, 1]),
    (2, 5, 0, [20, 100, 100, 100], [0, 0, 0, 0]),
    (2, 5, 0, [0, 20, 100, 100], [0, 0, 0, 1]),
    (2, 5, 0, [1, 2, 2, 1000, 2, 4], [0, 0, 0, 0, 0, 0]),
    (2, 5, 0, [1000, 0, 0, 0, 1000, 1050, 1075], [0, 0, 0, 0, 0, 0, 1]),
    (5, 0, 100, [1000], [0]),
    (5, 0, 100, [2, 1, 20, 81], [0, 0, 0, 1]),
    (5, 0, 100, [10, 20, 40, 80, 200], [0, 0, 0, 0, 0]),
]
"""The examples for `spike` in elastalert2's documentation of its rule types."""


def hourly(events: Hours) -> Any:
    """Make the timeline of a rule with two-hour windows; each hour's events come as it begins."""
    first = 100
    places = {first + 2 * hour: float(count) for hour, count in enumerate(events) if count}
    end = first + 2 * len(events)
    return first, timeline(end=NOW, step=timedelta(minutes=30), buckets=end, sums={"count": places}, first=first)


@pytest.mark.parametrize(("height", "reference", "current", "events", "alerts"), ELASTALERT2)
def test_elastalert2s_spike_examples_have_their_documented_outcomes(
    height: int, reference: int, current: int, events: Hours, alerts: Hours
) -> None:
    when = module_of("spike").When(
        kind="spike", window=2 * HOUR, height=height, min_reference=reference, min_current=current
    )
    first, line = hourly(events)
    found = [when.judge(facts(line, first + 2 * hour)).fires for hour in range(1, len(events) + 1)]
    assert found == [bool(alert) for alert in alerts]


CASES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]] = {
    # kind: (when, facts that fire, facts that do not)
    "any": ({}, [{"count": 1}], [{"count": 0}]),
    "blacklist": (
        {"field": "site", "values": ["a", "b"]},
        [{"values": ["b"]}, {"values": ["x", "a"]}],
        [{"values": ["c"]}, {"values": []}],
    ),
    "whitelist": (
        {"field": "site", "values": ["a", "b"]},
        [{"values": ["c"]}],
        [{"values": ["c", "a"]}, {"values": []}],
    ),
    "change": (
        {"field": "sentiment.label", "to": "negative"},
        [{"before": "positive", "now": "negative"}],
        [
            {"before": "negative", "now": "negative"},
            {"before": None, "now": "negative"},
            {"before": "negative", "now": "positive"},
            {"before": "positive", "now": None},
        ],
    ),
    "frequency": ({"min_count": 3}, [{"count": 3}], [{"count": 2}]),
    "spike": (
        {"height": 3, "direction": "both"},
        [{"reference": 10, "current": 30}, {"reference": 30, "current": 10}, {"reference": 0, "current": 1}],
        [
            {"reference": 10, "current": 29},
            {"reference": 0, "current": 0},
            {"reference": 10, "current": 30, "seen_before": False},
        ],
    ),
    "flatline": ({"threshold": 5}, [{"count": 4}], [{"count": 5}, {"count": 0, "seen_before": False}]),
    "new_term": (
        {"min_count": 5, "min_authors": 3},
        [{"count": 5, "authors": 3, "before": 0}],
        [
            {"count": 5, "authors": 3, "before": 1},
            {"count": 5, "authors": 2, "before": 0},
            {"count": 4, "authors": 4, "before": 0},
        ],
    ),
    "cardinality": ({"field": "author.id", "at_least": 10}, [{"values": 10}], [{"values": 9}]),
    "metric": (
        {"field": "sentiment.score", "below": -0.5, "min_count": 3},
        [{"value": -0.6, "count": 3}],
        [{"value": -0.6, "count": 2}, {"value": -0.5, "count": 9}, {"value": None, "count": 0}],
    ),
    "percentage": (
        {"match": "sentiment:negative", "above": 0.5, "min_count": 10},
        [{"matching": 6, "count": 10}],
        [{"matching": 5, "count": 10}, {"matching": 9, "count": 9}, {"matching": 0, "count": 0}],
    ),
    "negative_burst": (
        {"min_count": 10, "min_share": 0.5, "ratio": 3, "window": "1h"},
        [
            {"history": [2] * 14, "now": {"count": 20, "negative": 15}},
            {"history": [2] * 14, "same_hour": [4, 4, 4], "now": {"count": 20, "negative": 15}},
            {"history": [2] * 14, "day_before": 15, "week_before": 3, "now": {"count": 20, "negative": 15}},
        ],
        [
            {"history": [6] * 14, "now": {"count": 20, "negative": 15}},
            {
                "history": [2] * 14,
                "same_hour": [16, 15, 16],
                "now": {"count": 20, "negative": 15},
            },  # as every week
            {"history": [2] * 14, "day_before": 15, "week_before": 18, "now": {"count": 20, "negative": 15}},  # recurs
        ],
    ),
    "reach": (
        {"min_followers": 10_000, "min_engagement": 500},
        [{"followers": 10_000}, {"engagement": 500}],
        [{"followers": 9_999, "engagement": 499}, {"followers": 10_000, "negative": False}],
    ),
    "hot_list": ({"top": 10}, [{"rank": 10}, {"rank": 1}], [{"rank": 11}, {"rank": None}]),
    "share_of_voice": (
        {"shift": 0.2, "min_count": 50},
        [{"count": 50, "all": 100, "history": [0.3] * 7}, {"count": 5, "all": 100, "history": [0.3] * 7}],
        [
            {"count": 49, "all": 100, "history": [0.3] * 7},
            {"count": 25, "all": 49, "history": [0.3] * 7},
            {"count": 50, "all": 100, "history": [0.3] * 6},
        ],
    ),
    "rating_drop": (
        {"drop": 0.2, "min_count": 5},
        [{"rating": 0.5, "count": 5, "before": 0.75, "before_count": 50}],
        [
            {"rating": 0.6, "count": 5, "before": 0.75, "before_count": 50},
            {"rating": 0.1, "count": 4, "before": 0.75, "before_count": 50},
            {"rating": None, "count": 0, "before": 0.75, "before_count": 50},
        ],
    ),
    "absence": (
        {"min_runs": 2, "min_posts": 1, "min_coverage": 0.8},
        [
            {"runs": 1, "seeing": 1, "posts": 5},
            {"runs": 4, "seeing": 1, "posts": 5},
            {"runs": 4, "seeing": 4, "posts": 0},
            {"runs": 4, "seeing": 4, "posts": 5, "coverage": 0.7},
        ],
        [{"runs": 4, "seeing": 2, "posts": 5}, {"runs": 4, "seeing": 4, "posts": 5, "coverage": 0.9}],
    ),
    "customer": (
        {"tiers": ["gold"], "min_count": 2},
        [{"tier": "gold", "count": 2}],
        [{"tier": "silver", "count": 9}, {"tier": "gold", "count": 1}, {"tier": "gold", "count": 2, "weight": 0.2}],
    ),
    "story": (
        {"min_count": 20, "min_authors": 10, "min_share": 0.5, "growth": 2, "min_coordination": 0.1},
        [{"count": 20, "negative": 10, "authors": 10, "before": 10, "coordination": 0.1}],
        [
            {"count": 19, "negative": 19, "authors": 19, "coordination": 1},
            {"count": 20, "negative": 9, "authors": 10, "coordination": 1},
            {"count": 20, "negative": 20, "authors": 9, "coordination": 1},
            {"count": 20, "negative": 20, "authors": 10, "before": 11, "coordination": 1},
            {"count": 20, "negative": 20, "authors": 10, "coordination": 0.05},
        ],
    ),
}
"""Every kind, in the words of a rule's file."""


def test_every_kind_has_a_table_and_a_detector() -> None:
    assert sorted(CASES) == kinds()
    for kind in kinds():
        assert callable(detector(kind).find)
        assert callable(detector(kind).say)


@pytest.mark.parametrize("kind", CASES)
def test_a_kind_means_what_its_table_says(kind: str) -> None:
    when, fires, silent = CASES[kind]
    module = module_of(kind)
    condition = module.When.model_validate({"kind": kind, **when})
    for expected, table in ((True, fires), (False, silent)):
        for row in table:
            assert condition.judge(module.Facts.model_validate(row)).fires is expected, row


@pytest.mark.parametrize("kind", CASES)
def test_a_file_of_every_kind_is_read_with_its_tests_and_refused_when_they_lie(kind: str, tmp_path: Path) -> None:
    when, fires, silent = CASES[kind]
    cases = [{"name": f"{verdict} {n}", "fires": verdict, **row} for verdict, rows in ((True, fires), (False, silent))
             for n, row in enumerate(rows)]  # fmt: skip
    data = {"title": "规则", "when": {"kind": kind, **when}, "severity": "notice", "owner": "值班", "runbook": "看原文"}
    path = tmp_path / "one.yaml"
    path.write_text(yaml.safe_dump({**data, "tests": cases}, allow_unicode=True), encoding="utf-8")
    rule = load(path, Rule)
    assert (rule.when.kind, len(rule.tests)) == (kind, len(cases))
    cases[0]["fires"] = False
    path.write_text(yaml.safe_dump({**data, "tests": [*cases, cases[-1]]}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"tests\.0: 'True 0' is to stay silent, but the rule would fire"):
        load(path, Rule)


def test_two_looks_of_a_burst_are_two_windows() -> None:
    when = module_of("negative_burst").When.model_validate(
        {"kind": "negative_burst", "window": "1h", "history": "12h", "min_count": 10, "min_share": 0.5, "ratio": 3,
         "slow": {"window": "1d", "history": "14d", "min_count": 40}}
    )  # fmt: skip
    quick, slow = when.looks()
    assert (quick.window, quick.min_count, slow.window, slow.history // slow.window) == (HOUR, 10, 24 * HOUR, 14)
    assert STEPS == 4
