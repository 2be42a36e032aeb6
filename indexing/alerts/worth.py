"""Was it worth it: what people judge an alert to have been, and how many of a rule's alerts were right by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from config.both import Both
from config.errors import UserError
from config.settings import DAY_ZONE
from indexing.alerts.alert import Alert, from_document
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.metrics.wilson import share

__all__ = ["LABELS", "NoSuchWorth", "Precision", "Worth", "judged_since", "label_of", "precision", "worth_of"]

_MOST_RULES, _MOST_JUDGED = 10_000, 500


class NoSuchWorth(UserError):
    """The word says nothing about an alert's worth; the message lists those that do."""


class Worth(StrEnum):
    """What an alert was: right, or noise of a kind."""

    RIGHT = "right"
    KNOWN_CAMPAIGN = "known_campaign"
    SPAM = "spam"
    WRONG_SENTIMENT = "wrong_sentiment"
    NOT_US = "not_us"
    TOO_LATE = "too_late"
    OTHER = "other"


LABELS: Mapping[Worth, Both] = MappingProxyType(
    {
        Worth.RIGHT: Both("该叫我", "right"),
        Worth.KNOWN_CAMPAIGN: Both("噪音：已知的活动", "noise: known campaign"),
        Worth.SPAM: Both("噪音：垃圾信息", "noise: spam"),
        Worth.WRONG_SENTIMENT: Both("噪音：情感判错", "noise: wrong sentiment"),
        Worth.NOT_US: Both("噪音：不是我们", "noise: not us"),
        Worth.TOO_LATE: Both("噪音：太晚了", "noise: too late"),
        Worth.OTHER: Both("噪音：其他", "noise: other"),
    }
)


def label_of(worth: str) -> Both:
    """Return what the word is called; itself where nobody knows it."""
    return next((label for one, label in LABELS.items() if one == worth), Both(worth, worth))


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """Of a rule's alerts that people judged in a month (`2026-11`), how many were right."""

    rule: str
    month: str
    right: int
    judged: int

    def __str__(self) -> str:
        found = share(self.right, self.judged)
        return f"{self.right} of {self.judged}" + (f" ({found.low:.0%} to {found.high:.0%})" if found else "")


def worth_of(text: str) -> Worth:
    """Return what a word means: `right`, `spam`, `noise: known campaign`; NoSuchWorth for any other."""
    word = text.strip().lower().removeprefix("noise:").strip().replace(" ", "_").replace("-", "_")
    if word not in list(Worth):
        known = ", ".join(one.replace("_", " ") for one in Worth)
        raise NoSuchWorth(f"{text!r} says nothing about an alert's worth: write one of {known}")
    return Worth(word)


def precision(store: Store, *, now: datetime, since: timedelta = timedelta(days=365)) -> list[Precision]:
    """Return the rules' precision by month of Asia/Shanghai, in that order; months without a word are left out."""
    judged = {"bool": {"filter": [{"exists": {"field": "worth"}}, _raised(now - since)]}}
    months = {
        "date_histogram": {
            "field": "@timestamp",
            "calendar_interval": "month",
            "time_zone": str(DAY_ZONE),
            "format": "yyyy-MM",
            "min_doc_count": 1,
        },
        "aggs": {"right": {"filter": {"term": {"worth": Worth.RIGHT.value}}}},
    }
    rules = {"terms": {"field": "rule", "size": _MOST_RULES, "order": {"_key": "asc"}}, "aggs": {"months": months}}
    answer = with_retries(
        lambda: store.client.search(index=store.alias("alerts"), size=0, query=judged, aggs={"rules": rules})
    )
    return [
        Precision(
            rule=rule["key"], month=month["key_as_string"], right=month["right"]["doc_count"], judged=month["doc_count"]
        )
        for rule in answer["aggregations"]["rules"]["buckets"]
        for month in rule["months"]["buckets"]
    ]


def judged_since(store: Store, rule: str, since: datetime) -> list[Alert]:
    """Return the rule's alerts that were raised since then and that people judged, the newest first, at most 500."""
    filters = [{"term": {"rule": rule}}, {"exists": {"field": "worth"}}, _raised(since)]
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias("alerts"),
            query={"bool": {"filter": filters}},
            sort=[{"@timestamp": {"order": "desc"}}],
            size=_MOST_JUDGED,
        )
    )
    return [from_document(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]]


def _raised(since: datetime) -> dict[str, object]:
    return {"range": {"@timestamp": {"gte": since.isoformat()}}}
