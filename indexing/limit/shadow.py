"""A shadow of the index: what it would answer to a rule's questions if some more posts had been published.

The rule asks as it always does, and judges as it always does; only its counts come from here. The injected posts are
negative, match the rule's query, tell one new story, and each has an author of its own.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.errors import UserError
from config.rule import Rule
from indexing.detection.detect import detector
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import Request, Tally
from indexing.detection.series import NEGATIVE
from indexing.limit.counts import Counts
from indexing.mentions.document import millis

__all__ = ["KINDS", "NotInAShadow", "check", "find_in"]

KINDS = ("frequency", "negative_burst", "spike", "story")
"""The kinds of rules that count posts over time, and nothing of them that a shadow does not know."""
_STORY = "shadow:post:0"


class NotInAShadow(UserError):
    """The rule looks at more of its mentions than how many come when; the message says what can be tried out."""


def check(rule: Rule) -> None:
    """Raise NotInAShadow for a rule that more posts alone do not decide."""
    by = getattr(rule.when, "by", None)
    if rule.when.kind not in KINDS or by == "customer":
        raise NotInAShadow(
            f"rule {rule.id}: {rule.when.kind}{' by customer' if by else ''} looks at more than how many posts come "
            f"when: a limit can be found for {', '.join(KINDS)}"
        )


def find_in(counts: Counts, injected: Sequence[int], rule: Rule, brand: str, span: Span) -> list[Found]:
    """Return what the rule finds in the shadow; `injected` are the times of further posts, in order, ms since 1970."""
    shadow = _Shadow(counts, injected, brand)
    asking = detector(rule.when.kind).find(rule, [brand], span)
    answers: list[Mapping[str, Any]] | None = None
    while True:
        try:
            requests = asking.send(answers)
        except StopIteration as end:
            return list(end.value)
        answers = [shadow.answer(request) for request in requests]


@dataclass(frozen=True, slots=True)
class _Shadow:
    counts: Counts
    injected: Sequence[int]
    brand: str

    def answer(self, request: Request) -> Mapping[str, Any]:
        """Return what the index would answer."""
        if not isinstance(request, Tally):
            return {}  # how arranged a story looks: nobody has looked at this one
        groups = request.aggs["g"]
        begin, end = self._times(request)
        apart = groups["aggs"]["b"] if "b" in groups.get("aggs", {}) else None
        inner = apart.get("aggs", {}) if apart else groups.get("aggs", {})
        if "time" in inner:
            bucket: dict[str, Any] = {"time": {"buckets": self._over_time(inner["time"], begin, end, bool(apart))}}
        else:
            bucket = {}
        count = self._count(request, begin, end, bool(apart))
        least = (apart or groups)["terms"].get("min_doc_count", 1)
        if count < least:
            return {"g": {"buckets": []}}
        if apart:
            bucket = {"b": {"buckets": [{"key": _STORY, "doc_count": count, **bucket}]}}
        return {"g": {"buckets": [{"key": self.brand, "doc_count": count, **bucket}]}}

    def _times(self, request: Tally) -> tuple[int, int]:
        bounds = request.query["range"]["@timestamp"]
        begin, end = (millis(datetime.fromisoformat(bounds[name])) for name in ("gte", "lt"))
        return begin, end

    def _count(self, request: Tally, begin: int, end: int, alone: bool) -> int:
        more = bisect_left(self.injected, end) - bisect_left(self.injected, begin)
        if alone:
            return more
        count, negative = self.counts.of(begin, end)
        return (negative if NEGATIVE in request.filter["bool"]["filter"] else count) + more

    def _over_time(self, time: Mapping[str, Any], begin: int, end: int, alone: bool) -> list[dict[str, Any]]:
        length = int(time["date_histogram"]["fixed_interval"].removesuffix("ms"))
        measures = time.get("aggs", {})
        added: dict[int, list[int]] = {}
        for number, at in enumerate(self.injected):
            if begin <= at < end:
                added.setdefault(begin + (at - begin) // length * length, []).append(number)
        if alone:
            return [_bucket(key, len(own), len(own), own, measures) for key, own in added.items()]
        keys, buckets = self.counts.kept(
            (begin % length, length, *measures), lambda: self._known(begin, length, measures)
        )
        first, last = bisect_left(keys, begin), bisect_left(keys, end)
        found = buckets[first:last]
        for key, own in added.items():
            place = bisect_left(keys, key, first, last)
            there = place < last and keys[place] == key
            count, negative = self.counts.of(key, key + length) if there else (0, 0)
            bucket = _bucket(key, count + len(own), negative + len(own), own, measures)
            if there:
                found[place - first] = bucket
            else:
                found.append(bucket)
        return found

    def _known(self, begin: int, length: int, measures: Mapping[str, Any]) -> tuple[list[int], list[dict[str, Any]]]:
        """Return where the buckets of what was there begin, and the buckets, in time's order."""
        found = list(self.counts.buckets(begin, length))
        return [key for key, _, _ in found], [_bucket(*one, (), measures) for one in found]


def _bucket(key: int, count: int, negative: int, added: Sequence[int], measures: Mapping[str, Any]) -> dict[str, Any]:
    bucket: dict[str, Any] = {"key": key, "doc_count": count}
    for name, measure in measures.items():
        if "terms" in measure:
            bucket[name] = {"buckets": [{"key": f"shadow{number}"} for number in added]}
        elif measure.get("filter") == NEGATIVE:
            bucket[name] = {"doc_count": negative}
        else:
            raise NotInAShadow(f"a shadow does not know {measure}: a limit can be found for {', '.join(KINDS)}")
    return bucket
