"""`rest`: an HTTP service that gives JSON, page by page."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.connectors import Connector, Incremental, Name, Variable

__all__ = ["Paging", "Read", "Since"]


def _secure(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("no address of a service: write https://host/path, without a user or password in it")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("http:// would show customers to everybody on the way: write https://")
    return value


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Paging(_Written):
    """How one page leads to the next."""

    by: Literal["none", "cursor", "page", "offset", "link"] = "none"
    """`cursor`: an answer names the next; `page` and `offset` count; `link`: the answer's Link header, rel=next."""
    parameter: Name | None = None
    """The query's parameter of the cursor, page or offset: `cursor`, `page` or `offset` where nothing is said."""
    cursor: Name = "next_cursor"
    """Where in the answer the next cursor stands, as a path such as meta.next."""
    first: Annotated[int, Field(ge=0)] = 1
    """The number of the first page."""
    size_parameter: Name | None = None
    """The parameter that asks for `size` items a page."""
    size: Annotated[int, Field(ge=1, le=10_000)] = 100
    total: Name | None = None
    """Where an answer says how many items there are in all: a reading that got fewer is refused."""
    most: Annotated[int, Field(ge=1)] = 100_000
    """Pages after which something must be wrong."""


class Since(Incremental):
    """Which parameter asks for what is new."""

    parameter: Name
    """The query's parameter, such as updated_since."""
    form: Literal["iso", "unix", "unix_ms", "number"] = "iso"
    """How the service wants the time."""


class Read(Connector):
    """The fields of a `rest`."""

    kind: Literal["rest"]
    url: Annotated[str, AfterValidator(_secure)]
    items: str = ""
    """The path of the list in an answer, such as data.items; empty where the answer itself is the list."""
    parameters: dict[Name, str | int | bool] = Field(default_factory=dict)
    """Sent with each request; no secrets."""
    header: Name = "Authorization"
    """The header that says who asks."""
    header_env: Variable | None = None
    """The variable with that header's whole value, such as `Bearer …`."""
    paging: Paging = Paging()
    incremental: Since | None = None
    timeout: Annotated[float, Field(gt=0, le=600)] = 30
    """Seconds to wait for an answer."""
    most_bytes: Annotated[int, Field(ge=1_000)] = 64_000_000
    """Bytes of one answer, unpacked, after which something must be wrong."""

    @property
    def increments(self) -> Incremental | None:
        """The column and parameter that tell what is new."""
        return self.incremental
