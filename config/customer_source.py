"""A source of customers' data: from where it is read, what each row is, and what its columns mean.

`config/customers/<name>.yaml`, one file a source.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    StringConstraints,
    create_model,
    field_validator,
)

from config import settings
from config.connectors import Connector, connectors, read_of
from config.customer_rows import ROWS, Fields
from config.load import ConfigError, load, load_folder, written_files

__all__ = ["CustomerSource", "folder", "load_source", "load_sources", "source_of", "written_model"]

_Rows = Literal["customer", "contact", "order", "sale", "visit", "membership", "ticket", "consent"]


class CustomerSource(BaseModel):
    """One source; `id` is the file's stem, and stands with all that came from it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: str
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] | None = None
    """What people call it, such as 会员系统."""
    read: SerializeAsAny[Connector]
    """From where."""
    rows: _Rows
    """What each row is."""
    fields: SerializeAsAny[Fields]
    """Which column means what; a personal one says purpose, basis and retention."""
    namespace: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] | None = None
    """Of a source that numbers customers otherwise than the shop does: its customers' ids begin with it."""
    timezone: str = str(settings.DAY_ZONE)
    """Of times that name no zone."""
    rank: Annotated[int, Field(ge=0, le=1000)] = 100
    """Where two sources say different things of a customer, the lower rank counts."""
    most_gone: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Share of its customers that may be gone at once; beyond it a list is taken for half a list."""

    @classmethod
    def choose(cls, data: Mapping[str, Any]) -> "type[CustomerSource]":
        """Return the model of a source with the connector and the rows that a file names, as far as they are known."""
        read, rows = data.get("read"), data.get("rows")
        kind = read.get("kind") if isinstance(read, Mapping) else None
        return source_of(
            kind if isinstance(kind, str) and kind in connectors() else None,
            rows if isinstance(rows, str) and rows in ROWS else None,
        )

    @field_validator("id")
    @classmethod
    def _id_from_file(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", value) or value == "list":
            raise ValueError(
                f"the file's name {value!r} is the source's id: use lower-case letters, digits, - and _, and not `list`"
            )
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no time zone: write one such as Asia/Shanghai") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times that name none."""
        return ZoneInfo(self.timezone)

    def customer_id(self, number: str) -> str:
        """Return a customer's id by the source's own number."""
        return f"{self.namespace}:{number}" if self.namespace else number


@cache
def source_of(kind: str | None, rows: str | None) -> type[CustomerSource]:
    """Return the model of sources with this connector and these rows."""
    chosen: Any = {
        **({"read": (read_of(kind), ...)} if kind else {}),
        **({"fields": (ROWS[rows], ...)} if rows else {}),
    }
    return create_model("CustomerSource", __base__=CustomerSource, __module__=__name__, **chosen)


def written_model() -> type[CustomerSource]:
    """Return a model that takes every connector and every kind of row, for the JSON schema."""
    reads: Any = Union[tuple(read_of(kind) for kind in connectors())]  # noqa: UP007 - made at run time
    fields: Any = Union[tuple(ROWS.values())]  # noqa: UP007
    chosen: Any = {"read": (cast(Any, Annotated)[reads, Field(discriminator="kind")], ...), "fields": (fields, ...)}
    return create_model("CustomerSource", __base__=CustomerSource, __module__=__name__, **chosen)


def folder() -> Path:
    """Return the folder of the sources."""
    return settings.config_dir() / "customers"


def load_sources(where: Path | None = None) -> list[CustomerSource]:
    """Return every source, sorted by id; ConfigError tells the faults of all files."""
    return load_folder(where or folder(), CustomerSource)


def load_source(name: str) -> CustomerSource:
    """Return one source; ConfigError names what is wrong with it, or which sources there are."""
    paths = written_files(folder())
    for path in paths:
        if path.stem == name:
            return load(path, CustomerSource)
    there = ", ".join(path.stem for path in paths) or "none"
    raise ConfigError(
        f"{folder() / f'{name}.yaml'}: missing: write it as docs/customer-sources.md says (there are: {there})"
    )
