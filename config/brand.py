"""A brand: what counts as a mention of it, which accounts are its own, and where to look."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from config import brand_tree, settings
from config.aliases import Aliases, widened
from config.errors import UserError
from config.fold import plain
from config.load import ConfigError, load_folder, where
from config.query import Query, QueryError, parse_brand_query

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["Account", "Brand", "Target", "find_brand", "load_brands", "targets"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


_LONGEST_NAME = 100


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(_Written):
    """An account of the brand's own, whose posts are answers and not mentions, or of a partner's."""

    platform: Name
    id: Text


class Target(_Written):
    """One feed × query: `query` is what the feed takes, a search word or an address."""

    feed: Name
    query: Text
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]")] | None = None
    """Another address for the feed's own, such as a mirror or the replay server."""


class Brand(_Written):
    """One brand file; `id` is the file's stem."""

    id: str
    name: Text
    query: Text
    """The boolean query that a post must match to be a mention, such as `小米 AND (崩溃 OR 闪退) NOT 小米粥`."""
    words: tuple[Text, ...] = ()
    """Words that segmentation must keep whole: products, nicknames, slogans."""
    parent: Text | None = None
    """The id of the brand above this one: group → brand → product line. Alerts of one family join into incidents."""
    aliases: Aliases = Aliases()
    """What else people call it: wherever the query says the name, each of these is meant too."""
    own_accounts: tuple[Account, ...] = ()
    partners: tuple[Account, ...] = ()
    """Accounts of dealers, agencies and paid voices: their posts are mentions, marked as `partner`."""
    neutral: Annotated[float, Field(ge=0.1, le=10)] = 1.0
    """What the odds of a neutral sentiment are multiplied by: less than 1 where too much counts as neutral."""
    crawl: tuple[Target, ...] = Field(default=())

    @field_validator("id")
    @classmethod
    def _id_from_file(cls, value: str) -> str:
        if not re.fullmatch(r"[\w-]{1,64}", value):
            raise ValueError(f"the file's name {value!r} is the brand's id: use letters, digits, - and _, at most 64")
        return value

    @field_validator("name")
    @classmethod
    def _name_fits_a_line(cls, value: str) -> str:
        if "\n" in value or len(value) > _LONGEST_NAME:
            raise ValueError(f"must be one line of at most {_LONGEST_NAME} characters: it stands on every chart")
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
        repeated = sorted(f"{t.feed} {t.query}" for t, times in Counter(self.crawl).items() if times > 1)
        if repeated:
            raise ValueError(f"crawl: {repeated[0]!r} stands twice: keep one")
        return self

    @model_validator(mode="after")
    def _partners_are_not_own(self) -> "Brand":
        if both := sorted(f"{one.platform} {one.id}" for one in {*self.own_accounts} & {*self.partners}):
            raise ValueError(f"partners: {both[0]!r} is also among own_accounts, whose posts are no mentions: keep one")
        return self

    @model_validator(mode="after")
    def _aliases_stand_for_the_name(self) -> "Brand":
        try:
            _ = self.parsed
        except QueryError as error:
            raise ValueError(f"aliases: {error.reason}") from error
        return self

    @property
    def parsed_alone(self) -> Query:
        """The query as its tree, as it is written."""
        return parse_brand_query(self.query)

    @property
    def parsed(self) -> Query:
        """The query as its tree, with the aliases beside the name."""
        query, aliases = self.parsed_alone, self.aliases.all()
        return widened(query, self.name, aliases) if aliases else query


def load_brands(folder: Path | None = None) -> list[Brand]:
    """Return every brand under config/brands, sorted by id; ConfigError names file, line, field and remedy.

    Names are what people see, so that no two brands may have one, however it is written. `parent` makes a tree.
    """
    folder = folder or settings.config_dir() / "brands"
    brands = load_folder(folder, Brand)
    if len(brands) > 1:
        _check_names(folder, brands)
    faults = brand_tree.problems({brand.id: brand.parent for brand in brands})
    places = {brand.id: _file(folder, brand) for brand in brands if brand.parent}
    if told := [f"{where(places[id], 'parent')}: {reason}" for id, reason in faults]:
        raise ConfigError("\n".join(told))
    return brands


def find_brand(brands: Iterable[Brand], text: str) -> Brand:
    """Return the brand that people mean by its name or its id; UserError lists those that there are."""
    known, wanted = list(brands), _folded(text)
    for brand in known:
        if wanted in (_folded(brand.name), _folded(brand.id)):
            return brand
    names = ", ".join(brand.name for brand in known) or "none yet"
    raise UserError(f"no brand is called {text!r}; there are: {names} (config/brands)")


def _check_names(folder: Path, brands: Iterable[Brand]) -> None:
    first: dict[str, Brand] = {}
    problems = []
    for brand in brands:
        other = first.setdefault(_folded(brand.name), brand)
        if other is not brand:
            place = where(_file(folder, brand), "name")
            problems.append(
                f"{place}: {brand.name!r} is also the name in {_file(folder, other)}: "
                "people could not tell the two apart: give one of them another name"
            )
    if problems:
        raise ConfigError("\n".join(problems))


def _file(folder: Path, brand: Brand) -> Path:
    return next(path for path in (folder / f"{brand.id}.yaml", folder / f"{brand.id}.yml") if path.exists())


def _folded(name: str) -> str:
    """Return a name without case, width, spaces and the difference between traditional and simplified characters."""
    text = "".join(plain(unicodedata.normalize("NFKC", name)).split()).casefold()
    return text if text.isascii() else str(_simplified().convert(text))


@cache
def _simplified() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")


def targets(brands: Iterable[Brand]) -> list[Target]:
    """Return each feed × query once, however many brands ask for it."""
    return list(dict.fromkeys(target for brand in brands for target in brand.crawl))
