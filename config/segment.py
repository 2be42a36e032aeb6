"""A saved segment: which customers, by conditions over their profiles and over what they said."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from config import settings
from config.duration import Duration
from config.load import load_folder
from config.query import Query, QueryError, parse

__all__ = ["Condition", "Said", "Segment", "load_segments"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Value = str | bool
_LEAVES = ("is", "exists", "at_least", "at_most", "ago")


def _values(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class Ago(BaseModel):
    """A time that lies from `since` to `until` days ago."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: Annotated[int, Field(ge=0)]
    until: Annotated[int, Field(ge=0)] = 0


class Condition(BaseModel):
    """One condition: a field of the profile with exactly one of is, exists, at_least, at_most and ago; or several."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    field: Text | None = None
    """A field of tingfeng-profiles, such as tier, value_band or churn.score."""
    is_: Annotated[tuple[Value, ...], BeforeValidator(_values)] = Field(default=(), alias="is")
    exists: bool | None = None
    at_least: float | None = None
    at_most: float | None = None
    ago: Ago | None = None
    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    no: "Condition | None" = Field(default=None, alias="not")
    """The condition that must not hold; `not:` in the file."""

    @model_validator(mode="after")
    def _one_thing(self) -> "Condition":
        leaves = [name for name, value in zip(_LEAVES, self._leaves(), strict=True) if value is not None]
        groups = [name for name, value in (("all", self.all), ("any", self.any), ("not", self.no)) if value]
        if self.field is None and (leaves or len(groups) != 1):
            raise ValueError("write `field` with what it must be, or one of all, any and not")
        if self.field is not None and (groups or len(leaves) != 1):
            raise ValueError(f"{self.field}: write exactly one of {', '.join(_LEAVES)} for it")
        return self

    def _leaves(self) -> tuple[Any, ...]:
        return (self.is_ or None, self.exists, self.at_least, self.at_most, self.ago)


class Said(BaseModel):
    """What they said in public: so many mentions that match, within so long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: Text
    """In the query language, such as `sentiment:negative brand:xiaomi`."""
    since: Duration = timedelta(days=30)
    at_least: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _query_parses(self) -> "Said":
        try:
            parse(self.query)
        except QueryError as error:
            raise ValueError(f"query: {error}") from error
        return self

    @property
    def parsed(self) -> Query:
        """The query as its tree."""
        return parse(self.query)


class Segment(BaseModel):
    """One segment's file; `id` is its stem. Both parts must hold; one may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: Text
    profile: Condition | None = None
    mentions: Said | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Segment":
        if self.profile is None and self.mentions is None:
            raise ValueError("write `profile`, `mentions` or both: this segment would be everybody")
        return self


def load_segments(folder: Path | None = None) -> list[Segment]:
    """Return every segment under config/segments, sorted by id; ConfigError names file, line, field and remedy."""
    return load_folder(folder or settings.config_dir() / "segments", Segment)
