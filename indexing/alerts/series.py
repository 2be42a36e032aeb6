"""What the rules ask of the index: one plain aggregation a rule, all of them in few requests.

No Painless and no pipeline aggregation, so that the embedded node and every licence serve.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from config.brand import Brand
from config.errors import Mendable
from config.rule import Rule
from indexing.alerts.detect import STEPS, Series, buckets
from indexing.elasticsearch.patience import patiently
from indexing.elasticsearch.query_dsl import to_dsl
from indexing.elasticsearch.store import Store

__all__ = ["NEGATIVE", "EvaluationFailed", "Watch", "ask", "read_series", "scope"]

Body = dict[str, Any]

NEGATIVE: Body = {"term": {"sentiment.label": "negative"}}
"""Mentions that a person calls negative, or the model where no person has spoken."""
_SEARCHES_AT_ONCE = 200
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_BUCKETS = 50_000  # below the server's limit of 65,535 for one search

_log = logging.getLogger(__name__)


class EvaluationFailed(Mendable):
    """The index could not answer any rule; see the message, and evaluate again."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule and one brand that it watches."""

    rule: Rule
    brand: Brand


def read_series(
    store: Store, rules: Sequence[Rule], brands: Sequence[Brand], now: datetime
) -> Iterator[tuple[Watch, Series]]:
    """Yield the counts up to `now` (exclusive, whole milliseconds) of every rule and brand that has any mention.

    A rule that the index cannot answer is logged and left out; EvaluationFailed when there was no answer at all.
    """
    asked = [(rule, group) for rule in rules for group in _groups(rule, brands)]
    answers = ask(store, [_search(rule, group, now) for rule, group in asked])
    failed = []
    for (rule, group), answer in zip(asked, answers, strict=True):
        if reason := _failure(answer):
            failed.append(reason)
            _log.error("rule %s could not be evaluated: %s", rule.id, reason)
            continue
        by_id = {brand.id: brand for brand in group}
        for bucket in answer["aggregations"]["brands"]["buckets"]:
            yield Watch(rule, by_id[bucket["key"]]), _series(rule, bucket, now)
    if asked and len(failed) == len(asked):
        raise EvaluationFailed(f"no rule could be evaluated: {failed[0]}: mend Elasticsearch (`tingfeng doctor`)")


def scope(watch: Watch, start: datetime, end: datetime) -> list[Body]:
    """Return the filters for the brand's mentions in [start, end) that the rule's query matches."""
    return _scope(watch.rule, [watch.brand], start, end)


def ask(store: Store, bodies: Sequence[Body]) -> list[Mapping[str, Any]]:
    """Return the answers to searches of the mentions, in their order; a failed one has an `error`."""
    answers: list[Mapping[str, Any]] = []
    head = {"index": store.alias("mentions"), "ignore_unavailable": True}
    for start in range(0, len(bodies), _SEARCHES_AT_ONCE):
        searches = [part for body in bodies[start : start + _SEARCHES_AT_ONCE] for part in (head, body)]
        answers += patiently(partial(store.client.msearch, searches=searches))["responses"]
    return answers


def _groups(rule: Rule, brands: Sequence[Brand]) -> Iterator[list[Brand]]:
    """Yield the rule's brands in groups small enough for the server's limit of buckets."""
    watched = iter([brand for brand in brands if rule.watches(brand)])
    while group := list(islice(watched, max(1, _MOST_BUCKETS // sum(buckets(rule.when))))):
        yield group


def _scope(rule: Rule, brands: Sequence[Brand], start: datetime, end: datetime) -> list[Body]:
    period = {"range": {"@timestamp": {"gte": start.isoformat(), "lt": end.isoformat()}}}
    query = [to_dsl(rule.parsed)] if rule.parsed else []
    return [{"terms": {"brand": [brand.id for brand in brands]}}, period, *query]


def _search(rule: Rule, brands: Sequence[Brand], now: datetime) -> Body:
    step = rule.when.window / STEPS
    whole, recent = buckets(rule.when)
    histogram = {
        "field": "@timestamp",
        "fixed_interval": f"{_millis(step)}ms",
        "offset": f"{_millis(now - _ZERO) % _millis(step)}ms",
        "min_doc_count": 1,
    }
    time = {"time": {"date_histogram": histogram}}
    aggs = {
        "negative": {"filter": NEGATIVE, "aggs": time},
        "recent": {"filter": {"range": {"@timestamp": {"gte": (now - recent * step).isoformat()}}}, "aggs": time},
        "first": {"min": {"field": "@timestamp"}},
    }
    return {
        "size": 0,
        "query": {"bool": {"filter": _scope(rule, brands, now - whole * step, now)}},
        "aggs": {"brands": {"terms": {"field": "brand", "size": len(brands)}, "aggs": aggs}},
    }


def _series(rule: Rule, bucket: Mapping[str, Any], now: datetime) -> Series:
    step, (whole, recent) = rule.when.window / STEPS, buckets(rule.when)

    def place(length: int, moment: float) -> int:
        return length + int((moment - _millis(now - _ZERO)) // _millis(step))

    def filled(length: int, entries: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
        counts = [0] * length
        for entry in entries:
            counts[place(length, entry["key"])] = entry["doc_count"]
        return tuple(counts)

    return Series(
        end=now,
        step=step,
        negatives=filled(whole, bucket["negative"]["time"]["buckets"]),
        counts=filled(recent, bucket["recent"]["time"]["buckets"]),
        first=place(whole, bucket["first"]["value"]),
    )


def _failure(answer: Mapping[str, Any]) -> str | None:
    """Return why the answer cannot be relied on; half an answer would read as a quiet brand."""
    if "error" in answer:
        causes = answer["error"].get("root_cause") or [answer["error"]]
        return str(causes[0].get("reason") or causes[0].get("type"))
    if not answer["_shards"]["total"]:
        return "there is no index of mentions"
    if answer.get("timed_out") or answer["_shards"]["failed"]:
        return f"{answer['_shards']['failed']} of {answer['_shards']['total']} shards did not answer"
    return None


def _millis(length: timedelta) -> int:
    return round(length / timedelta(milliseconds=1))
