"""CSV, Excel and JSON Lines, as another system leaves them in a folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from config import settings
from config.connectors.file import Read as Options
from config.customer_source import CustomerSource
from crawlers.tables import Record, UnusableTable, records
from indexing.customers.sources import Row, SourceError, check_columns

__all__ = ["read"]


def read(source: CustomerSource, since: str | None) -> Iterator[Row]:
    """Yield the rows of the newest file; one that is cut off, or is written while it is read, is none."""
    path = _path(source)
    before = _stamp(path)
    yield from _rows(source, path)
    if _stamp(path) != before:
        raise SourceError(
            f"{source.id}: {path} was written while it was read: let the exporting system write another name and rename"
            " it, and run the same again; nothing was changed"
        )


def _rows(source: CustomerSource, path: Path) -> Iterator[Row]:
    try:
        table = records(path)
        header = next(table, None)
        if header is None or header.problem:
            raise SourceError(f"{source.id}: {path} has no line of column names: export it with them")
        names = tuple(header.cells)
        while names and not names[-1]:
            names = names[:-1]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise SourceError(f"{source.id}: {path}: the column {twice[0]!r} stands twice: keep one")
        check_columns(source, names, str(path))
        last: Record | None = None
        for record in table:
            if last is not None:
                yield _row(last, names)
            last = record
        if last is not None:
            _check_end(source, path, last, names)
            yield _row(last, names)
    except (UnusableTable, OSError) as error:
        raise SourceError(f"{source.id}: {error}; nothing was changed") from error


def _row(record: Record, names: tuple[str, ...]) -> Row:
    place, cells = f"line {record.line}", record.cells
    if record.problem:
        return Row(place=place, problem=record.problem, text=record.text)
    if len(cells) < len(names) or any(cells[len(names) :]):
        problem = f"{len(cells)} cells where the header has {len(names)}: put a cell that holds a comma in quotes"
        return Row(place=place, problem=problem, text=record.text)
    return Row(place=place, values=dict(zip(names, cells, strict=False)))


def _check_end(source: CustomerSource, path: Path, last: Record, names: tuple[str, ...]) -> None:
    """Refuse a file whose last line neither ends nor is whole: it was cut off, and more may be missing."""
    if not last.problem and len(last.cells) >= len(names):
        return
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        ended = file.read(1) in (b"\n", b"\r", b"\0")
    if not ended and path.suffix.lower() not in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"):
        raise SourceError(
            f"{source.id}: {path} ends in the middle of line {last.line}: it was cut off while it was written or"
            " copied: export it again; nothing was changed"
        )


def _path(source: CustomerSource) -> Path:
    options = source.read
    assert isinstance(options, Options)  # noqa: S101 - the file's kind says so
    written = Path(options.path).expanduser()
    base = Path(written.anchor) if written.is_absolute() else settings.config_dir()
    found = sorted(base.glob(str(written.relative_to(written.anchor))))
    if not found:
        raise SourceError(f"{source.id}: {base / written}: there is no such file: export it, or mend read.path")
    return found[-1]


def _stamp(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
