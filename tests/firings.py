"""Firings as an evaluation hands them to the alerts, for tests of what comes after."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from config.rule import Severity
from indexing.alerts.alert import Evidence, Quote
from indexing.alerts.figure import Figure
from indexing.alerts.firing import Firing


def firing(at: datetime, **fields: Any) -> Firing:
    """Make a firing whose window ends at the moment."""
    ids = fields.pop("ids", ("weibo:post:1:xinghe",))
    quotes = (Quote(id=ids[0], platform="weibo", published_at=at, text="又闪退了", engagement=12),)
    made = Firing(
        rule="burst", kind="negative_burst", title="负面突增", brand="xinghe", severity=Severity.SERIOUS,
        began_at=at - timedelta(minutes=30), last_at=at, window_start=at - timedelta(hours=1), window_end=at,
        weight=30.0, figures=(Figure(name="negative", value=30, usual=2, unit="mentions"),),
        reason_zh="负面 30 条，此前每小时 2 条", reason_en="30 negative mentions, 2 an hour before",
        evidence=Evidence(ids=tuple(ids), total=len(ids), quotes=quotes), owner="值班", runbook="先看原文",
    )  # fmt: skip
    return replace(made, **fields)
