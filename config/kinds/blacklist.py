"""`blacklist`: a mention whose field holds one of the listed values."""

from typing import Literal

from config.kinds import Case as AnyCase
from config.kinds import Listed, Reading, Verdict
from config.kinds import Values as Facts

__all__ = ["Case", "Facts", "When"]


class Case(Facts, AnyCase):
    """A test of a `blacklist`."""


class When(Listed):
    """The fields of a `blacklist`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["blacklist"]

    def judge(self, facts: Facts) -> Verdict:
        """Return whether a value is listed."""
        found = set(facts.values) & set(self.values)
        return Verdict(fires=bool(found), weight=len(found), readings=(Reading("listed", len(found), None, "values"),))
