"""What a table is made of, whatever file it stands in."""

from dataclasses import dataclass

from config.errors import UserError

__all__ = ["FaultyRow", "Record", "UnusableTable"]


class UnusableTable(UserError):
    """The table as a whole cannot be read; nothing was changed. The message names file, place and remedy."""


class FaultyRow(Exception):
    """One row cannot be used; the reason says which column and what to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: the line on which it begins, from 1, its text, and its cells, or why it has none."""

    line: int
    text: str
    cells: tuple[str, ...] = ()
    problem: str | None = None
