"""The first sheet of an Excel or OpenDocument file as records; formulas count as the texts they show."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crawlers.tables.record import Record, UnusableTable

__all__ = ["read"]

_MOST_BYTES, _MOST_FILES = 512 * 1024 * 1024, 10_000
"""What a file may unpack to: a small one that unpacks to more is made to fill a memory."""
_EXACT = 2**53


def read(path: Path) -> Iterator[Record]:
    """Yield the rows of the first sheet that hold anything, their numbers as the spreadsheet counts them."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        _check_size(path)
        with CalamineWorkbook.from_path(path) as book:
            for number, row in enumerate(book.get_sheet_by_index(0).iter_rows(), 1):  # empty rows above are there too
                cells = tuple(_text(cell) for cell in row)
                if any(cells):
                    yield Record(line=number, text="\t".join(cells), cells=cells)
    except (CalamineError, zipfile.BadZipFile) as error:
        remedy = "save it as .xlsx without a password, or as CSV"
        raise UnusableTable(f"{path}: not to be read ({error}): {remedy}") from error


def _check_size(path: Path) -> None:
    size, files = path.stat().st_size, 1
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            size, files = sum(part.file_size for part in parts.infolist()), len(parts.infolist())
    if size > _MOST_BYTES or files > _MOST_FILES:
        raise UnusableTable(
            f"{path}: unpacks to {size:,} bytes in {files:,} parts, more than {_MOST_BYTES:,} in {_MOST_FILES:,}: split"
            " it, or save it as CSV"
        )


def _text(cell: Any) -> str:
    """Return a cell as text; a number whose digits a spreadsheet does not keep is written as such."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}" if abs(cell) <= _EXACT else f"{cell:E}"
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat(" ") if isinstance(cell, dt.datetime) else cell.isoformat()
    return str(cell).strip()
