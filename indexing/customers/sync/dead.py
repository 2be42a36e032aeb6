"""Rows that cannot be used, with column, reason and remedy: `<data>/dead/customers/<source>.jsonl`.

They are as the source wrote them, so that they are personal: each file is for its owner's eyes alone, and
`erase_dead` removes a person's rows from all of them.
"""

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from config import settings
from config.fold import plain
from indexing.customers.reading import DeadRow

__all__ = ["content_of", "count_dead", "dead_file", "erase_dead", "find_dead", "keep_dead", "read_dead"]


def dead_file(source: str) -> Path:
    """Return where a source's dead rows lie."""
    return _folder() / f"{source}.jsonl"


def read_dead(source: str) -> list[DeadRow]:
    """Return a source's dead rows."""
    return list(_rows(dead_file(source)))


def count_dead(source: str) -> int:
    """Return how many there are."""
    path = dead_file(source)
    return sum(1 for _ in _rows(path)) if path.exists() else 0


def keep_dead(source: str, rows: Iterable[DeadRow]) -> None:
    """Let these be a source's dead rows; the file is replaced whole, or removed where there is none."""
    _replace(dead_file(source), [msgspec.json.encode(row) for row in rows])


def erase_dead(customer: str, values: Collection[str] = ()) -> int:
    """Remove every dead row of a customer, of sources and of imported lists, and return how many there were.

    A row also goes that holds one of `values`, such as a telephone number, whosever it is; and one of which nobody
    could read whose it is, where it holds the customer's number. Width and invisible characters make no difference.
    """
    gone = 0
    for path in sorted(_folder().glob("*.jsonl")):
        lines = path.read_bytes().splitlines()
        kept = [line for line in lines if not _theirs(line, customer, values)]
        gone += len(lines) - len(kept)
        if len(kept) != len(lines):
            _replace(path, kept)
    return gone


def find_dead(customer: str, values: Collection[str] = ()) -> Iterator[str]:
    """Yield where the rows stand that `erase_dead` would remove."""
    for path in sorted(_folder().glob("*.jsonl")):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if _theirs(line, customer, values):
                yield f"{path.name}:{number}"


def _theirs(line: bytes, customer: str, values: Collection[str]) -> bool:
    row = _decoded(line)
    text = plain(row.content if row else line.decode("utf-8", "replace")).casefold()
    owner, number = row.customer if row else None, customer.rpartition(":")[2]
    theirs = owner == customer if owner else plain(number).casefold() in text
    return theirs or any(plain(one).casefold() in text for one in values if one)


def content_of(values: dict[str, Any]) -> str:
    """Return a row's values as one text."""
    return msgspec.json.encode(values, enc_hook=str).decode()


def _rows(path: Path) -> Iterator[DeadRow]:
    if path.exists():
        for line in path.read_bytes().splitlines():
            if row := _decoded(line):
                yield row


def _decoded(line: bytes) -> DeadRow | None:
    try:
        return msgspec.json.decode(line, type=DeadRow)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _replace(path: Path, lines: Collection[bytes]) -> None:
    if not lines:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # for its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(b"\n".join(lines) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _folder() -> Path:
    return settings.data_dir() / "dead" / "customers"
