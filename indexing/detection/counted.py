"""What the kinds that judge one window at a time have in common: timelines in, episodes out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from config.kinds import Verdict
from config.rule import Rule
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path
from indexing.detection.search_rounds import Body, SearchRounds
from indexing.detection.series import Key, Look, counting, found_in, lines, period, scope
from indexing.detection.timeline import Timeline

__all__ = ["IN_WINDOW", "apart_by", "episodes_of", "found_by", "with_earlier"]

_APART = {"story": "story.id", "customer": "customer.id"}
Judge = Callable[[Timeline, int], Verdict | None]
IN_WINDOW = at_path("window", "hits", "total", "value")
"""The trace of how many mentions the finding counts."""


def apart_by(by: str | None) -> str | None:
    """Return the field that a rule counts apart by."""
    return None if by is None else _APART[by]


def found_by(
    rule: Rule, brands: Sequence[str], look: Look, span: Span, judge: Judge, **more: Any
) -> SearchRounds[list[Found]]:
    """Return the episodes of every timeline of the look, as `judge` holds its windows; `more` is Found's."""
    return episodes_of(rule, look, span, (yield from lines(scope(rule, brands), look, brands, span)), judge, **more)


def episodes_of(
    rule: Rule,
    look: Look,
    span: Span,
    of: Mapping[Key, Timeline],
    judge: Judge,
    *,
    traces: Mapping[str, str] | None = None,
    usual: timedelta = timedelta(),
    **more: Any,
) -> list[Found]:
    """Return the episodes of timelines that are there already; `usual` is how long before them their usual was."""
    found = []
    for (brand, value), line in of.items():
        judging = partial(judge, line)
        for _, times in found_in(line, look, span, judging, of=(brand, value)):
            found.append(
                Found(
                    brand=brand,
                    story=value if look.by == _APART["story"] else None,
                    customer=value if look.by == _APART["customer"] else None,
                    scope=(*scope(rule, [brand]), *look.only),
                    subject=(*look.subject, *_only(look, value)),
                    traces={"count": IN_WINDOW, **(traces or {})},
                    usual_since=times["start"] - usual if usual else None,
                    **{"words": {"value": value or ""}, **more},
                    **times,
                )
            )
    return found


def with_earlier(found: Found, trace: str, aggs: Body | None = None) -> Found:
    """Return the finding with the question `earlier`, the same mentions before it, and the usual's trace in there."""
    before = counting([*found.scope, *found.subject, period(found.start - found.history, found.start)])
    asks = {**found.asks, "earlier": before | ({"aggs": aggs} if aggs else {})}
    return replace(found, asks=asks, traces={**found.traces, "usual": trace})


def _only(look: Look, value: str | None) -> tuple[Body, ...]:
    return ({"term": {look.by: value}},) if look.by and value is not None else ()
