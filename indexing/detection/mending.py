"""Rules that people seldom found worth it, each with the budget that would have kept the noise back."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from config.both import Both
from config.brand import Brand
from config.kinds.negative_burst import When
from config.page_budget import PageBudget
from config.rule import Rule
from indexing.alerts.alert import Alert
from indexing.alerts.worth import Precision, Worth, judged_since
from indexing.detection.lab import replay
from indexing.detection.search_rounds import EvaluationFailed
from indexing.elasticsearch.store import Store

__all__ = ["doubts", "mended"]

_log = logging.getLogger(__name__)

_MONTH = timedelta(days=30)
_FEWEST = 3
"""Alerts of a month that people must have judged before their rule is named."""
_HALF = 0.5
_FIRST = PageBudget(at_most=2, per="month")
_TIMES_LESS = (2, 4, 8)


def doubts(store: Store, rules: Sequence[Rule], brands: Sequence[Brand], *, now: datetime) -> str:
    """Return what to say of rules that were right in less than half of the last 30 days' judged alerts; or nothing."""
    lines: list[str] = []
    for rule in rules:
        judged = judged_since(store, rule.id, now - _MONTH)
        right = _right(judged)
        if len(judged) < _FEWEST or right >= _HALF * len(judged):
            continue
        told = Precision(rule=rule.id, month="", right=right, judged=len(judged))
        try:
            budget = mended(store, rule, brands, judged, now=now)
        except EvaluationFailed as error:  # the sign of life comes all the same
            _log.warning("no budget was looked for: %s", error)
            budget = None
        remedy = _remedy(rule, budget)
        lines.append(f"规则 {rule.id} 近 30 天判过 {len(judged)} 次，只有 {right} 次该叫；{remedy.zh}。")
        lines.append(f"Rule {rule.id}: {told} right in 30 days; {remedy.en}.")
    return "\n".join(lines)


def _remedy(rule: Rule, budget: PageBudget | None) -> Both:
    if not isinstance(rule.when, When):
        return Both("请收紧 query 或阈值", "narrow its query or raise what it takes to fire")
    if budget is None:
        return Both(
            "换更少的提醒次数也无济于事：请收紧 query 或 min_count",
            "no budget would have mended it: narrow its query or raise min_count",
        )
    pages = f"pages: {{at_most: {budget.at_most:g}, per: {budget.per}}}"
    if rule.when.pages:
        return Both(f"把它改成 {pages}，这一半以上就是对的", f"{pages} would have mended it")
    return Both(f"用 {pages} 代替 ratio，这一半以上就是对的", f"{pages} in place of its ratio would have mended it")


def mended(
    store: Store, rule: Rule, brands: Sequence[Brand], judged: Sequence[Alert], *, now: datetime
) -> PageBudget | None:
    """Return the largest smaller budget at which half of the judged alerts that still page are right ones.

    A rule without a budget is tried with one first. None where no budget would have done, or the kind has none.
    """
    when = rule.when
    if not isinstance(when, When):
        return None
    smaller = [(when.pages or _FIRST).shared(times) for times in (*(() if when.pages else (1,)), *_TIMES_LESS)]
    for budget in smaller:
        floor = when.ratio if when.pages else None
        other = rule.model_copy(update={"when": when.model_copy(update={"pages": budget, "ratio": floor})})
        pages = replay(store, other, brands, since=now - _MONTH, now=now).pages
        kept = [
            alert
            for alert in judged
            if any(
                page.brand == alert.brand and alert.began_at - when.window <= page.at <= alert.last_at + when.window
                for page in pages
            )
        ]
        if kept and _right(kept) >= _HALF * len(kept):
            return budget
    return None


def _right(alerts: Sequence[Alert]) -> int:
    return sum(alert.worth == Worth.RIGHT for alert in alerts)
