"""`any`: every mention that the rule's query matches."""

from typing import Literal

from config.kinds import Case as AnyCase
from config.kinds import Condition, Count, Reading, Verdict
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The mentions that match."""

    count: Count


class Case(Facts, AnyCase):
    """A test of an `any`."""


class When(Condition):
    """The fields of an `any`: none of its own."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["any"]

    def judge(self, facts: Facts) -> Verdict:
        """Return whether there is any."""
        return Verdict(
            fires=facts.count > 0, weight=facts.count, readings=(Reading("count", facts.count, None, "mentions"),)
        )
