"""Connectors to customers' data: one file each, found by its name, `indexing/customers/sources/<kind>.py`.

Each has `read(source, since)`, which yields every row or, with `since`, those whose column of `read.incremental` is not
below it, and raises a SourceError when it cannot give all of them. What its `read:` says stands in
`config/connectors/<kind>.py`.
"""

import importlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from config.customer_rows import read_fields
from config.customer_source import CustomerSource
from config.errors import UserError

__all__ = ["Read", "Row", "SourceError", "check_columns", "columns_of", "connector"]


class SourceError(UserError):
    """A source cannot be read to its end: nothing of this reading was written. The message names source and remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as the source gave it: where it stands there, and its values by their columns."""

    place: str
    """Such as `line 7`."""
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None
    """Why it has no values."""
    text: str | None = None
    """As it stands in the source, where its values do not tell."""


class Read(Protocol):
    """What a connector's module has as `read`."""

    def __call__(self, source: CustomerSource, since: str | None) -> Iterator[Row]:
        """Yield the rows."""
        ...


def connector(source: CustomerSource) -> Read:
    """Return how the source is read."""
    module: Any = importlib.import_module(f"{__name__}.{source.read.kind}")
    read: Read = module.read
    return read


def columns_of(source: CustomerSource) -> list[str]:
    """Return the columns that the source must have, each once."""
    named = [stated.column for _, stated in read_fields(source.fields) if stated.column]
    if increments := source.read.increments:
        named.append(increments.column)
    return list(dict.fromkeys(named))


def check_columns(source: CustomerSource, there: Collection[str], where: str) -> None:
    """Raise SourceError unless every column that is mapped is there."""
    missing = [name for name in columns_of(source) if name not in there]
    if missing:
        raise SourceError(
            f"{source.id}: {where} has no column {', '.join(map(repr, missing))}: mend the fields of"
            f" config/customers/{source.id}.yaml (it has: {', '.join(map(str, there))[:600]}); nothing was changed"
        )
