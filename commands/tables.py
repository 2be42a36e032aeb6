"""Rows as a file for a spreadsheet: whole or not at all, for its owner's eyes, and no cell a formula."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from config.errors import UserError
from config.output import written

__all__ = ["Sheet", "TooMany", "needs_out", "write_csv", "write_rows"]

_MOST_ROWS = 1_048_575  # a worksheet takes no more below its header
_LONGEST_CELL = 32_767


class Sheet(StrEnum):
    """How a list is written."""

    CSV = "csv"
    XLSX = "xlsx"


class TooMany(UserError):
    """There are more rows than the form can hold; the message says which other can."""


def needs_out(form: Sheet | None, out: Path | None) -> Sheet:
    """Return the form of the file, CSV unless told; refuse a form for which there is no file."""
    if form and not out:
        raise UserError(f"--format {form}: needs the file to write, such as --out list.{form}")
    return form or Sheet.CSV


def write_rows(out: Path, form: Sheet, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write a line a row; return how many. NotWritten where the file cannot be written, TooMany for a worksheet."""
    with written(out, private=True) as path:
        if form is Sheet.XLSX:
            return _xlsx(path, columns, rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            return write_csv(file, columns, rows)


def write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write CSV that begins with a byte order mark, without which Excel reads no Chinese; return how many rows."""
    from indexing.mentions.search import cell

    count = 0
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in rows:
        count += 1
        writer.writerow([cell(_nested(row, column), column) for column in columns])
    return count


def _xlsx(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    from indexing.mentions.search import at, plain

    count = 0
    try:
        with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet("list")
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column)
            for count, row in enumerate(rows, 1):
                if count > _MOST_ROWS:
                    raise TooMany(f"a worksheet holds {_MOST_ROWS:,} rows: ask for less, or for --format csv")
                for place, column in enumerate(columns):
                    value = at(_nested(row, column), column)
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        sheet.write_number(count, place, value)
                    elif text := plain(_nested(row, column), column):
                        sheet.write_string(count, place, text[:_LONGEST_CELL])
    except FileCreateError as error:  # its own word for what the system says
        raise OSError(*error.args[0].args) from error
    return count


def _nested(row: Mapping[str, Any], column: str) -> Mapping[str, Any]:
    """Return the row so that a name with dots is found, which may stand in it as it is."""
    if column not in row or "." not in column:
        return row
    value: Any = row[column]
    for name in reversed(column.split(".")):
        value = {name: value}
    return dict(value)
