"""A CSV as records, as any shop's system or spreadsheet writes it, read line by line."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from crawlers.tables.record import Record, UnusableTable

__all__ = ["read"]

_CHUNK = 1 << 20
_ENCODINGS = ("utf-8", "gb18030")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(path: Path) -> Iterator[Record]:
    """Yield every record, the header first, blank ones left out; UnusableTable for an unknown or broken encoding."""
    with path.open(encoding=_encoding(path), newline="") as file:
        lines = _Lines(file)
        reader = csv.reader(lines, strict=True)
        while True:
            begin = lines.number + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Record(line=begin, text=lines.taken(), problem=f"not CSV ({error}): mind the quotes")
                continue
            text = lines.taken()
            if cells is None:
                return
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                yield Record(line=begin, text=text, cells=stripped)


class _Lines:
    """Counts the lines that the reader takes, and remembers those of the record at hand."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._taken, self.number = lines, list[str](), 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._taken.append(line)
        self.number += 1
        return line

    def taken(self) -> str:
        """Return the text taken since the last call."""
        text = "".join(self._taken).rstrip("\r\n")
        self._taken.clear()
        return text


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        begin = file.read(4)
    named = next((encoding for mark, encoding in _MARKS if begin.startswith(mark)), None)
    for encoding in [named] if named else _ENCODINGS:
        if _is_in(path, encoding):
            return encoding
    said = f"begins as {named.upper()} and does not go on so" if named else "neither UTF-8 nor GB18030"
    raise UnusableTable(f"{path}: {said}: save it as “CSV UTF-8”")


def _is_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
