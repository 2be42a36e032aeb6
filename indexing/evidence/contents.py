"""What the lines of a day speak of, where it is still kept."""

from collections.abc import Iterator
from typing import Any

import msgspec

from indexing.evidence.line import BrokenChain, Kept, Line, decode_kept, decode_line
from indexing.evidence.segments import KEPT, LINES, Segment, read, segments

__all__ = ["Content", "entries", "lines_of", "spoken"]

Content = dict[str, Any]


def entries(day: str, writer: str) -> Iterator[tuple[Segment, int, bytes, Kept | None]]:
    """Yield each entry beside the lines: its file, its place in there from 1, its bytes, or None where damaged."""
    for segment in segments(day, writer, KEPT):
        for place, entry in enumerate(read(segment).splitlines(), 1):
            try:
                yield segment, place, entry, decode_kept(entry)
            except msgspec.DecodeError:
                yield segment, place, entry, None


def lines_of(day: str, writer: str) -> Iterator[Line]:
    """Yield the lines of a day and writer; BrokenChain where one cannot be read, but for a torn last one."""
    for segment in segments(day, writer, LINES):
        content = read(segment)
        for place, line in enumerate(content[: content.rfind(b"\n") + 1].splitlines(), 1):
            try:
                yield decode_line(line)
            except msgspec.DecodeError as error:
                raise BrokenChain(
                    f"{segment.path}:{place}: no line ({error}): bring the file back from a copy"
                ) from error


def spoken(day: str, writer: str, kind: str) -> Iterator[tuple[Line, Content]]:
    """Yield the lines of a kind with their content, where it is still there; nothing of it is checked."""
    wanted = {line.n: line for line in lines_of(day, writer) if line.kind == kind}
    for _, _, _, kept in entries(day, writer):
        if kept and not kept.erased and kept.n in wanted:
            yield wanted[kept.n], msgspec.json.decode(kept.content)
