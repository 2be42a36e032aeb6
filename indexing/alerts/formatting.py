"""Long messages in parts that a receiver takes, and plain lines as markdown that shows just what they say."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

__all__ = ["split_message", "to_markdown"]

_MARKS = {ord(mark): chr(ord(mark) + 0xFEE0) for mark in "<>*_`~[]#|\\"}
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]（）「」]+")
_NUMBERED = re.compile(r"^(\d+)\.(?= )")


def split_message(lines: Iterable[str], limit: int) -> list[str]:
    """Return the lines joined to texts of at most `limit` bytes of UTF-8, parted between lines.

    Only a line that is too long by itself is cut, between two characters.
    """
    parts: list[str] = []
    for line in chain.from_iterable(_pieces(line, limit) for line in lines):
        if parts and len(f"{parts[-1]}\n{line}".encode()) <= limit:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return parts or [""]


def to_markdown(line: str) -> str:
    """Return the line with every mark of markdown in its full-width form; web addresses become links."""
    shown, end = [], 0
    for address in _ADDRESS.finditer(line):
        shown += [_plain(line[end : address.start()]), f"[链接]({address[0]})"]
        end = address.end()
    return "".join([*shown, _plain(line[end:])])


def _plain(text: str) -> str:
    return _NUMBERED.sub(r"\1)", text.translate(_MARKS))


def _pieces(line: str, limit: int) -> Iterator[str]:
    raw = line.encode()
    while len(raw) > limit:
        piece = raw[:limit].decode(errors="ignore")
        yield piece
        raw = raw[len(piece.encode()) :]
    yield raw.decode()
