"""`change` on the index: a field's value against the one that the same account, customer or story had before."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from config.kinds import Verdict
from config.kinds.change import Facts, When
from config.rule import Rule
from indexing.detection.events import Event, events, of_events, recent, together, values
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, about, joined

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the mentions in which a value has changed."""
    when = cast(When, rule.when)
    fields, since = [when.by, when.field], recent(when, span)
    whose = {"exists": {"field": when.by}}
    now = yield from events(rule, brands, since, span.now, [whose], fields)
    owners = sorted({owner for event in now for owner in values(event, when.by)})
    if not owners:
        return []
    theirs = {"terms": {when.by: owners}}
    before = yield from events(rule, brands, since - when.history, since, [theirs], fields)
    known: dict[tuple[str, str], tuple[datetime, str | None]] = {}
    changed: list[tuple[Event, Verdict]] = []
    for event in (*before, *now):
        key = event.brand, values(event, when.by)[0]
        value = next(iter(values(event, when.field)), None)
        at, old = known.get(key, (event.at, None))
        verdict = when.judge(Facts(before=old if event.at - at <= when.history else None, now=value))
        if verdict.fires and event.at >= since:
            changed.append((event, verdict))
        if value is not None or not when.ignore_missing:
            known[key] = event.at, value
    return [
        of_events(rule, run, [{"ids": {"values": [event.id for event, _ in run]}}], words=_words(when, run))
        for run in together(changed, when.window)
    ]


def _words(when: When, run: Sequence[tuple[Event, Verdict]]) -> dict[str, str]:
    return {"field": when.field, "value": next(iter(values(run[-1][0], when.field)), "–")}


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    count, value = round(found.verdict.figure("count")), about(found.words["value"])
    field = found.words["field"]
    return joined(
        found,
        name,
        span,
        f" {field} 变化 {count} 次，最近变为 {value}",
        f"{field} changed {count:,} times, last to {value},",
    )
