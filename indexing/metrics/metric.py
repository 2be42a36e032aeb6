"""One metric: what it is called, what it counts, and how its value is written."""

from dataclasses import dataclass
from enum import StrEnum

from config.both import Both
from indexing.metrics.expression import Expression, Leaf

__all__ = ["Metric", "Shape"]


class Shape(StrEnum):
    """How a value is written."""

    COUNT = "count"
    SHARE = "share"
    """0 to 1, shown in percent."""
    SCORE = "score"
    """-1 to 1, shown with two decimals everywhere: pages, Kibana, messages."""
    SECONDS = "seconds"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric; `kind` is the kind of index (see indexing.elasticsearch.mappings.KINDS) whose documents it counts."""

    name: Both
    meaning: Both
    kind: str = "mentions"
    of: Expression
    rank: Leaf | None = None
    """What values are ordered by, the largest first, where the metric itself is arithmetic; else documents order them.
    """
    shape: Shape = Shape.COUNT
    colour: str | None = None
    """`negative`, `neutral` or `positive` where the value has that sense."""
