"""What the kinds that judge one mention at a time have in common: mentions in, episodes out."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.kinds import Condition, Reading, Verdict
from config.rule import Rule
from indexing.detection.counted import IN_WINDOW
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path
from indexing.detection.search_rounds import Body, Search, SearchRounds
from indexing.detection.series import period, scope

__all__ = ["Event", "events", "number", "of_events", "of_lists", "of_stories", "recent", "together", "values"]

_MOST = 2_000
_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Event:
    """One mention with the fields that were asked for."""

    id: str
    brand: str
    story: str | None
    at: datetime
    fields: Mapping[str, list[Any]]


def events(
    rule: Rule, brands: Sequence[str], since: datetime, until: datetime, filters: Sequence[Body], fields: Sequence[str]
) -> SearchRounds[list[Event]]:
    """Ask for the mentions of a time that pass the filters, oldest first; of too many the newest."""
    dates = {"field": "@timestamp", "format": "strict_date_optional_time"}
    body = {
        "size": _MOST,
        "_source": False,
        "query": {"bool": {"filter": [*scope(rule, brands), period(since, until), *filters]}},
        "sort": [{"@timestamp": "desc"}, {"post_id": "desc"}],
        "docvalue_fields": [dates, *({"field": name} for name in dict.fromkeys(("brand", "story.id", *fields)))],
    }
    (answer,) = yield [Search(body=body)]
    return [_event(hit) for hit in reversed(answer["hits"]["hits"])]


def recent(when: Condition, span: Span) -> datetime:
    """Return since when events count."""
    return span.since or span.now - when.window - when.late


def together(found: Sequence[tuple[Event, Verdict]], gap: timedelta) -> Iterator[list[tuple[Event, Verdict]]]:
    """Yield the events of one brand that follow each other within the gap."""
    by_brand = defaultdict(list)
    for event, verdict in found:
        by_brand[event.brand].append((event, verdict))
    for of_brand in by_brand.values():
        run: list[tuple[Event, Verdict]] = []
        for pair in of_brand:
            if run and pair[0].at - run[-1][0].at > gap:
                yield run
                run = []
            run.append(pair)
        yield run


def of_events(rule: Rule, run: Sequence[tuple[Event, Verdict]], subject: Sequence[Body], **more: Any) -> Found:
    """Return the episode of events that are counted together."""
    first, last = run[0][0], run[-1][0]
    end = last.at + _MOMENT
    count = Reading("count", len(run), None, "mentions")
    readings = (count, *more.pop("readings", ()))
    traces = {"count": IN_WINDOW, **more.pop("traces", {})}
    return Found(
        brand=first.brand,
        began_at=first.at,
        fired_at=first.at,
        last_at=last.at,
        start=min(first.at, end - rule.when.window),  # the life cycle calls it over when so much time has passed
        end=end,
        verdict=Verdict(fires=True, weight=max(verdict.weight for _, verdict in run), readings=readings),
        scope=scope(rule, [first.brand]),
        subject=tuple(subject),
        traces=traces,
        **more,
    )


def of_lists(
    rule: Rule,
    brands: Sequence[str],
    span: Span,
    filters: Sequence[Body],
    judge: Callable[[Event], Verdict],
    field: str,
) -> SearchRounds[list[Found]]:
    """Return the episodes of mentions that pass the filters, as `judge` holds each."""
    when = rule.when
    found = yield from events(rule, brands, recent(when, span), span.now, filters, [field])
    judged = [(event, verdict) for event in found if (verdict := judge(event)).fires]
    runs = together(judged, when.window)
    return [of_events(rule, run, filters, words={"value": _shown(run, field), "field": field}) for run in runs]


def of_stories(
    rule: Rule,
    found: Sequence[Event],
    filters: Sequence[Body],
    judge: Callable[[Event], Verdict],
    measured: Mapping[str, str],
) -> list[Found]:
    """Return one episode a brand and story, with the figures of its heaviest post; `measured` names their fields."""
    by_story: defaultdict[tuple[str, str | None], list[tuple[Event, Verdict]]] = defaultdict(list)
    for event in found:
        if (verdict := judge(event)).fires:
            by_story[event.brand, event.story].append((event, verdict))
    return [_loudest(rule, run, filters, measured) for run in by_story.values()]


def _loudest(
    rule: Rule, run: Sequence[tuple[Event, Verdict]], filters: Sequence[Body], measured: Mapping[str, str]
) -> Found:
    event, verdict = max(run, key=lambda pair: pair[1].weight)
    story: list[Body] = [{"term": {"story.id": event.story}}] if event.story else []
    aggs = {name: {"max": {"field": field}} for name, field in measured.items()}
    post = {"size": 0, "query": {"ids": {"values": [event.id]}}, "aggs": aggs}
    return of_events(
        rule,
        run,
        [*filters, *story],
        story=event.story,
        readings=verdict.readings,
        asks={"post": post},
        traces={name: at_path("post", "aggregations", name, "value") for name in measured},
    )


def number(event: Event, field: str) -> int:
    """Return an event's whole number in a field; 0 for none."""
    return max(0, int(next(iter(event.fields.get(field, ())), 0)))


def values(event: Event, field: str) -> tuple[str, ...]:
    """Return an event's values in a field."""
    return tuple(str(value) for value in event.fields.get(field, ()))


def _shown(run: Sequence[tuple[Event, Verdict]], field: str) -> str:
    return next((", ".join(values(event, field)[:3]) for event, _ in run if values(event, field)), "–")


def _event(hit: Mapping[str, Any]) -> Event:
    fields = hit["fields"]
    return Event(
        id=hit["_id"],
        brand=fields["brand"][0],
        story=(fields.get("story.id") or [None])[0],
        at=datetime.fromisoformat(fields["@timestamp"][0]),
        fields=fields,
    )
