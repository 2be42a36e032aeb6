"""`blacklist`: a mention whose field holds one of the listed values."""

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
    """A test of a `blacklist`."""


class When(Condition):
    """The fields of a `blacklist`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["blacklist"]
    field: Literal["author.id", "author.name", "platform", "site", "region", "tags", "keywords", "emotion", "intent"]
    values: Annotated[tuple[Name, ...], Field(min_length=1, max_length=10_000)]

    def judge(self, facts: Facts) -> Verdict:
        """Return whether a value is listed."""
        found = set(facts.values) & set(self.values)
        return Verdict(fires=bool(found), weight=len(found), readings=(Reading("listed", len(found), None, "values"),))
