"""How arranged a story or an account looks (水军): a score from 0 to 1 made of four parts, each a share that people can
check on the mentions. It is a hint at where to look, and no proof.

    copies    mentions whose very words others posted too, three or more accounts within ten minutes
    rhythm    intervals too even for people: few different lengths, told by the entropy of their powers of two
    names     accounts of whose name four tenths or more are digits, as a machine gives them
    accounts  accounts with fewer than ten followers and without verification

A part that the platform does not let us see is None and has no weight.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log2

from indexing.stories.rows import Row

__all__ = ["BURST", "DIGITS", "FEW_FOLLOWERS", "Coordination", "Share", "coordination", "copied_in_bursts", "interval"]

BURST, _BURST_ACCOUNTS = 10 * 60 * 1_000, 3
"""How close, in ms, how many accounts must say the same."""
DIGITS = 0.4
FEW_FOLLOWERS = 10
_WEIGHTS = {"copies": 0.4, "rhythm": 0.2, "names": 0.2, "accounts": 0.2}
_ENOUGH_INTERVALS = 8
_PEOPLES_ENTROPY = 2.0
"""Bits: what the intervals of unconnected people have, whatever their rate."""

Share = tuple[int, int]
"""How many of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordination:
    """The score, 0 to 1, and the parts that make it."""

    score: float
    copies: float | None
    rhythm: float | None
    names: float | None
    accounts: float | None


def coordination(*, copies: Share, intervals: Mapping[int, int], names: Share, accounts: Share) -> Coordination:
    """Return the score of mentions that belong together.

    `copies` are those in bursts of those that say something, `intervals` how many there are of each length, `names` the
    accounts with digits for a name of those whose name is known, `accounts` the hollow ones of those known.
    """
    parts = {
        "copies": _share(*copies),
        "rhythm": evenness(intervals),
        "names": _share(*names),
        "accounts": _share(*accounts),
    }
    known = {name: part for name, part in parts.items() if part is not None}
    weight = sum(_WEIGHTS[name] for name in known)
    score = sum(_WEIGHTS[name] * part for name, part in known.items()) / weight if weight else 0.0
    return Coordination(score=round(score, 4), **parts)


def copied_in_bursts(rows: Iterable[Row]) -> set[str]:
    """Return the ids of mentions whose words several accounts posted within minutes of each other."""
    by_words: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.words:
            by_words[row.words].append(row)
    found: set[str] = set()
    for same in by_words.values():
        same.sort(key=lambda row: (row.at, row.mention))
        authors: Counter[str | None] = Counter()
        first = marked = 0
        for last, row in enumerate(same):
            authors[row.author] += 1
            while row.at - same[first].at > BURST:
                authors -= Counter([same[first].author])
                first += 1
            if len(authors) >= _BURST_ACCOUNTS:
                found.update(one.mention for one in same[max(first, marked) : last + 1])
                marked = last + 1
    return found


def interval(length: int) -> int:
    """Return the class of an interval in ms: its length in half powers of two of a second."""
    return round(2 * log2(max(length / 1_000, 1.0)))


def evenness(intervals: Mapping[int, int]) -> float | None:
    """Return how even the intervals are, 0 (people's) to 1 (all alike); None for too few to say.

    `intervals` says how many there are of each class.
    """
    count = sum(intervals.values())
    if count < _ENOUGH_INTERVALS:
        return None
    entropy = -sum(number / count * log2(number / count) for _, number in sorted(intervals.items()))
    return round(max(0.0, 1.0 - entropy / _PEOPLES_ENTROPY), 4)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
