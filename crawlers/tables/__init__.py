"""Tables that people export: CSV, Excel and JSON Lines, all read as records of texts, the header first."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from crawlers.tables import delimited, json_lines, sheet
from crawlers.tables.record import FaultyRow, Record, UnusableTable

__all__ = ["FaultyRow", "Record", "UnusableTable", "records"]

_READERS: Mapping[str, Callable[[Path], Iterator[Record]]] = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), sheet.read),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), json_lines.read),
}


def records(path: Path) -> Iterator[Record]:
    """Yield every record, the header first, blank ones left out; a file of an unknown kind is read as CSV.

    UnusableTable when the file as a whole cannot be read.
    """
    return _READERS.get(path.suffix.lower(), delimited.read)(path)
