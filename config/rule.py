"""A rule: when to wake somebody, whom, and the tests that show what it means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from functools import cache
from operator import getitem
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    SerializeAsAny,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from config import settings
from config.brand import Brand, Text
from config.channel import Channel
from config.duration import Duration
from config.kinds import Case, Condition, kinds, module_of
from config.load import ConfigError, load_folder, where
from config.notify import Notify
from config.query import Query, QueryError, parse

__all__ = ["Rule", "Severity", "check_references", "load_rules", "rule_of"]


class Severity(StrEnum):
    """How bad it is, from the least to the worst."""

    NOTICE = "notice"
    WARNING = "warning"
    SERIOUS = "serious"
    CRISIS = "crisis"


def _keeps_its_promise(test: Case, info: ValidationInfo) -> Case:
    """Refuse a rule whose own test comes out otherwise; silent while `when` itself is wrong, which is told first."""
    when = info.data.get("when")
    if isinstance(when, Condition):
        found = when.judge(test)
        if found.fires != test.fires:
            hint = ", ".join(f"{reading.name} {reading.value:.4g}" for reading in found.readings)
            raise ValueError(
                f"{test.name!r} is to {_verb(test.fires)}, but the rule would {_verb(found.fires)} ({hint}): "
                "mend the test or the thresholds"
            )
    return test


def _verb(fires: bool) -> str:
    return "fire" if fires else "stay silent"


class Rule(BaseModel):
    """One rule file; `id` is the file's stem. Fields that only one kind of rule has stand under `when`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: Text
    when: SerializeAsAny[Condition]
    brands: tuple[Text, ...] = ()
    """Ids of the brands that it watches; empty for all."""
    query: Text | None = None
    """Only mentions that match this boolean query count."""
    severity: Severity
    channels: tuple[Text, ...] = ()
    """Ids of the channels that are told; without any, the alert stands in the index and on the page only."""
    notify: Notify | None = None
    """Who is told, in which order and how often, where `channels` is not enough."""
    owner: Text
    """Who answers for the rule."""
    runbook: Text
    """What to do when it fires: an address or a sentence."""
    quiet: Duration = timedelta(hours=6)
    """A burst of the same brand that begins within this time after one continues it, and tells nobody again."""
    tests: tuple[SerializeAsAny[Annotated[Case, AfterValidator(_keeps_its_promise)]], ...]

    @classmethod
    def choose(cls, data: Mapping[str, Any]) -> "type[Rule]":
        """Return the model of the rules of the kind that a file names, or this one, which refuses an unknown kind."""
        when = data.get("when")
        kind = when.get("kind") if isinstance(when, Mapping) else None
        return rule_of(kind) if isinstance(kind, str) and kind in kinds() else _of_no_kind()

    @field_validator("id")
    @classmethod
    def _id_from_file(cls, value: str) -> str:
        if not re.fullmatch(r"[\w-]{1,64}", value):
            raise ValueError(f"the file's name {value!r} is the rule's id: use letters, digits, - and _, at most 64")
        return value

    @field_validator("query")
    @classmethod
    def _query_parses(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                parse(value)
        except QueryError as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("tests")
    @classmethod
    def _both_verdicts(cls, value: tuple[Case, ...]) -> tuple[Case, ...]:
        for fires in (True, False):
            if not any(test.fires is fires for test in value):
                raise ValueError(
                    f"no case in which the rule is to {_verb(fires)}: add one with `fires: {str(fires).lower()}`"
                )
        return value

    @model_validator(mode="after")
    def _asks_two_of_a_crisis(self) -> "Rule":
        if self.notify and (self.notify.acks or 1) > 1 and self.severity is not Severity.CRISIS:
            raise ValueError(
                "notify: acks: only a crisis asks for more than one: leave it out, or write severity: crisis"
            )
        return self

    @property
    def parsed(self) -> Query | None:
        """The query as its tree."""
        return None if self.query is None else parse(self.query)

    def watches(self, brand: Brand) -> bool:
        """Whether the rule is about the brand."""
        return not self.brands or brand.id in self.brands


class _AnyCase(Case):
    """A test of a rule whose kind is not known, so that nothing can be said of its facts."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@cache
def _of_no_kind() -> type[Rule]:
    """Return the model that refuses an unknown kind, and finds no fault with tests that only another kind can read."""
    return create_model("Rule", __base__=Rule, __module__=__name__, tests=(tuple[_AnyCase, ...], ()))


@cache
def rule_of(kind: str) -> type[Rule]:
    """Return the model of a kind's rules: `when` and `tests` have the fields of that kind."""
    module = module_of(kind)
    case: Any = getitem(Annotated, (module.Case, AfterValidator(_keeps_its_promise)))
    of_cases: Any = getitem(cast(Any, tuple), (case, ...))
    fields: Any = {"when": (module.When, ...), "tests": (of_cases, ...)}
    return create_model("Rule", __base__=Rule, __module__=__name__, **fields)


def load_rules(folder: Path | None = None) -> list[Rule]:
    """Return every rule under config/rules, sorted by id; ConfigError also names rules that fail their own tests."""
    return load_folder(folder or settings.config_dir() / "rules", Rule)


def check_references(
    rules: Sequence[Rule], brands: Sequence[Brand], channels: Sequence[Channel], folder: Path | None = None
) -> None:
    """Raise ConfigError with every brand or channel that a rule names and nobody has written."""
    folder = folder or settings.config_dir() / "rules"
    problems = [
        *_unknown(rules, "brands", {brand.id for brand in brands}, folder),
        *_unknown(rules, "channels", {channel.id for channel in channels}, folder),
    ]
    if problems:
        raise ConfigError("\n".join(problems))


def _unknown(rules: Sequence[Rule], field: str, known: set[str], folder: Path) -> Iterator[str]:
    for rule in rules:
        for number, name in enumerate(getattr(rule, field)):
            if name not in known:
                path = next(folder.glob(f"{rule.id}.y*ml"))
                hint = f"(known: {', '.join(sorted(known)) or 'none yet'})"
                remedy = f"mend its spelling, or write {folder.parent / field / name}.yaml"
                yield f"{where(path, field, number)}: nothing is called {name!r} {hint}: {remedy}"
