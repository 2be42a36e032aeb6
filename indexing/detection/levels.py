"""How near brands came to their burst rules, hour by hour: what was counted, what is usual, what it takes to fire.

Rules tell of what fires alone, so a chart of what did not would have nothing to show. The hours are worked out from the
mentions with the rules' own judgement, once an hour and not with every evaluation; the last ones again, since posts
come late.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from config.brand import Brand
from config.kinds.negative_burst import When
from config.rule import Rule
from indexing.detection.found import Span
from indexing.detection.search_rounds import EvaluationFailed, SearchRounds, drive
from indexing.detection.threshold import judged
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp

__all__ = ["keep_levels"]

_KIND = "levels"
_HOUR = timedelta(hours=1)
_KEPT = timedelta(days=30)
"""How far back the first call goes."""
_LATE = timedelta(hours=6)
Level = dict[str, Any]


def keep_levels(store: Store, rules: Sequence[Rule], brands: Sequence[Brand], *, now: datetime) -> int:
    """Write the full hours up to `now` (aware) that are not written, with the six before them; return how many levels.

    The same hour again replaces itself. EvaluationFailed when the index does not answer for a rule.
    """
    until = now.replace(minute=0, second=0, microsecond=0)
    watching = {rule.id: rule for rule in rules if rule.when.kind == "negative_burst"}
    since = _written_up_to(store, until)
    if not watching or not brands or since >= until:
        return 0
    span = Span(now=until, since=max(since - _LATE, until - _KEPT))
    results, failures = drive(store, {id: _levels(rule, brands, span) for id, rule in watching.items()})
    for id, reason in failures.items():
        raise EvaluationFailed(f"rule {id}: {reason}: mend Elasticsearch (`tingfeng doctor`)")
    levels = [level for found in results.values() for level in found]
    _write(store, levels)
    return len(levels)


def _written_up_to(store: Store, until: datetime) -> datetime:
    """Return the end of the last hour that is written."""
    with store_errors():
        store.refresh(_KIND)
        aggs = {"last": {"max": {"field": "@timestamp"}}}
        answer = store.client.search(index=store.alias(_KIND), size=0, aggs=aggs)
    last = answer["aggregations"]["last"]["value"]
    return until - _KEPT if last is None else datetime.fromtimestamp(last / 1000, until.tzinfo) + _HOUR


def _levels(rule: Rule, brands: Sequence[Brand], span: Span) -> SearchRounds[list[Level]]:
    watched = [brand.id for brand in brands if rule.watches(brand)]
    if not watched:
        return []
    windows = yield from judged(rule, cast(When, rule.when).looks()[0], watched, span, lambda end: _is_full(end, span))
    return [
        {
            "@timestamp": timestamp(end - _HOUR),
            "rule": rule.id,
            "brand": brand,
            "counted": round(verdict.figure("negative")),
            "usual": verdict.reading("negative").usual,
            "threshold": verdict.figure("threshold"),
        }
        for brand, end, verdict in windows
    ]


def _is_full(end: datetime, span: Span) -> bool:
    """Whether a window that ends then is one of a full hour."""
    return end == end.replace(minute=0, second=0, microsecond=0) and (span.since is None or end > span.since)


def _write(store: Store, levels: Sequence[Level]) -> None:
    actions = [
        Action(
            operation="index",
            index=store.alias(_KIND),
            id=f"{level['rule']}:{level['brand']}:{level['@timestamp']}",
            source={name: value for name, value in level.items() if value is not None},
        )
        for level in levels
    ]
    if refused := [answer.reason for answer in send(store.client, actions) if not answer.done]:
        raise EvaluationFailed(f"{_KIND}: {refused[0]}: run `tingfeng doctor`")
