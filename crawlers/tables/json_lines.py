"""JSON Lines as records: the names of all objects make the header, in the order in which they first stand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from crawlers.tables.record import Record, UnusableTable

__all__ = ["read"]

_LOST = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as Python reads them."""


def read(path: Path) -> Iterator[Record]:
    """Yield the names of the fields, and then each object's values as texts; what is no text or number is left JSON."""
    names: dict[str, None] = {}
    for _, text in _lines(path):
        found = _decoded(text)
        names |= dict.fromkeys(found if isinstance(found, dict) else ())
    if not names:
        raise UnusableTable(
            f"{path}:1: no line is a JSON object: write one object a line, without [ ] and commas around them"
        )
    yield Record(line=1, text="", cells=tuple(names))
    for number, text in _lines(path):
        found = _decoded(text)
        if isinstance(found, dict):
            yield Record(line=number, text=text, cells=tuple(_text(found.get(name)) for name in names))
        else:
            yield Record(line=number, text=text, problem="no JSON object: write one object a line")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in enumerate(file, 1):
            if text := line.strip():
                if _LOST.search(text):
                    raise UnusableTable(f"{path}:{number}: not UTF-8: save it as UTF-8")
                yield number, text


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else msgspec.json.encode(value).decode()
