"""A brand: what counts as a mention of it, which accounts are its own, and where to look."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from config import settings
from config.load import load_folder
from config.query import Query, QueryError, parse_brand_query

__all__ = ["Account", "Brand", "Target", "load_brands", "targets"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(_Written):
    """An account of the brand's own: its posts are answers, not mentions."""

    platform: Name
    id: Text


class Target(_Written):
    """One feed × query: `query` is what the feed takes, a search word or an address."""

    feed: Name
    query: Text
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    """Another address for the feed's own, such as a mirror or the replay server."""


class Brand(_Written):
    """One brand file; `id` is the file's stem."""

    id: str
    name: Text
    query: Text
    """The boolean query that a post must match to be a mention, such as `小米 AND (崩溃 OR 闪退) NOT 小米粥`."""
    words: tuple[Text, ...] = ()
    """Words that segmentation must keep whole: products, nicknames, slogans."""
    own_accounts: tuple[Account, ...] = ()
    neutral: Annotated[float, Field(ge=0.1, le=10)] = 1.0
    """What the odds of a neutral sentiment are multiplied by: less than 1 where too much counts as neutral."""
    crawl: tuple[Target, ...] = Field(default=())

    @field_validator("id")
    @classmethod
    def _id_from_file(cls, value: str) -> str:
        if not re.fullmatch(r"[\w-]{1,64}", value):
            raise ValueError(f"the file's name {value!r} is the brand's id: use letters, digits, - and _, at most 64")
        return value

    @field_validator("query")
    @classmethod
    def _query_parses(cls, value: str) -> str:
        try:
            parse_brand_query(value)
        except QueryError as error:
            raise ValueError(str(error)) from error
        return value

    @model_validator(mode="after")
    def _targets_differ(self) -> "Brand":
        repeated = sorted({f"{t.feed} {t.query}" for t in self.crawl if self.crawl.count(t) > 1})
        if repeated:
            raise ValueError(f"crawl: {repeated[0]!r} stands twice: keep one")
        return self

    @property
    def parsed(self) -> Query:
        """The query as its tree."""
        return parse_brand_query(self.query)


def load_brands(folder: Path | None = None) -> list[Brand]:
    """Return every brand under config/brands, sorted by id; ConfigError names file, line, field and remedy."""
    return load_folder(folder or settings.config_dir() / "brands", Brand)


def targets(brands: Iterable[Brand]) -> list[Target]:
    """Return each feed × query once, however many brands ask for it."""
    return list(dict.fromkeys(target for brand in brands for target in brand.crawl))
