"""From trials to a promise: the probability of a page by the number of posts, with intervals, and how soon it comes.

A trial's least number of posts is where its page begins, so that the share of trials below n is the probability at n: a
curve that never falls, with no form assumed. Intervals come from drawing the days anew, since hours of a day are alike.
"""

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from math import ceil

from config.settings import DAY_ZONE
from indexing.limit.trials import Trial

__all__ = ["Curve", "Point", "curve_of", "fewest_trials", "groups"]

_ROUNDS = 400
_TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """At so many posts a page comes with this probability; 95 % interval."""

    posts: int
    probability: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What some of the trials say; `posts` is None where no number reaches the probability that is asked for."""

    name: str
    trials: int
    days: int
    sure: float
    """The probability that is asked for."""
    posts: int | None
    low: int | None
    """95 % interval of `posts`; None for more than was tried."""
    high: int | None
    points: tuple[Point, ...]
    median_delay: timedelta | None = None
    """From the first post to the page, with `posts` of them: half of the pages come within this time."""
    sure_delay: timedelta | None = None
    """And of all trials so many as asked for."""


def curve_of(name: str, tried: Sequence[Trial], *, sure: float) -> Curve:
    """Return the curve of trials, of which there is at least one."""
    by_day: dict[str, list[float]] = defaultdict(list)
    for trial in tried:
        posts = float("inf") if trial.posts is None else float(trial.posts)
        by_day[trial.at.astimezone(DAY_ZONE).date().isoformat()].append(posts)
    known = sorted(value for values in by_day.values() for value in values)
    drawn = _drawn(list(by_day.values()))
    limits = sorted(_at(sure, one) for one in drawn)
    return Curve(
        name=name,
        trials=len(known),
        days=len(by_day),
        sure=sure,
        posts=_whole(_at(sure, known)),
        low=_whole(_tail(limits, _TAILS[0])),
        high=_whole(_tail(limits, _TAILS[1])),
        points=tuple(_point(posts, known, drawn) for posts in _grid(known)),
    )


def _drawn(days: list[list[float]]) -> list[list[float]]:
    dice = random.Random(7)  # noqa: S311 - draws days, keeps no secret
    return [sorted(value for own in dice.choices(days, k=len(days)) for value in own) for _ in range(_ROUNDS)]


def _at(share: float, known: Sequence[float]) -> float:
    """Return the number of posts at which a further trial has its page with this probability; inf for too few trials.

    One more trial is as likely to fall before each of the known ones: the share is that of these and itself (split
    conformal prediction), so that the promise holds for cascades that are not among them.
    """
    place = _place(share, len(known))
    return known[place - 1] if place <= len(known) else float("inf")


def _place(share: float, trials: int) -> int:
    return ceil(share * (trials + 1))


def fewest_trials(share: float) -> int:
    """Return how many trials it takes to promise a probability at all."""
    return next(trials for trials in count(1) if _place(share, trials) <= trials)


def _tail(limits: Sequence[float], share: float) -> float:
    return limits[min(len(limits) - 1, int(share * len(limits)))]


def _whole(value: float) -> int | None:
    return None if value == float("inf") else int(value)


def _grid(known: Sequence[float]) -> list[int]:
    most = max((value for value in known if value != float("inf")), default=1.0)
    found, posts = [], 1.0
    while posts < 2 * most:
        found.append(int(posts))
        posts = max(posts + 1, posts * 1.15)
    return found


def _point(posts: int, known: Sequence[float], drawn: Sequence[Sequence[float]]) -> Point:
    shares = sorted(bisect_right(one, posts) / len(one) for one in drawn)
    return Point(
        posts=posts,
        probability=bisect_right(known, posts) / len(known),
        low=_tail(shares, _TAILS[0]),
        high=_tail(shares, _TAILS[1]),
    )


def groups(tried: Sequence[Trial]) -> list[tuple[str, Callable[[Trial], bool]]]:
    """Return what is told apart: all, day and night, and each speed."""
    speeds = sorted({trial.speed for trial in tried})
    told: list[tuple[str, Callable[[Trial], bool]]] = [
        ("all", lambda _: True),
        ("day", lambda trial: not trial.night),
        ("night", lambda trial: trial.night),
    ]
    told += [(f"speed {speed}", lambda trial, speed=speed: trial.speed == speed) for speed in speeds]  # type: ignore[misc]
    return told
