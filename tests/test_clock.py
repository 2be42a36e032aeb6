"""Whoever reads a time reads Beijing's, whatever zone it was written in; a figure that is whole is shown whole."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commands.screen import clock
from dashboards.page.shown import number
from indexing.alerts.facts import _written
from indexing.alerts.figure import Figure

HERE = Path(__file__).resolve().parent.parent
ITS_OWN_CLOCK = re.compile(r"\{[^{}]*:%[^{}]*%H:%M[^{}]*\}|strftime\([^)]*%H")
"""Where a time is written for people."""


def test_a_time_is_shown_by_the_clock_of_beijing() -> None:
    assert clock(datetime(2026, 11, 30, 20, 5, tzinfo=UTC)) == "2026-12-01 04:05"
    assert clock(datetime.fromisoformat("2026-12-01T04:05+08:00")) == "2026-12-01 04:05"


def test_no_command_shows_another_clock() -> None:
    shown = {
        f"{path.relative_to(HERE)}: {line.strip()}"
        for folder in ("commands", "indexing/customers/sync")
        for path in (HERE / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if ITS_OWN_CLOCK.search(line) and "DAY_ZONE" not in line
    }
    assert {line for line in shown if "published:" not in line} == set()


@pytest.mark.parametrize(("value", "said"), [(3, "3"), (2.9999999, "3"), (18.333, "18.33"), (1234.5, "1,234.50")])
def test_a_figure_is_whole_where_nothing_else_can_be_seen(value: float, said: str) -> None:
    assert number(value) == said
    assert _written(Figure(name="peak", value=value), value) == said
