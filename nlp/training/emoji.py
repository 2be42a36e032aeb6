"""Which of Weibo's emoticons an emoji is used as: what it depicts proposes some, its use in labelled posts decides."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nlp.training.corpora import Row

__all__ = ["learn", "proposals", "write"]

_SIGN = re.compile(r"\[[^\[\]\s]{1,8}\]|[\u2600-\u27bf\U0001f300-\U0001faff]")
_TRUSTED = 20
"""Posts that what all emoticons have in common counts as, in an emoticon's shares."""
_FAR = 3.0
"""An emoji that fits even its best emoticon so much worse than itself (log likelihood) is used as neither: it stays."""

Counts = tuple[float, float, float]


def proposals() -> dict[str, list[str]]:
    """Return the emoticons that emoji depict, the nearest first, as we see them (emoji.txt, an emoji a line)."""
    lines = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    return {emoji: emoticons for emoji, *emoticons in map(str.split, lines)}


def learn(rows: Iterable[Row], proposed: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the emoticon of each emoji: of those proposed the likeliest by the moods of the posts that use either.

    An emoji that no labelled post holds takes the first; one whose use is unlike all of its emoticons' takes none.
    """
    used = _uses(rows)
    whole = _sum(count for sign, count in used.items() if len(sign) > 1)
    chosen = {}
    for emoji, emoticons in proposed.items():
        mine = used.get(emoji, (0.0, 0.0, 0.0))
        fits = [_likelihood(mine, _shares(used.get(one, (0.0, 0.0, 0.0)), whole)) for one in emoticons]
        if not fits:
            continue
        best = max(range(len(fits)), key=fits.__getitem__)
        if _likelihood(mine, _shares(mine, whole)) - fits[best] <= _FAR:
            chosen[emoji] = emoticons[best]
    return chosen


def write(path: Path, chosen: Mapping[str, str]) -> None:
    """Write what `nlp.classifier.emoji` reads: an emoji and its emoticon a line."""
    lines = (f"{emoji} {emoticon}\n" for emoji, emoticon in sorted(chosen.items()))
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _uses(rows: Iterable[Row]) -> dict[str, Counts]:
    """Return how many negative, neutral and positive posts hold each sign."""
    used: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for row in rows:
        three = row.labels.get("smp", row.labels.get("plain", 2 * row.labels.get("weibo", -1)))
        if three >= 0 and not row.target:
            for sign in set(_SIGN.findall(row.text)):
                used[sign][three] += 1
    return {sign: (count[0], count[1], count[2]) for sign, count in used.items()}


def _sum(counts: Iterable[Counts]) -> Counts:
    total = [sum(column) for column in zip(*counts, strict=True)] or [1.0, 1.0, 1.0]
    return total[0], total[1], total[2]


def _shares(counts: Counts, whole: Counts) -> list[float]:
    prior = [_TRUSTED * (count + 1) / (sum(whole) + 3) for count in whole]
    return [(count + more) / (sum(counts) + _TRUSTED) for count, more in zip(counts, prior, strict=True)]


def _likelihood(counts: Counts, shares: Sequence[float]) -> float:
    return sum(count * math.log(share) for count, share in zip(counts, shares, strict=True))
