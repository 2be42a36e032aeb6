"""What a rule may look for: one file a kind, found by its name, `config/kinds/<kind>.py`.

Each has a `When`, the fields below `when:` in a rule's file, with what they mean (`judge`), and a `Case`, the shape of
the tests in that file. The meaning stands here and not beside the index, so that a rule file can be refused, wherever
it is read, when its own tests contradict it. How the facts are asked of the index says `indexing/detection/<kind>.py`.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from config.duration import Duration, written

__all__ = [
    "Bound",
    "By",
    "Case",
    "Condition",
    "Count",
    "Facts",
    "Listed",
    "Name",
    "Reading",
    "Share",
    "Values",
    "Verdict",
    "deviation",
    "fitting",
    "kinds",
    "module_of",
    "readings",
]

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
By = Literal["story", "customer"]
"""What a rule may count apart: each story, or each customer, is then a finding of its own."""
_TO_DEVIATION = 1.4826  # makes the MAD of a normal distribution its standard deviation


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure of a verdict: what was counted, and what is usual or what it took."""

    name: str
    value: float
    usual: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure must reach for a rule to hold: at least `takes`, or with `below`, less than it."""

    name: str
    value: float
    takes: float
    below: bool = False

    @property
    def closeness(self) -> float:
        """How near the figure is: 1 where the bound is reached, 0 where nothing is there; a share of it between."""
        if self.below:
            return 1.0 if self.value < self.takes else max(0.0, self.takes / self.value if self.value else 0.0) * 0.999
        if self.value >= self.takes:
            return 1.0
        return max(0.0, self.value / self.takes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the condition holds, how far (`weight` orders findings of one thing), and the figures that say so."""

    fires: bool
    weight: float = 0.0
    readings: tuple[Reading, ...] = ()

    def figure(self, name: str) -> float:
        """Return the value of a figure that the verdict has; KeyError for another."""
        return self.reading(name).value

    def reading(self, name: str) -> Reading:
        """Return a figure that the verdict has, with its usual; KeyError for another."""
        return {reading.name: reading for reading in self.readings}[name]

    def has(self, name: str) -> bool:
        """Whether the verdict has such a figure."""
        return name in {reading.name for reading in self.readings}


class Written(BaseModel):
    """What stands in a rule's file: nothing that is not known, and nothing that changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Facts(Written):
    """What a condition is held against: what the index says, or what a test makes up."""


class Case(Facts):
    """One promise of a rule: facts, and whether it is to fire."""

    name: Name
    fires: bool


class Condition(Written):
    """The fields that every kind has."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    lasts: ClassVar[bool] = False
    """Whether it holds as long as the index says so, and may calm by itself; a single post that was found does not."""

    kind: str
    window: Duration = timedelta(hours=1)
    """The length of time that is looked at."""
    late: Duration = timedelta(hours=6)
    """How long after its end a finding still counts that came to light only now, such as after a crawl's outage."""

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in kinds():
            raise ValueError(f"there is no kind {value!r}: write one of {', '.join(kinds())}")
        return value

    @field_validator("window", check_fields=False)
    @classmethod
    def _long_enough(cls, value: timedelta) -> timedelta:
        if value < timedelta(minutes=1):
            raise ValueError(f"{written(value)} is shorter than 1m: write 1m or more")
        return value

    def looks(self) -> "tuple[Condition, ...]":
        """Return the looks that the condition takes at the index, each as a condition with one."""
        return (self,)

    def judge(self, facts: Any) -> Verdict:
        """Return whether the condition holds of the facts, which are of the kind's own `Facts`."""
        raise NotImplementedError

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return what the verdict's figures are held against, all of which it takes.

        A field `min_authors` is what the figure `authors` must reach, the figure `threshold` what the first one must.
        """
        held = [
            Bound(name, verdict.figure(name), float(least))
            for field in type(self).model_fields
            if (name := field.removeprefix("min_")) != field
            and verdict.has(name)
            and (least := getattr(self, field)) is not None
        ]
        if verdict.has("threshold"):
            first = verdict.readings[0]
            held.append(Bound(first.name, first.value, verdict.figure("threshold")))
        return tuple(held)


class Values(Facts):
    """The values that one mention has in a field."""

    values: tuple[str, ...]


class Listed(Condition):
    """A field of a mention held against a list."""

    field: Literal["author.id", "author.name", "platform", "site", "region", "tags", "keywords", "emotion", "intent"]
    values: Annotated[tuple[Name, ...], Field(min_length=1, max_length=10_000)]


def kinds() -> list[str]:
    """Return the names of all kinds."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def module_of(kind: str) -> Any:
    """Return a kind's module, with its `When`, `Facts` and `Case`."""
    return importlib.import_module(f"{__name__}.{kind}")


def fitting(window: timedelta, history: timedelta, fewest: int, most: int) -> None:
    """Raise ValueError unless the history holds so many windows."""
    past = history // window
    if not fewest <= past <= most:
        raise ValueError(
            f"history: {written(history)} holds {past} windows of {written(window)}: "
            f"write one that holds {fewest} to {most:,}"
        )


def deviation(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the median absolute deviation from it; zeros for no values."""
    usual = float(median(values)) if values else 0.0
    return usual, float(median(abs(value - usual) for value in values)) if values else 0.0


def robust(mad: float) -> float:
    """Return the standard deviation that a median absolute deviation stands for."""
    return _TO_DEVIATION * mad


def readings(*entries: tuple[str, float] | tuple[str, float, float | None]) -> tuple[Reading, ...]:
    """Return figures of mentions from (name, value) and (name, value, usual)."""
    return tuple(_reading(entry) for entry in entries)


def _reading(entry: Iterable[Any]) -> Reading:
    name, value, *usual = entry
    return Reading(name, float(value), usual[0] if usual else None)
