"""Which documents a figure counts: one condition, written as Kibana's query language and as Elasticsearch's query.

Is("brand", "acme")  Is("verdict", "blocked", "empty")  Exists("customer.id")  AtLeast("coordination.score", 0.5)
Ago("@timestamp", 6)  Ago("@timestamp", 12, 6)  Not(condition)  All((one, other))  Any((one, other))  EVERYTHING
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any as Anything

__all__ = ["EVERYTHING", "Ago", "All", "Any", "AtLeast", "Exists", "Is", "Not", "Where", "conditions", "dsl", "kql"]

Value = str | bool
Dsl = dict[str, Anything]


@dataclass(frozen=True, slots=True, init=False)
class Is:
    """The field holds one of the values."""

    field: str
    values: tuple[Value, ...]

    def __init__(self, field: str, *values: Value) -> None:
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, slots=True)
class Exists:
    """The field holds something."""

    field: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The field, a number, is `least` or more."""

    field: str
    least: float


@dataclass(frozen=True, slots=True)
class Ago:
    """The field, a time, lies from `since` to `until` days before the end of what is looked at (to Kibana: now)."""

    field: str
    since: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    of: "Where"


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds; without any, all documents count."""

    parts: tuple["Where", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One condition holds, or more."""

    parts: tuple["Where", ...]


Where = Is | Exists | AtLeast | Ago | Not | All | Any
EVERYTHING = All(())


def kql(where: Where) -> str:
    """Return the condition in Kibana's query language; empty for everything."""
    match where:
        case Is(field, (value,)):
            return f"{field}: {_literal(value)}"
        case Is(field, values):
            return f"{field}: ({' or '.join(map(_literal, values))})"
        case Exists(field):
            return f"{field}: *"
        case AtLeast(field, least):
            return f"{field} >= {least:g}"
        case Ago(field, since, until):
            return f"{field} >= now-{since}d" + (f" and {field} < now-{until}d" if until else "")
        case Not(of):
            return f"not ({kql(of)})"
        case All(parts):
            return " and ".join(f"({kql(part)})" for part in parts) if len(parts) > 1 else "".join(map(kql, parts))
        case Any(parts):
            return " or ".join(f"({kql(part)})" for part in parts) if len(parts) > 1 else "".join(map(kql, parts))


def dsl(where: Where, now: datetime | None = None) -> Dsl:
    """Return the condition as a filter in Elasticsearch's query language; `now` is what `Ago` counts back from."""
    match where:
        case Is(field, values):
            return {"terms": {field: list(values)}}
        case Exists(field):
            return {"exists": {"field": field}}
        case AtLeast(field, least):
            return {"range": {field: {"gte": least}}}
        case Ago(field, since, until):
            if now is None:
                raise ValueError(f"{where}: nobody said before which time")
            ends = {"gte": since, **({"lt": until} if until else {})}
            return {"range": {field: {sign: (now - timedelta(days=days)).isoformat() for sign, days in ends.items()}}}
        case Not(of):
            return {"bool": {"must_not": [dsl(of, now)]}}
        case All(()):
            return {"match_all": {}}
        case All(parts):
            return {"bool": {"filter": [dsl(part, now) for part in parts]}}
        case Any(parts):
            return {"bool": {"should": [dsl(part, now) for part in parts], "minimum_should_match": 1}}


def conditions(where: Where) -> Iterator[Is | Exists | AtLeast | Ago]:
    """Yield the conditions that name a field."""
    match where:
        case Not(of):
            yield from conditions(of)
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions(part)
        case Is() | Exists() | AtLeast() | Ago():
            yield where


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
