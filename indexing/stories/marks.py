"""What a mention counts for beside the others of its story and its account; pure functions of rows.

Each is a property of one mention that follows from a few neighbours, and is made so that every figure is a sum of them:
accounts are counted by their voices, intervals by the gap before each moment, copies by those that came in bursts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import Any

from indexing.stories.coordination import interval
from indexing.stories.rows import Row

__all__ = ["Marks", "gaps", "joined", "voices"]

Marks = dict[str, Any]
"""Of one row: told, voice, joined, burst (True or absent), gap and pace (numbers or absent)."""


def voices(rows: Iterable[Row]) -> set[str]:
    """Return, of all rows of some accounts in a story and brand each, the ids of those that stand for the account."""
    newest: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row.account:
            key = row.telling, row.account
            newest[key] = max(newest.get(key, row), row, key=_standing)
    return {row.mention for row in newest.values()}


def joined(rows: Iterable[Row], told: Collection[str]) -> set[str]:
    """Return, of all rows of some accounts in a story each, the ids of one for each account in a story that is told."""
    first: dict[str, str] = {}
    for row in rows:
        if row.seat and row.story in told:
            first[row.seat] = min(first.get(row.seat, row.mention), row.mention)
    return set(first.values())


def gaps(rows: Iterable[Row], unsure: Collection[str]) -> Iterator[tuple[str, int | None]]:
    """Yield the interval before each row, None for the first of all and for the second of one moment.

    Between each row and the one before it there must be no other. Rows that are `unsure` only say where they are.
    """
    moments: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        moments[row.at].append(row)
    for before, at in pairwise([None, *sorted(moments)]):
        first, *others = sorted(moments[at], key=lambda row: row.mention)  # type: ignore[index]
        for row in (first, *others):
            if row.mention not in unsure:
                yield row.mention, interval(at - before) if before is not None and row is first else None  # type: ignore[operator]


def _standing(row: Row) -> tuple[bool, int, str]:
    return row.followers is not None, row.at, row.mention
