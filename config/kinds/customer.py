"""`customer`: a linked customer of a tier that matters complains."""

from typing import Annotated, Literal

from pydantic import Field

from config.kinds import Case as AnyCase
from config.kinds import Condition, Count, Name, Reading, Verdict
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


Band = Literal["high", "middle", "low", "none", "unranked"]
"""A profile's band of value; another word would be a rule that never fires."""


class Facts(AnyFacts):
    """The customer's tier, segment and value, and the mentions that count."""

    tier: str | None
    count: Count
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How sure the link is."""
    segment: str | None = None
    value: str | None = None
    """The customer's band of value."""


class Case(Facts, AnyCase):
    """A test of a `customer`."""


class When(Condition):
    """The fields of a `customer`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["customer"]
    tiers: tuple[Name, ...] = ()
    """Tiers as the shop calls them; any customer where none is named."""
    segments: tuple[Name, ...] = ()
    """Segments; any where none is named."""
    values: tuple[Band, ...] = ()
    """Bands of value; any where none is named."""
    min_count: Annotated[int, Field(ge=1)] = 1
    min_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    negative_only: bool = True

    def judge(self, facts: Facts) -> Verdict:
        """Return whether such a customer speaks often enough."""
        matters = all(
            not wanted or said in wanted
            for wanted, said in ((self.tiers, facts.tier), (self.segments, facts.segment), (self.values, facts.value))
        )
        return Verdict(
            fires=matters and facts.count >= self.min_count and facts.weight >= self.min_weight,
            weight=facts.count,
            readings=(Reading("count", facts.count, None, "mentions"),),
        )
