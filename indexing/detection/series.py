"""Counts over time from the index: which brands may fire at all, and then their timelines.

First the recent mentions are counted, one number a brand; only where that reaches what it takes at the least is the
past asked for. So a thousand silent rules cost one short count each.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from config.kinds import Reading, Verdict
from config.rule import Rule
from indexing.detection.found import Span
from indexing.detection.reading import Frame, Parts
from indexing.detection.search_rounds import Body, Request, SearchRounds, Tally
from indexing.detection.timeline import STEPS, Episode, Timeline, episodes
from indexing.mentions.document import millis
from indexing.mentions.query_dsl import to_dsl

__all__ = ["NEGATIVE", "Key", "Look", "counting", "counts_in", "found_in", "lines", "period", "scope"]

Key = tuple[str, str | None]
"""What a timeline is of: a brand, and a story, customer or word where those are counted apart."""

NEGATIVE: Body = {"term": {"sentiment.label": "negative"}}
"""Mentions that a person calls negative, or the model where no person has spoken."""
_MILLISECOND = timedelta(milliseconds=1)
_MOST_BUCKETS = 40_000
_MOST_GROUPS = 10_000
_MOST_APART = 500
_MOST_VALUES = 5_000
_MOST_TOLD = 100
"""Brands up to which those are counted too that cannot fire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a rule counts: windows of `window`, of which those that ended within `late` may fire."""

    window: timedelta
    late: timedelta = timedelta()
    past: timedelta = timedelta()
    """How long before its beginning a window's verdict depends on."""
    measures: Mapping[str, Body] = field(default_factory=dict)
    """Aggregations of each bucket: `filter` and `sum` add up, `terms` are united, `stats` is a sum and extremes."""
    subject: tuple[Body, ...] = ()
    """Filters for the mentions that decide, such as the negative ones."""
    only: tuple[Body, ...] = ()
    """Filters for all that is counted."""
    least: int = 0
    """Mentions of the subject that a window must hold to fire: with 0, every brand is looked at."""
    by: str | None = None
    """The field whose values are counted apart."""
    new: bool = False
    """Whether values are looked for that stand out against the past, instead of the most frequent ones."""
    group: str | None = "brand"
    """The field of what a timeline is of; None for one timeline of all, under the one name that is asked for."""
    kind: str = "mentions"

    @property
    def step(self) -> timedelta:
        """The length of a bucket."""
        return self.window / STEPS

    def buckets(self, span: Span) -> tuple[int, int]:
        """Return how many buckets there are, and how many of the last ones a window that may fire can touch."""
        late = self.late if span.since is None else span.now - span.since
        recent = STEPS + late // self.step
        return recent + -(-self.past // self.step), recent

    def stops(self, span: Span) -> range:
        """Return where the windows end that may fire."""
        whole, recent = self.buckets(span)
        return range(whole - recent + STEPS, whole + 1)


def scope(rule: Rule, brands: Sequence[str]) -> tuple[Body, ...]:
    """Return the filters for the brands' mentions that the rule's query matches."""
    return ({"terms": {"brand": list(brands)}}, *((to_dsl(rule.parsed),) if rule.parsed else ()))


def period(start: datetime, end: datetime) -> Body:
    """Return the filter for what was published in [start, end)."""
    return {"range": {"@timestamp": {"gte": start.isoformat(), "lt": end.isoformat()}}}


def counting(filters: Sequence[Body]) -> Body:
    """Return the search that counts what all filters match."""
    return {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": list(filters)}}}


def lines(filters: Sequence[Body], look: Look, groups: Sequence[str], span: Span) -> SearchRounds[dict[Key, Timeline]]:
    """Ask for the timelines of `groups` (brands) that may fire; with `least` 0 and nothing apart, of every one."""
    whole, recent = look.buckets(span)
    asked: dict[str, list[str]] | None = None
    if look.least or look.by:
        start = span.now - recent * look.step
        told = span.nearness is not None and len(groups) <= _MOST_TOLD and not look.by
        answers = yield [_floor(filters, look, start, span.now - whole * look.step, span.now, told=told)]
        counted = answers[0]["g"]["buckets"]
        asked = {bucket["key"]: _apart(bucket) for bucket in counted if bucket["doc_count"] >= look.least}
        if span.nearness:
            span.nearness.floor(look.least, {bucket["key"]: bucket["doc_count"] for bucket in counted}, look.kind)
        if look.by:
            asked = {group: apart for group, apart in asked.items() if apart}
        groups = list(asked)
    frame = Frame(end=span.now, step=look.step, buckets=whole, measures=look.measures)
    parts: dict[Key, Parts] = {} if look.by else {(group, None): Parts(frame) for group in groups}
    tallies: list[Request] = list(_tallies(filters, look, groups, asked, span))
    for answer in (yield tallies) if tallies else []:
        for bucket in answer["g"]["buckets"] if look.group else [{**answer, "key": groups[0]}]:
            for key, inner in _keyed(bucket, look):
                if not look.by or (asked and key[1] in asked[key[0]]):
                    parts.setdefault(key, Parts(frame)).add(inner["time"]["buckets"])
    return {key: found.timeline() for key, found in parts.items()}


def found_in(
    line: Timeline,
    look: Look,
    span: Span,
    judge: Callable[[int], Verdict | None],
    began: str = "count",
    *,
    of: Key | None = None,
    short: Callable[[int], Verdict] | None = None,
) -> Iterator[tuple[Episode, dict[str, Any]]]:
    """Yield the episodes of a timeline, each with the times that a Found states; `began` is what it begins with.

    What it is `of` is told to the span's nearness with the last window's verdict, or where that is None with what
    `short` says of it.
    """
    judge = _told_last(line, look, span, judge, of, short) if span.nearness and of else judge
    for episode in episodes(look.stops(span), STEPS, judge):
        first = next(
            (at for at in range(max(episode.began, 0), episode.last) if line.sum(began, at, at + 1)), episode.began
        )
        yield (
            episode,
            {
                "began_at": line.time(first),
                "fired_at": line.time(episode.began + STEPS),
                "last_at": line.time(episode.last),
                "start": line.time(episode.worst - STEPS),
                "end": line.time(episode.worst),
                "verdict": episode.verdict,
            },
        )


def _told_last(
    line: Timeline,
    look: Look,
    span: Span,
    judge: Callable[[int], Verdict | None],
    of: Key,
    short: Callable[[int], Verdict] | None,
) -> Callable[[int], Verdict | None]:
    """Return the same judge, that tells the last window's verdict on."""
    last = max(look.stops(span))

    def judged(stop: int) -> Verdict | None:
        verdict = judge(stop)
        if stop == last and span.nearness:
            told = verdict or (short(stop) if short else counts_in(line, stop))
            span.nearness.judged(of, told, look.kind, look.by)
        return verdict

    return judged


def counts_in(line: Timeline, stop: int, *names: str) -> Verdict:
    """Return what the window before bucket `stop` holds, as a verdict that does not fire; by default all sums."""
    wanted = names or tuple(line.sums)
    return Verdict(fires=False, readings=tuple(Reading(name, line.sum(name, stop - STEPS, stop)) for name in wanted))


def _floor(
    filters: Sequence[Body], look: Look, start: datetime, past: datetime, now: datetime, *, told: bool = False
) -> Tally:
    """Return the count that says who may fire, and where it is `told`, how many the others have."""
    least = 1 if told else max(1, look.least)
    groups: Body = {"terms": {"field": look.group, "size": _MOST_GROUPS, "min_doc_count": least}}
    if look.by:
        apart = {"field": look.by, "size": _MOST_APART, "min_doc_count": max(1, look.least)}
        if look.new:
            before = {"bool": {"filter": [*filters, *look.only, period(past, start)]}}
            groups["aggs"] = {"b": {"significant_terms": {**apart, "background_filter": before}}}
        else:
            groups["aggs"] = {"b": {"terms": apart}}
    return Tally(
        kind=look.kind,
        query=period(start, now),
        filter={"bool": {"filter": [*filters, *look.only, *look.subject]}},
        aggs={"g": groups},
        buckets=100 if not look.by else 10_000,
    )


def _apart(bucket: Mapping[str, Any]) -> list[str]:
    return [one["key"] for one in bucket["b"]["buckets"]] if "b" in bucket else []


def _tallies(
    filters: Sequence[Body], look: Look, groups: Sequence[str], asked: Mapping[str, Sequence[str]] | None, span: Span
) -> Iterator[Tally]:
    """Yield what to ask for the timelines, in pieces that the server answers."""
    whole, _ = look.buckets(span)
    width = 1 + len(look.measures)
    apart = sorted({value for group in groups for value in (asked or {}).get(group, ())}) if look.by else []
    length = min(whole, max(1, _MOST_BUCKETS // (width * max(1, min(len(apart), _MOST_APART)))))
    at_once = max(1, _MOST_BUCKETS // (width * length * max(1, len(apart))))
    for begin in range(0, len(groups), at_once):
        some = groups[begin : begin + at_once]
        for first in range(0, whole, length):
            last = min(whole, first + length)
            start, end = (span.now - (whole - bucket) * look.step for bucket in (first, last))
            own = [*filters, *look.only, *([{"terms": {look.group: list(some)}}] if look.group else [])]
            if look.by:
                own.append({"terms": {look.by: apart}})
            yield Tally(
                kind=look.kind,
                query=period(start, end),
                filter={"bool": {"filter": own}},
                aggs=_grouped(look, apart, span.now),
                buckets=len(some) * max(1, len(apart)) * (last - first) * width,
            )


def _grouped(look: Look, apart: Sequence[str], now: datetime) -> Body:
    histogram = {
        "field": "@timestamp",
        "fixed_interval": f"{round(look.step / _MILLISECOND)}ms",
        "offset": f"{millis(now) % round(look.step / _MILLISECOND)}ms",
        "min_doc_count": 1,
    }
    time: Body = {"date_histogram": histogram}
    if look.measures:
        time["aggs"] = {name: _capped(measure) for name, measure in look.measures.items()}
    inner: Body = {"time": time}
    if look.by:
        named = {"field": look.by, "size": len(apart), "include": list(apart)}
        inner = {"b": {"terms": named, "aggs": inner}}
    return {"g": {"terms": {"field": look.group, "size": _MOST_GROUPS}, "aggs": inner}} if look.group else inner


def _capped(measure: Body) -> Body:
    return {"terms": {"size": _MOST_VALUES, **measure["terms"]}} if "terms" in measure else measure


def _keyed(bucket: Mapping[str, Any], look: Look) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    if look.by:
        yield from (((bucket["key"], inner["key"]), inner) for inner in bucket["b"]["buckets"])
    else:
        yield (bucket["key"], None), bucket
