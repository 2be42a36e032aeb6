"""A campaign whose effect is to be told: when it ran, who was in it, with whom they are compared, what it was for."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config import settings
from config.load import load_folder
from config.query import Query, QueryError, parse
from config.settings import DAY_ZONE

__all__ = ["Campaign", "Group", "Outcome", "load_campaigns"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Outcome = Literal["conversion", "spending", "sentiment"]


class Group(BaseModel):
    """Some customers: a segment as it stands now, or those that an export took out, as they were then."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    segment: Text | None = None
    export: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> "Group":
        if (self.segment is None) == (self.export is None):
            raise ValueError("write one of segment (its file's name) and export (its id)")
        return self


class Campaign(BaseModel):
    """One campaign's file; `id` is its stem. What it is compared with is as long, and lies just before it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: Text
    brand: Text
    begin: date
    end: date
    """The last day, included; days of Asia/Shanghai."""
    query: Text | None = None
    """Which mentions take part, such as `tag:夏日清凉节`."""
    treated: Group
    control: Group
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)] = ("conversion", "spending", "sentiment")
    currency: Text = "CNY"

    @model_validator(mode="after")
    def _sound(self) -> "Campaign":
        if self.end < self.begin:
            raise ValueError(f"end: {self.end} lies before the begin, {self.begin}: exchange them")
        if self.treated == self.control:
            raise ValueError("control: names the very customers that are treated: name others")
        try:
            if self.query:
                parse(self.query)
        except QueryError as error:
            raise ValueError(f"query: {error}") from error
        return self

    @property
    def parsed(self) -> Query | None:
        """The query as its tree."""
        return parse(self.query) if self.query else None

    @property
    def length(self) -> timedelta:
        """How long it ran."""
        return timedelta(days=(self.end - self.begin).days + 1)

    def period(self, before: int = 0) -> tuple[datetime, datetime]:
        """Return when it began and was over; with `before`, the period so many lengths earlier."""
        begun = datetime.combine(self.begin, time(), DAY_ZONE) - before * self.length
        return begun, begun + self.length


def load_campaigns(folder: Path | None = None) -> list[Campaign]:
    """Return every campaign under config/campaigns, sorted by id; ConfigError names file, line, field and remedy."""
    return load_folder(folder or settings.config_dir() / "campaigns", Campaign)
