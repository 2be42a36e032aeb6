"""A choice of mentions, as it stands in an address: `brand=xiaomi&sentiment=negative&from=2026-11-22&word=闪退`.

Keys are joined by "and", the values of one key by "or"; `*` is any value. `from` and `to` are days or hours by the
clocks of Asia/Shanghai, both included. The pages' own lists and the console's read the same addresses.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from config.both import Both
from config.errors import UserError
from config.settings import DAY_ZONE
from indexing.metrics.expression import Count
from indexing.metrics.of.mentions import PGC, UGC
from indexing.metrics.where import All, Exists, Is, Where, dsl

__all__ = [
    "ANY",
    "FIELDS",
    "KEYS",
    "PLACES",
    "TIMES",
    "Choice",
    "NotAChoice",
    "address",
    "chosen",
    "days",
    "filters",
    "joined",
]

Choice = Mapping[str, tuple[str, ...]]

ANY = "*"
FIELDS: Mapping[str, tuple[str, Both]] = MappingProxyType(
    {
        "brand": ("brand", Both("品牌", "Brand")),
        "platform": ("platform", Both("平台", "Platform")),
        "sentiment": ("sentiment.label", Both("情感", "Sentiment")),
        "word": ("keywords", Both("关键词", "Keyword")),
        "token": ("tokens", Both("用词", "Word")),
        "emotion": ("emotion", Both("情绪", "Emotion")),
        "intent": ("intent", Both("意图", "Intent")),
        "author": ("author.name", Both("账号", "Account")),
        "kind": ("kind", Both("类型", "Kind")),
        "site": ("site", Both("站点", "Site")),
        "link": ("links", Both("链接", "Link")),
        "entity": ("entities", Both("一起被提到", "Named beside it")),
        "speaker": ("speaker", Both("说话人", "Speaker")),
        "region": ("region", Both("地区", "Region")),
        "customer": ("customer.id", Both("客户", "Customer")),
        "story": ("story.id", Both("事件", "Story")),
        "role": ("story.role", Both("传播方式", "Part in the story")),
        "precision": ("time_precision", Both("时间精度", "Precision of the time")),
        "feed": ("feed", Both("来源", "Feed")),
    }
)
"""What mentions are chosen by: the key in an address, the field of the index, and its name."""
KEYS: Mapping[str, str] = MappingProxyType({field: key for key, (field, _) in FIELDS.items()})
"""The key that chooses by a field."""
TIMES: Mapping[str, str] = MappingProxyType({"@timestamp": "", "event.ingested": "indexed_"})
"""What stands before `from` and `to` when they are about this time."""
PLACES: Mapping[str, Where] = MappingProxyType(
    {name: metric.of.where for name, metric in (("pgc", PGC), ("ugc", UGC)) if isinstance(metric.of, Count)}
)
"""Conditions that have a name of their own, the values of the key `voice`."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d)?")
_LONGEST, _MOST = 300, 20


class NotAChoice(UserError):
    """An address chooses by what mentions cannot be chosen by; the message says by what they can."""


def address(choice: Choice) -> str:
    """Return the choice as the query of an address."""
    return urlencode([(key, value) for key, values in choice.items() for value in values])


def days(since: datetime, until: datetime) -> dict[str, str]:
    """Return the days of Asia/Shanghai from `since` to `until` (aware), as an address has them."""
    return {key: f"{time.astimezone(DAY_ZONE):%Y-%m-%d}" for key, time in (("from", since), ("to", until))}


def joined(*choices: Choice | None) -> Choice | None:
    """Return what all of them hold for; None where one is no choice, or where two contradict each other."""
    found: dict[str, tuple[str, ...]] = {}
    for choice in choices:
        if choice is None:
            return None
        for key, values in choice.items():
            kept = _both(found[key], values) if key in found else values
            if not kept:
                return None
            found[key] = kept
    return found


def chosen(where: Where) -> Choice | None:
    """Return a metric's or panel's condition as a choice; None where no address can say it."""
    for name, condition in PLACES.items():
        if where == condition:
            return {"voice": (name,)}
    match where:
        case Is(field, values) if field in KEYS and all(isinstance(value, str) for value in values):
            return {KEYS[field]: tuple(map(str, values))}
        case Exists(field) if field in KEYS:
            return {KEYS[field]: (ANY,)}
        case All(parts):
            return joined(*map(chosen, parts))
        case _:
            return None


def filters(asked: Iterable[tuple[str, str]]) -> tuple[Choice, list[dict[str, Any]]]:
    """Return the choice that an address's pairs make, and the filters that Elasticsearch takes for it.

    NotAChoice for an unknown key, a time that is none, or too many or too long values; empty values do not count.
    """
    found: dict[str, tuple[str, ...]] = {}
    for key, value in asked:
        if value:
            if len(value) > _LONGEST or len(found.get(key, ())) >= _MOST:
                raise NotAChoice(f"{key}: at most {_MOST} values of {_LONGEST} characters: shorten the address")
            found[key] = (*found.get(key, ()), value)
    return found, [_filter(key, values) for key, values in found.items()]


def _filter(key: str, values: tuple[str, ...]) -> dict[str, Any]:
    if key in FIELDS:
        field = FIELDS[key][0]
        return dsl(Exists(field) if ANY in values else Is(field, *values))
    for field, before in TIMES.items():
        if key in (f"{before}from", f"{before}to"):
            return {"range": {field: _bound(key, values[-1])}}
    if key == "voice" and all(value in PLACES for value in values):
        return {"bool": {"should": [dsl(PLACES[value]) for value in values], "minimum_should_match": 1}}
    known = ", ".join((*FIELDS, "voice", "from", "to"))
    raise NotAChoice(f"{key}={','.join(values)}: no mention can be chosen by this: known are {known}")


def _bound(key: str, value: str) -> dict[str, str]:
    try:
        if not _TIME.fullmatch(value):
            raise ValueError(value)
        moment = datetime.fromisoformat(value).replace(tzinfo=DAY_ZONE)
    except ValueError as error:
        raise NotAChoice(f"{key}={value}: no time: write 2026-11-22, or 2026-11-22T14 for an hour") from error
    if key.endswith("from"):
        return {"gte": moment.isoformat()}
    return {"lt": (moment + (timedelta(hours=1) if "T" in value else timedelta(days=1))).isoformat()}


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if one == (ANY,) or other == (ANY,):
        return other if one == (ANY,) else one
    return tuple(value for value in one if value in other)
