"""`sql`: a table or query of a database that SQLAlchemy reaches."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.connectors import Connector, Incremental, Name, Variable

__all__ = ["Read"]


class Read(Connector):
    """The fields of an `sql`."""

    kind: Literal["sql"]
    url_env: Variable
    """The variable that holds the database's address, such as postgresql+psycopg://user:password@host/shop."""
    table: Name | None = None
    """A table or view, `schema.name` where it needs one."""
    query: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None
    """A SELECT instead of a table; it is read as a subquery, so that it ends without a semicolon."""
    incremental: Incremental | None = None
    at_once: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """Rows that are fetched at once."""

    @model_validator(mode="after")
    def _either(self) -> "Read":
        if (self.table is None) == (self.query is None):
            raise ValueError("name either a table or a query: write `table: members`, or `query: select …`")
        if self.query and ";" in self.query.rstrip().rstrip(";"):
            raise ValueError("query: holds several statements: write one SELECT, without a semicolon")
        return self

    @property
    def increments(self) -> Incremental | None:
        """The column that tells what is new."""
        return self.incremental
