"""Hold every rule against the index, and bring the alerts up to date with what is found."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from config.brand import Brand
from config.rota import Rota
from config.rule import Rule
from indexing.alerts.alert import Alert
from indexing.alerts.detect import Finding, negative_burst
from indexing.alerts.evidence import gather
from indexing.alerts.figure import Figure
from indexing.alerts.firing import Firing
from indexing.alerts.lifecycle import in_milliseconds, take
from indexing.alerts.reason import in_chinese, in_english
from indexing.alerts.series import Watch, read_series
from indexing.alerts.telling import tell
from indexing.elasticsearch.patience import patiently
from indexing.elasticsearch.store import Store

__all__ = ["evaluate"]


def evaluate(
    store: Store, rules: Sequence[Rule], brands: Sequence[Brand], *, now: datetime, rota: Rota | None = None
) -> list[Alert]:
    """Return the alerts that are open at `now`, written to the index with whom to tell; `rules` are all there are."""
    now = in_milliseconds(now)
    patiently(lambda: store.refresh("mentions"))
    take(store, _bursts(store, rules, brands, now), rules, now=now)
    return tell(store, rules, rota, now=now)


def _bursts(store: Store, rules: Sequence[Rule], brands: Sequence[Brand], now: datetime) -> Iterator[Firing]:
    for watch, series in list(read_series(store, rules, brands, now)):
        if finding := negative_burst(series, watch.rule.when):
            yield _firing(store, watch, finding, now)


def _firing(store: Store, watch: Watch, finding: Finding, now: datetime) -> Firing:
    rule, brand, figures = watch.rule, watch.brand, finding.figures
    usual = figures.usual if figures.relative else None
    numbers = [
        Figure(name="negative", value=figures.negative, usual=usual, unit="mentions"),
        Figure(name="count", value=figures.count, unit="mentions"),
        Figure(name="share", value=figures.share, unit="0 to 1"),
        Figure(name="threshold", value=figures.threshold, unit="mentions"),
        Figure(name="past_windows", value=figures.past_windows, unit="windows"),
    ]
    if figures.relative and figures.times:
        numbers.insert(1, Figure(name="times", value=figures.times))
    return Firing(
        rule=rule.id,
        kind=rule.when.kind,
        title=rule.title,
        brand=brand.id,
        severity=rule.severity,
        began_at=finding.began_at,
        last_at=finding.last_at,
        window_start=finding.start,
        window_end=finding.end,
        weight=figures.negative,
        figures=tuple(numbers),
        reason_zh=in_chinese(finding, rule.when, brand, now),
        reason_en=in_english(finding, rule.when, brand, now),
        evidence=gather(store, watch, finding),
        owner=rule.owner,
        runbook=rule.runbook,
    )
