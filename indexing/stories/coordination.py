"""How arranged a story or an account looks (水军): a score from 0 to 1 made of four parts, each a share that people can
check on the mentions. It is a hint at where to look, and no proof.

    copies    mentions whose very words others posted too, three or more accounts within ten minutes
    rhythm    intervals too even for people: few different lengths, told by the entropy of their powers of two
    names     accounts of whose name four tenths or more are digits, as a machine gives them
    accounts  accounts with fewer than ten followers and without verification

A part that the platform does not let us see is None and has no weight.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2

from indexing.stories.rows import Row

__all__ = ["Coordination", "coordination", "copied_in_bursts", "evenness"]

_WEIGHTS = {"copies": 0.4, "rhythm": 0.2, "names": 0.2, "accounts": 0.2}
_BURST, _BURST_ACCOUNTS = timedelta(minutes=10), 3
_ENOUGH_INTERVALS = 8
_PEOPLES_ENTROPY = 2.0
"""Bits: what the intervals of unconnected people have, whatever their rate."""
_DIGITS = 0.4
_FEW_FOLLOWERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordination:
    """The score, 0 to 1, and the parts that make it."""

    score: float
    copies: float | None
    rhythm: float | None
    names: float | None
    accounts: float | None


def coordination(rows: Sequence[Row], bursts: Collection[str]) -> Coordination:
    """Return the score of mentions that belong together; `bursts` are the ids of those that copied_in_bursts found."""
    worded = [row for row in rows if row.words]
    authors = {row.author: row for row in rows if row.author}
    parts = {
        "copies": _share(row.mention in bursts for row in worded),
        "rhythm": evenness([row.at for row in rows]),
        "names": _share(row.digits >= _DIGITS for row in authors.values() if row.digits is not None),
        "accounts": _share(_hollow(row, row.followers) for row in authors.values() if row.followers is not None),
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
        first = 0
        for last, row in enumerate(same):
            while row.at - same[first].at > _BURST:
                first += 1
            window = same[first : last + 1]
            if len({row.author for row in window}) >= _BURST_ACCOUNTS:
                found.update(row.mention for row in window)
    return found


def evenness(moments: Iterable[datetime]) -> float | None:
    """Return how even the intervals are, 0 (people's) to 1 (all alike); None for too few to say."""
    ordered = sorted(set(moments))
    gaps = [(later - earlier).total_seconds() for earlier, later in zip(ordered, ordered[1:], strict=False)]
    if len(gaps) < _ENOUGH_INTERVALS:
        return None
    sizes = Counter(round(2 * log2(max(gap, 1.0))) for gap in gaps)
    entropy = -sum(count / len(gaps) * log2(count / len(gaps)) for count in sizes.values())
    return round(max(0.0, 1.0 - entropy / _PEOPLES_ENTROPY), 4)


def _hollow(row: Row, followers: int) -> bool:
    return followers < _FEW_FOLLOWERS and not row.verified


def _share(values: Iterable[bool]) -> float | None:
    found = list(values)
    return round(sum(found) / len(found), 4) if found else None
