"""Made-up days whose truth is known: posts over the hours, and two or three routes that catch some of them.

Routes are blocked for hours, prefer what is popular, or catch what another caught. Each of these is drawn anew for
every day, within bounds that reach from good to hardly usable.
"""

from collections import Counter
from dataclasses import dataclass
from math import exp, log

import numpy as np

from indexing.dark.loglinear import Table

__all__ = ["Day", "KINDS", "day"]

KINDS = ("independent", "blocked", "popular", "copying", "all at once")
_HOURS = 24


@dataclass(frozen=True, kw_only=True)
class Day:
    """What the routes caught, hour by hour, and how many posts there were in the hours in which any was open."""

    hours: list[Table]
    routes: int
    truth: int


def day(seed: int, kind: str, routes: int, strength: float = 1.0) -> Day:
    """Return one day of a kind; `strength` is how much more the routes depend on each other than usual."""
    luck = np.random.default_rng([seed, KINDS.index(kind), routes])
    posts = int(exp(luck.uniform(log(150), log(12_000))))
    profile = luck.dirichlet(np.full(_HOURS, 3.0))
    at = luck.choice(_HOURS, size=posts, p=profile)
    chances = luck.uniform(0.25, 0.8, size=routes) if routes == 2 else luck.uniform(0.15, 0.75, size=routes)
    odds = np.log(chances / (1 - chances))[None, :] + np.zeros((posts, routes))
    if kind in ("popular", "all at once"):
        odds += (
            strength
            * luck.uniform(0.3, 0.9)
            * luck.standard_normal(posts)[:, None]
            * luck.uniform(0.5, 1.2, size=routes)
        )
    caught = luck.random((posts, routes)) < 1 / (1 + np.exp(-odds))
    if kind in ("copying", "all at once"):
        one, other = luck.choice(routes, size=2, replace=False)
        odds[:, other] += np.where(caught[:, one], strength * luck.uniform(-0.4, 1.0), 0.0)
        caught[:, other] = luck.random(posts) < 1 / (1 + np.exp(-odds[:, other]))
    shut = np.zeros((_HOURS, routes), dtype=bool)
    if kind in ("blocked", "all at once"):
        for route in range(routes):
            start, length = int(luck.integers(_HOURS)), int(luck.integers(0, 9))
            shut[[(start + hour) % _HOURS for hour in range(length)], route] = True
    hours, truth = [], 0
    for hour in range(_HOURS):
        usable = frozenset(int(route) for route in range(routes) if not shut[hour, route])
        here = caught[at == hour]
        truth += len(here) * bool(usable)
        counts = Counter(frozenset(int(r) for r in np.flatnonzero(row)) & usable for row in here)
        hours.append(Table(open=usable, caught={routes: count for routes, count in counts.items() if routes}))
    return Day(hours=hours, routes=routes, truth=truth)
