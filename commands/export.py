"""The mentions of a query as files for other programs: JSON lines, CSV, a workbook, Parquet; ids stay text."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from config.errors import UserError

__all__ = ["Format", "NoFile", "export"]

Documents = Iterable[Mapping[str, Any]]
_MOST_ROWS = 1_048_575  # a worksheet takes no more below its header
_LONGEST_CELL = 32_767
_NUMBERS = {"sentiment.score": "float64", "engagement.total": "int64"}
_BATCH = 5_000


class Format(StrEnum):
    """How the mentions are written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class NoFile(UserError):
    """The mentions cannot be written there; the message says where they can."""


def export(documents: Documents, form: Format, out: Path | None) -> None:
    """Write every mention to `out`, or to the standard output, which is no place for a workbook or Parquet."""
    if out is None and form in (Format.XLSX, Format.PARQUET):
        raise NoFile(f"{form.value} is no text for a terminal: name a file, such as --out mentions.{form.value}")
    try:
        _WRITERS[form](documents, out)
    except OSError as error:
        raise NoFile(f"{out or 'standard output'}: cannot be written ({error.strerror}): name another --out") from error


def _jsonl(documents: Documents, out: Path | None) -> None:
    with _text(out, "utf-8") as file:
        for document in documents:
            file.write(json.dumps(document, ensure_ascii=False) + "\n")


def _csv(documents: Documents, out: Path | None) -> None:
    """Write CSV that begins with a byte order mark, without which Excel reads no Chinese."""
    from indexing.mentions.search import FIELDS, cell

    with _text(out, "utf-8") as file:
        file.write("\ufeff")
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows([cell(document, field) for field in FIELDS] for document in documents)


def _xlsx(documents: Documents, out: Path | None) -> None:
    import xlsxwriter

    from indexing.mentions.search import FIELDS, plain

    with xlsxwriter.Workbook(str(out), {"constant_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("mentions")
        sheet.freeze_panes(1, 0)
        for column, field in enumerate(FIELDS):
            sheet.write_string(0, column, field)
        for row, document in enumerate(documents, 1):
            if row > _MOST_ROWS:
                raise NoFile(f"a worksheet holds {_MOST_ROWS:,} mentions: narrow the query, or use --format parquet")
            for column, field in enumerate(FIELDS):
                value = plain(document, field)
                if value and field in _NUMBERS:
                    sheet.write_number(row, column, float(value))
                elif value:
                    sheet.write_string(row, column, value[:_LONGEST_CELL])


def _parquet(documents: Documents, out: Path | None) -> None:
    import pyarrow
    from pyarrow import parquet

    from config.settings import DAY_ZONE
    from indexing.mentions.search import FIELDS, at

    types = {"@timestamp": pyarrow.timestamp("ms", tz=DAY_ZONE.key)}
    types |= {field: getattr(pyarrow, name)() for field, name in _NUMBERS.items()}
    schema = pyarrow.schema([(field, types.get(field, pyarrow.string())) for field in FIELDS])

    def value(document: Mapping[str, Any], field: str) -> object:
        found = at(document, field)
        return datetime.fromisoformat(str(found)) if found and field == "@timestamp" else found

    with parquet.ParquetWriter(out, schema) as writer:
        for some in _batches(documents):
            rows = [{field: value(document, field) for field in FIELDS} for document in some]
            writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))


def _batches(documents: Documents) -> Iterator[list[Mapping[str, Any]]]:
    from itertools import islice

    left = iter(documents)
    while some := list(islice(left, _BATCH)):
        yield some


@contextmanager
def _text(out: Path | None, encoding: str) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
    else:
        with out.open("w", encoding=encoding, newline="") as file:
            yield file


_WRITERS: Mapping[Format, Callable[[Documents, Path | None], None]] = {
    Format.JSONL: _jsonl,
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.PARQUET: _parquet,
}
