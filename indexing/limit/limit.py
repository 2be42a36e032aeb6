"""The detection limit of a rule for a brand: from how many posts on it is heard of, how surely and how soon."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.errors import UserError
from config.rule import Rule
from config.settings import DAY_ZONE
from indexing.limit.cascades import Shape
from indexing.limit.counts import Counts
from indexing.limit.curve import Curve, curve_of, groups
from indexing.limit.shadow import check
from indexing.limit.trials import Trial, delays, trials

__all__ = ["SPEEDS", "Limit", "TooLittle", "find_limit"]

SPEEDS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
"""In which time the posts spread."""
_FEWEST = 20


class TooLittle(UserError):
    """There are too few undisturbed hours to say anything; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What was found out."""

    rule: str
    brand: str
    since: datetime
    until: datetime
    mentions: int
    shapes: int
    curves: tuple[Curve, ...]
    """`all`, `day`, `night`, and one a speed, which it is `speed 1:00:00`."""
    left_out: int
    """Hours in which the rule would page anyway, or in which something is known to have happened."""
    arrives_after: timedelta | None = None
    """After which time posts reach the index, as a median: it comes on top of the delays."""

    def curve(self, name: str) -> Curve | None:
        """Return the curve of this name."""
        return next((one for one in self.curves if one.name == name), None)


def find_limit(
    counts: Counts,
    rule: Rule,
    brand: str,
    shapes: Sequence[Shape],
    *,
    since: datetime,
    speeds: Sequence[timedelta] = SPEEDS,
    sure: float = 0.95,
    every: timedelta = timedelta(hours=1),
    arrives_after: timedelta | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Limit:
    """Return the limit, tried out at every hour from `since` to the end of the counts.

    NotInAShadow for a kind of rule that cannot be tried out, TooLittle where hardly an hour is left.
    """
    check(rule)
    _fit(counts, speeds)
    start = _aligned(counts, max(since, counts.known_from))
    tried = list(trials(counts, rule, brand, shapes, speeds=speeds, since=start, every=every, progress=progress))
    if len(tried) < _FEWEST:
        raise TooLittle(
            f"rule {rule.id}, brand {brand}: only {len(tried)} hours in which nothing happened: give a longer --since"
        )
    first, last = (int((moment - counts.begin) / counts.step) for moment in (start, counts.end))
    hours = max(0, int((counts.end - max(speeds) - rule.when.window - start) / every))
    return Limit(
        rule=rule.id,
        brand=brand,
        since=start,
        until=counts.end,
        mentions=int(counts.count[first:last].sum()),
        shapes=len(shapes),
        curves=tuple(_curves(counts, rule, brand, tried, sure)),
        left_out=hours - len(tried),
        arrives_after=arrives_after,
    )


def _curves(counts: Counts, rule: Rule, brand: str, tried: Sequence[Trial], sure: float) -> list[Curve]:
    found = []
    for name, belongs in groups(tried):
        own = [trial for trial in tried if belongs(trial)]
        if own:
            curve = curve_of(name, own, sure=sure)
            found.append(_timed(curve, counts, rule, brand, own))
    return found


def _timed(curve: Curve, counts: Counts, rule: Rule, brand: str, own: Sequence[Trial]) -> Curve:
    """Return the curve with the delays at its number of posts, of at most 100 of the trials, spread over them."""
    if curve.posts is None:
        return curve
    some = own[:: max(1, len(own) // 100)]
    took = sorted(
        timedelta.max if after is None else after for _, after in delays(counts, rule, brand, some, curve.posts)
    )
    heard = [after for after in took if after != timedelta.max]
    sure = took[min(len(took) - 1, int(curve.sure * len(took)))]
    return replace(
        curve,
        median_delay=heard[len(heard) // 2] if heard else None,
        sure_delay=(None if sure == timedelta.max else sure) if heard else None,
    )


def _fit(counts: Counts, speeds: Sequence[timedelta]) -> None:
    for speed in speeds:
        if speed < counts.step or speed % counts.step:
            raise TooLittle(f"--speeds: {speed} is no multiple of {counts.step}, which the counts are known in")


def _aligned(counts: Counts, moment: datetime) -> datetime:
    """Return the next full hour of Asia/Shanghai on the grid of the counts."""
    local = moment.astimezone(DAY_ZONE)
    full = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return full - (full - counts.begin) % counts.step
