"""Rows as a file for a spreadsheet: whole or not at all, for its owner's eyes, and no cell a formula."""

import csv
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from config.errors import UserError

__all__ = ["Sheet", "write_rows"]

_LONGEST_CELL = 32_767


class Sheet(StrEnum):
    """How a list is written."""

    CSV = "csv"
    XLSX = "xlsx"


def write_rows(out: Path, form: Sheet, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write a line a row; return how many. UserError where the file cannot be written."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)  # its owner's alone
        os.close(handle)
        try:
            count = (_csv if form is Sheet.CSV else _xlsx)(Path(temporary), columns, rows)
            Path(temporary).replace(out)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror}): name another --out") from error
    return count


def _csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write CSV that begins with a byte order mark, without which Excel reads no Chinese."""
    from indexing.mentions.search import cell

    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\ufeff")
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            count += 1
            writer.writerow([cell(_nested(row, column), column) for column in columns])
    return count


def _xlsx(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    import xlsxwriter

    from indexing.mentions.search import at, plain

    count = 0
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("list")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column)
        for count, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                value = at(_nested(row, column), column)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(count, place, value)
                elif text := plain(_nested(row, column), column):
                    sheet.write_string(count, place, text[:_LONGEST_CELL])
    return count


def _nested(row: Mapping[str, Any], column: str) -> Mapping[str, Any]:
    """Return the row so that a name with dots is found, which may stand in it as it is."""
    if column not in row or "." not in column:
        return row
    value: Any = row[column]
    for name in reversed(column.split(".")):
        value = {name: value}
    return dict(value)
