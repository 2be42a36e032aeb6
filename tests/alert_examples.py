"""Alerts as the life cycle writes them, for tests of what comes after."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from config.rule import Severity
from indexing.alerts.alert import Alert, Delivery, Evidence, Quote, State
from indexing.alerts.figure import Figure

NOW = datetime.now(UTC).replace(microsecond=0)


def example(id: str = "burst.xinghe.1", channels: tuple[str, ...] = ("hook",), **fields: Any) -> Alert:
    """Make an alert that its channels are still to be told of."""
    quote = Quote(id="weibo:post:1:xinghe", platform="weibo", published_at=NOW, text="又闪退了", engagement=12)
    alert = Alert(
        id=id, fingerprint="burst.xinghe", rule="burst", kind="negative_burst", title="负面突增", brand="xinghe",
        severity=Severity.CRISIS, state=State.FIRING, raised_at=NOW, began_at=NOW, last_at=NOW, evaluated_at=NOW,
        window_start=NOW, window_end=NOW, weight=30, reason_zh="负面 30 条", reason_en="30 negative mentions",
        figures=(Figure(name="negative", value=30, usual=2, unit="mentions"), Figure(name="share", value=0.75)),
        evidence=Evidence(ids=(quote.id,), total=30, quotes=(quote,)), owner="值班", runbook="https://example.org/run",
        step=0, step_at=NOW, delivery=tuple(Delivery(channel=channel) for channel in channels),
    )  # fmt: skip
    return replace(alert, **fields)
