"""`customer`: a linked customer of a tier that matters complains."""

from typing import Annotated, Literal

from pydantic import Field

from config.kinds import Case as AnyCase
from config.kinds import Condition, Count, Name, Reading, Verdict
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The customer's tier and the mentions that count."""

    tier: str | None
    count: Count
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How sure the link is."""


class Case(Facts, AnyCase):
    """A test of a `customer`."""


class When(Condition):
    """The fields of a `customer`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["customer"]
    tiers: tuple[Name, ...] = ()
    """Tiers as the shop calls them; any customer where none is named."""
    min_count: Annotated[int, Field(ge=1)] = 1
    min_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    negative_only: bool = True

    def judge(self, facts: Facts) -> Verdict:
        """Return whether such a customer speaks often enough."""
        matters = not self.tiers or facts.tier in self.tiers
        return Verdict(
            fires=matters and facts.count >= self.min_count and facts.weight >= self.min_weight,
            weight=facts.count,
            readings=(Reading("count", facts.count, None, "mentions"),),
        )
