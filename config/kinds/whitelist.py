"""`whitelist`: a mention whose field holds a value that is not listed."""

from typing import Literal

from config.kinds import Case as AnyCase
from config.kinds import Listed, Reading, Verdict
from config.kinds import Values as Facts

__all__ = ["Case", "Facts", "When"]


class Case(Facts, AnyCase):
    """A test of a `whitelist`."""


class When(Listed):
    """The fields of a `whitelist`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["whitelist"]
    ignore_missing: bool = True
    """Whether a mention without the field stays silent."""

    def judge(self, facts: Facts) -> Verdict:
        """Return whether no value is listed."""
        strange = not set(facts.values) & set(self.values)
        fires = strange and (bool(facts.values) or not self.ignore_missing)
        return Verdict(fires=fires, weight=float(fires), readings=(Reading("unlisted", float(fires), None, "values"),))
