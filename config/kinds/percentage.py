"""`percentage`: the share of mentions that match a query is too low or too high."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from config.kinds import Bound, Condition, Count, Name, Reading, Share, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts
from config.query import QueryError, parse

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The mentions of the window, and those that match."""

    matching: Count
    count: Count


class Case(Facts, AnyCase):
    """A test of a `percentage`."""


class When(Condition):
    """The fields of a `percentage`; it holds `below` or `above` a share."""

    model_config = {"extra": "forbid", "frozen": True}

    lasts: ClassVar[bool] = True

    kind: Literal["percentage"]
    match: Name
    """The query whose share is looked at."""
    below: Share | None = None
    above: Share | None = None
    min_count: Annotated[int, Field(ge=1)]
    """Mentions in the window, at the least."""

    @field_validator("match")
    @classmethod
    def _parses(cls, value: str) -> str:
        try:
            parse(value)
        except QueryError as error:
            raise ValueError(str(error)) from error
        return value

    @model_validator(mode="after")
    def _a_bound(self) -> "When":
        if self.below is None and self.above is None:
            raise ValueError("below, above: write at least one of the two")
        return self

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the share lies outside."""
        share = facts.matching / facts.count if facts.count else 0.0
        low = self.below is not None and share < self.below
        high = self.above is not None and share > self.above
        return Verdict(
            fires=facts.count >= self.min_count and (low or high),
            weight=facts.matching,
            readings=(
                Reading("share", share),
                Reading("bound", (self.below if low else self.above) or 0.0),
                Reading("matching", facts.matching, None, "mentions"),
                Reading("count", facts.count, None, "mentions"),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return the mentions that it takes, and the bounds of which one suffices."""
        held = list(super().bounds(verdict))
        if verdict.has("share"):
            value = verdict.figure("share")
            either = [Bound("share", value, self.above)] if self.above is not None else []
            either += [Bound("share", value, self.below, below=True)] if self.below is not None else []
            held.append(max(either, key=lambda bound: bound.closeness))
        return tuple(held)
