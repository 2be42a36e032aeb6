"""What a metric counts, as an expression; Elasticsearch's aggregations and Kibana's formulas are both read off it.

    NEGATIVE = Count(Is("sentiment.label", "negative"))
    (POSITIVE - NEGATIVE) / (POSITIVE + NEGATIVE)

The leaves (Count, Sum, …) are what Elasticsearch answers; the rest is arithmetic on the answers. `before(NEGATIVE)` is
the same of the period before the one that is looked at: as long, and ending where that one begins.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from indexing.metrics.where import EVERYTHING, Where, dsl

__all__ = [
    "Average",
    "Before",
    "Count",
    "Expression",
    "Largest",
    "Leaf",
    "Median",
    "Number",
    "Operation",
    "Plain",
    "Sum",
    "Unique",
    "aggregation",
    "answer",
    "before",
    "evaluate",
    "leaves",
    "root",
]

Aggregation = dict[str, Any]


class _Arithmetic:
    """Expressions add, subtract, multiply and divide; a plain number may stand on the right."""

    __slots__ = ()

    def __add__(self, other: "Expression | float") -> "Operation":
        return _operation("add", self, other)

    def __sub__(self, other: "Expression | float") -> "Operation":
        return _operation("subtract", self, other)

    def __mul__(self, other: "Expression | float") -> "Operation":
        return _operation("multiply", self, other)

    def __truediv__(self, other: "Expression | float") -> "Operation":
        return _operation("divide", self, other)


@dataclass(frozen=True, slots=True)
class Number(_Arithmetic):
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Count(_Arithmetic):
    """Documents."""

    where: Where = EVERYTHING


@dataclass(frozen=True, slots=True)
class Sum(_Arithmetic):
    """A number of each document, added up."""

    field: str
    where: Where = EVERYTHING


@dataclass(frozen=True, slots=True)
class Average(_Arithmetic):
    """The mean of a number of each document."""

    field: str
    where: Where = EVERYTHING


@dataclass(frozen=True, slots=True)
class Median(_Arithmetic):
    """The median of a number of each document."""

    field: str
    where: Where = EVERYTHING


@dataclass(frozen=True, slots=True)
class Largest(_Arithmetic):
    """The largest number, or the latest time."""

    field: str
    where: Where = EVERYTHING


@dataclass(frozen=True, slots=True)
class Unique(_Arithmetic):
    """How many different values a field holds: next to exact up to 3,000, within a few per cent above."""

    field: str
    where: Where = EVERYTHING


@dataclass(frozen=True, slots=True)
class Operation(_Arithmetic):
    """Arithmetic: add, subtract, multiply, divide, or sqrt of one part."""

    name: str
    parts: tuple["Expression", ...]


Plain = Count | Sum | Average | Median | Largest | Unique


@dataclass(frozen=True, slots=True)
class Before(_Arithmetic):
    """What a plain leaf came to in the period before."""

    of: Plain


Leaf = Plain | Before
Expression = Leaf | Number | Operation
_ASKED: Mapping[type, str] = {Sum: "sum", Average: "avg", Largest: "max", Unique: "cardinality"}


def root(of: Expression) -> Operation:
    """Return the square root of an expression."""
    return Operation("sqrt", (of,))


def before(expression: Expression) -> Expression:
    """Return the expression of the period before."""
    match expression:
        case Number() | Before():
            return expression
        case Operation(name, parts):
            return Operation(name, tuple(before(part) for part in parts))
        case _:
            return Before(expression)


def leaves(expression: Expression) -> tuple[Leaf, ...]:
    """Return what has to be asked, each once, in the order in which the expression names it."""
    return tuple(dict.fromkeys(_leaves(expression)))


def aggregation(leaf: Plain, now: datetime | None = None) -> Aggregation | None:
    """Return Elasticsearch's aggregation for a leaf; None for a plain count, which every bucket carries.

    `now` is the end of what is looked at, for conditions that count back from it.
    """
    asked = _asked(leaf)
    if leaf.where == EVERYTHING:
        return asked
    return {"filter": dsl(leaf.where, now), **({"aggs": {"value": asked}} if asked else {})}


def answer(leaf: Plain, bucket: Mapping[str, Any], name: str) -> float | None:
    """Return a leaf's value from the bucket that answers its aggregation, which was asked as `name`."""
    if isinstance(leaf, Count):
        return int(bucket["doc_count"] if leaf.where == EVERYTHING else bucket[name]["doc_count"])
    found = bucket[name] if leaf.where == EVERYTHING else bucket[name]["value"]
    value: float | None = found["values"]["50.0"] if isinstance(leaf, Median) else found["value"]
    return value


def evaluate(expression: Expression, values: Mapping[Leaf, float | None]) -> float | None:
    """Return the expression's value from its leaves'; None where one is missing or a division has nothing below."""
    match expression:
        case Number(value):
            return value
        case Operation(name, parts):
            found = [evaluate(part, values) for part in parts]
            known = [each for each in found if each is not None]
            return _calculated(name, known) if len(known) == len(parts) else None
        case _:
            return values[expression]


def _leaves(expression: Expression) -> Iterator[Leaf]:
    match expression:
        case Number():
            return
        case Operation(_, parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            yield expression


def _asked(leaf: Plain) -> Aggregation | None:
    if isinstance(leaf, Count):
        return None
    if isinstance(leaf, Median):
        return {"percentiles": {"field": leaf.field, "percents": [50]}}
    return {_ASKED[type(leaf)]: {"field": leaf.field}}


def _calculated(name: str, values: list[float]) -> float | None:
    match name, values:
        case "sqrt", [value]:
            return sqrt(value)
        case "add", [one, other]:
            return one + other
        case "subtract", [one, other]:
            return one - other
        case "multiply", [one, other]:
            return one * other
        case "divide", [one, other]:
            return one / other if other else None
    raise AssertionError(name)


def _operation(name: str, one: Any, other: "Expression | float") -> Operation:
    return Operation(name, (one, Number(other) if isinstance(other, int | float) else other))
