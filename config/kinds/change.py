"""`change`: the value of a field differs from the one that the same account, story or customer had before."""

from datetime import timedelta
from typing import Literal

from config.duration import Duration
from config.kinds import Case as AnyCase
from config.kinds import Condition, Reading, Verdict
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The value before and now; None where there is none."""

    before: str | None
    now: str | None


class Case(Facts, AnyCase):
    """A test of a `change`."""


class When(Condition):
    """The fields of a `change`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["change"]
    field: Literal["sentiment.label", "emotion", "intent", "region", "site", "platform", "author.name"]
    by: Literal["author.id", "customer.id", "story.id"] = "customer.id"
    """Whose value it is."""
    history: Duration = timedelta(days=28)
    """How long a value is remembered."""
    to: str | None = None
    """Only a change to this value counts."""
    ignore_missing: bool = True
    """Whether a mention without the field counts as no change."""

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the value has changed."""
        missing = facts.now is None and self.ignore_missing
        changed = facts.before is not None and facts.now != facts.before and not missing
        fires = changed and self.to in (None, facts.now)
        return Verdict(fires=fires, weight=float(fires), readings=(Reading("changed", float(fires), None, "mentions"),))
