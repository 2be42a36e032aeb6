"""Any database that SQLAlchemy reaches: a table, or a query as a subquery, streamed in the order of its increments."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from config import settings
from config.connectors.sql import Read as Options
from config.customer_source import CustomerSource
from indexing.customers.sources import Row, SourceError, check_columns, columns_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.sql.selectable import FromClause

__all__ = ["read"]


def read(source: CustomerSource, since: str | None) -> Iterator[Row]:
    """Yield the rows; a connection that ends before the last of them is a SourceError."""
    from sqlalchemy.exc import SQLAlchemyError

    options = source.read
    assert isinstance(options, Options)  # noqa: S101 - the source's kind says so
    engine = _engine(source, options)
    try:
        with engine.connect() as connection:
            yield from _rows(source, options, connection, since)
    except SQLAlchemyError as error:
        raise SourceError(
            f"{source.id}: the database did not give all rows ({_said(error)}): look at it, its address in"
            f" {options.url_env} and at what read: asks; then run the same again; nothing was changed"
        ) from None  # the cause shows statements with their values, and the address
    finally:
        engine.dispose()


def _rows(source: CustomerSource, options: Options, connection: "Connection", since: str | None) -> Iterator[Row]:
    from sqlalchemy import column, literal, select

    table = _from(options)
    asked = select("*") if options.query else select(*map(column, columns_of(source)))
    statement: Any = asked.select_from(table)
    _check(source, options, connection, table)
    if increments := options.incremental:
        grows: Any = column(increments.column)
        if since is not None:
            statement = statement.where(grows >= literal(_bound(since, numbered=increments.steps is not None)))
        statement = statement.order_by(grows)
    with connection.execution_options(stream_results=True, yield_per=options.at_once).execute(statement) as read:
        names = tuple(read.keys())
        for number, row in enumerate(read, 1):
            yield Row(place=f"row {number:,}", values=dict(zip(names, row, strict=True)))


def _from(options: Options) -> "FromClause":
    from sqlalchemy import table, text
    from sqlalchemy.sql import quoted_name

    if options.query is not None:
        return text(f"({options.query.rstrip().rstrip(';')}) AS asked")  # type: ignore[return-value]
    schema, _, name = (options.table or "").rpartition(".")
    return table(quoted_name(name, quote=True), schema=quoted_name(schema, quote=True) if schema else None)


def _check(source: CustomerSource, options: Options, connection: "Connection", asked: "FromClause") -> None:
    """Tell a column that is missing before the statement fails by it, in the database's own words."""
    from sqlalchemy import false, inspect, select
    from sqlalchemy.exc import NoSuchTableError

    if options.query is not None:
        with connection.execute(select("*").select_from(asked).where(false())) as nothing:
            return check_columns(source, tuple(nothing.keys()), "the query")
    schema, _, name = (options.table or "").rpartition(".")
    try:
        found = [one["name"] for one in inspect(connection).get_columns(name, schema=schema or None)]
    except NoSuchTableError:
        raise SourceError(f"{source.id}: the database has no table {options.table!r}: mend read.table") from None
    return check_columns(source, found, f"the table {options.table}")


def _bound(since: str, *, numbered: bool) -> datetime | int:
    """Return from where to read; a second earlier, since SQLite compares times as texts, with and without fractions."""
    return int(since) if numbered else datetime.fromisoformat(since) - timedelta(seconds=1)


def _engine(source: CustomerSource, options: Options) -> "Engine":
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError

    url = settings.secret(options.url_env)
    if not url:
        raise SourceError(f"{source.id}: {options.url_env} is not set: put the database's address there")
    try:
        return create_engine(url, pool_pre_ping=True)
    except ArgumentError:
        raise SourceError(
            f"{source.id}: {options.url_env} holds no database's address: write postgresql+psycopg://user:password@host/"
            "database, mysql+pymysql://…, mssql+pymssql://… or sqlite:////path"
        ) from None
    except ModuleNotFoundError as error:
        raise SourceError(
            f"{source.id}: the driver {error.name} is not installed: pip install it beside tingfeng"
        ) from error


def _said(error: Exception) -> str:
    """Return the database's own first line, without the statement and its values."""
    text = str(getattr(error, "orig", None) or type(error).__name__)
    return text.strip().splitlines()[0][:300] if text.strip() else type(error).__name__
