"""How surely two counts differ: the log-likelihood ratio of Dunning, "Accurate methods for … surprise", 1993."""

from math import log

__all__ = ["SURE", "significance"]

SURE = 10.8
"""What happens by chance once in a thousand."""


def significance(here: int, of_here: int, there: int, of_there: int) -> float:
    """Return how surprising `here` of `of_here` is beside `there` of `of_there`; negative where it is fewer.

    `SURE` and more happens by chance once in a thousand.
    """
    if not of_here or not of_there:
        return 0.0
    share = (here + there) / (of_here + of_there)
    surprise = 2 * (_part(here, of_here * share) + _part(there, of_there * share))
    surprise += 2 * (_part(of_here - here, of_here * (1 - share)) + _part(of_there - there, of_there * (1 - share)))
    return surprise if here * of_there >= there * of_here else -surprise


def _part(seen: float, expected: float) -> float:
    return seen * log(seen / expected) if seen > 0 and expected > 0 else 0.0
