"""`spike`: a window holds so many times more, or fewer, mentions than the window before it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from config.kinds import Bound, By, Condition, Count, Reading, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The mentions of the window and of the one before it."""

    reference: Count
    current: Count
    seen_before: bool = True
    """Whether the brand's first mention is at least two windows old; younger, nobody knows the usual."""


class Case(Facts, AnyCase):
    """A test of a `spike`."""


class When(Condition):
    """The fields of a `spike`."""

    model_config = {"extra": "forbid", "frozen": True}

    lasts: ClassVar[bool] = True

    kind: Literal["spike"]
    height: Annotated[float, Field(gt=1)]
    """How many times more, or fewer."""
    direction: Literal["up", "down", "both"] = "up"
    min_reference: Count = 0
    """Mentions in the window before, at the least."""
    min_current: Count = 0
    """Mentions in the window, at the least."""
    by: By | None = None

    @model_validator(mode="after")
    def _no_fall_apart(self) -> "When":
        if self.by and self.direction != "up":
            raise ValueError("by: what falls silent is not counted apart: write `direction: up`, or leave `by` out")
        return self

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the window stands out in a direction that counts."""
        reference, current = facts.reference, facts.current
        up = current >= reference * self.height and current > 0
        down = current <= reference / self.height and reference > 0
        wanted = (up and self.direction != "down") or (down and self.direction != "up")
        enough = reference >= self.min_reference and current >= self.min_current and facts.seen_before
        return Verdict(
            fires=wanted and enough,
            weight=max(current, reference),
            readings=(
                Reading("count", current, reference, "mentions"),
                *((Reading("times", current / reference),) if reference else ()),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return what the window's mentions must reach, or must not."""
        reading = verdict.readings[0]
        if self.direction == "down":
            return (Bound("count", reading.value, (reading.usual or 0.0) / self.height, below=True),)
        return (Bound("count", reading.value, max(float(self.min_current), self.height * (reading.usual or 0.0))),)
