"""One metric: what it is called, what it counts, and how its value is written."""

from dataclasses import dataclass
from enum import StrEnum

from config.both import Both
from indexing.metrics.expression import Expression, Plain

__all__ = ["Metric", "Shape"]


class Shape(StrEnum):
    """How a value is written."""

    COUNT = "count"
    SHARE = "share"
    """0 to 1, shown in percent."""
    SCORE = "score"
    """-1 to 1, shown with two decimals everywhere: pages, Kibana, messages."""
    CHANGE = "change"
    """By how much of itself a value grew: 0.5 is half as much again, shown in percent with its sign."""
    POINTS = "points"
    """By how many percentage points a share grew, shown with its sign."""
    AMOUNT = "amount"
    """A number that need not be whole, and that is missing where nothing was measured."""
    SECONDS = "seconds"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric; `kind` is the kind of index (see indexing.elasticsearch.mappings.KINDS) whose documents it counts."""

    name: Both
    meaning: Both
    kind: str = "mentions"
    of: Expression
    rank: Plain | None = None
    """What values are ordered by, the largest first, where the metric itself is arithmetic; else documents order them.
    """
    standing: bool = False
    """Whether it tells how things stand now, so that an earlier time's value cannot be told afterwards."""
    shape: Shape = Shape.COUNT
    colour: str | None = None
    """`negative`, `neutral` or `positive` where the value has that sense."""
