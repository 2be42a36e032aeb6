"""From where customers' data may be read: one file a connector, found by its name, `config/connectors/<kind>.py`.

Each has a `Read`, the fields below `read:` in a source's file. How it is read says
`indexing/customers/sources/<kind>.py`.
"""

import importlib
import pkgutil
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from config.duration import Duration

__all__ = ["Connector", "Incremental", "Name", "Variable", "connectors", "read_of"]

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
"""The name of an environment variable that holds a secret."""


class Incremental(BaseModel):
    """How the rows that are new since the last time are told: by a column that grows."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    column: Name
    """When a row was last changed; or a number that only grows, with `steps`."""
    overlap: Duration = timedelta(hours=1)
    """How far behind the last one the next reading begins: a row may become visible later than its time says."""
    steps: Annotated[int, Field(ge=1)] | None = None
    """For a column of numbers: by how many the next reading begins before the last one, instead of `overlap`."""


class Connector(BaseModel):
    """What every connector says."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    kind: str

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in connectors():
            raise ValueError(f"there is no connector {value!r}: write one of {', '.join(connectors())}")
        return value

    @property
    def increments(self) -> Incremental | None:
        """How what is new is told, where it can be; otherwise each reading is of everything."""
        return None


def connectors() -> list[str]:
    """Return the names of all connectors."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def read_of(kind: str) -> type[Connector]:
    """Return the model of what a connector's `read:` says."""
    module: Any = importlib.import_module(f"{__name__}.{kind}")
    model: type[Connector] = module.Read
    return model
