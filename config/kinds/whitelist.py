"""`whitelist`: a mention whose field holds a value that is not listed."""

from typing import Annotated, Literal

from pydantic import Field

from config.kinds import Case as AnyCase
from config.kinds import Condition, Name, Reading, Verdict
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The values that one mention has in the field."""

    values: tuple[str, ...]


class Case(Facts, AnyCase):
    """A test of a `whitelist`."""


class When(Condition):
    """The fields of a `whitelist`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["whitelist"]
    field: Literal["author.id", "author.name", "platform", "site", "region", "tags", "keywords", "emotion", "intent"]
    values: Annotated[tuple[Name, ...], Field(min_length=1, max_length=10_000)]
    ignore_missing: bool = True
    """Whether a mention without the field stays silent."""

    def judge(self, facts: Facts) -> Verdict:
        """Return whether no value is listed."""
        strange = not set(facts.values) & set(self.values)
        fires = strange and (bool(facts.values) or not self.ignore_missing)
        return Verdict(
            fires=fires, weight=float(fires), readings=(Reading("unlisted", float(fires), None, "mentions"),)
        )
