"""Posts put into the shadow at every hour: from how many on a rule pages, and how soon."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from config.page_budget import KEPT
from config.rule import Rule
from config.settings import DAY_ZONE
from indexing.detection.found import Found, Span
from indexing.detection.timeline import STEPS
from indexing.limit.cascades import Shape
from indexing.limit.counts import Counts
from indexing.limit.shadow import find_in
from indexing.mentions.document import millis

__all__ = ["MOST", "Trial", "counts_step", "delays", "occasions", "past_of", "trials"]

MOST = 2_000
"""Posts beyond which nothing is tried: a rule that does not hear of so many is deaf."""
_FIRST_GUESS = 30
_NIGHT = (23, 7)
_MILLISECOND, _MINUTE, _HOUR = timedelta(milliseconds=1), timedelta(minutes=1), timedelta(hours=1)
_PER_BUCKET = 3
"""Evaluations a bucket while the number of posts is looked for; delays are told by the minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One beginning, course and speed; `posts` is the least number that pages, None where even `MOST` do not."""

    at: datetime
    speed: timedelta
    shape: Shape
    posts: int | None

    @property
    def night(self) -> bool:
        """Whether it begins at night, 23 to 7 o'clock in Asia/Shanghai."""
        hour = self.at.astimezone(DAY_ZONE).hour
        return hour >= _NIGHT[0] or hour < _NIGHT[1]


def counts_step(rule: Rule) -> timedelta:
    """Return how finely a rule's counts must be known: a minute, or what its buckets are made of."""
    seconds = [look.window // STEPS // timedelta(seconds=1) for look in rule.when.looks()]
    return next(
        timedelta(seconds=size) for size in (60, 30, 20, 15, 10, 5, 1) if all(one % size == 0 for one in seconds)
    )


def past_of(rule: Rule) -> timedelta:
    """Return how long before an hour the rule looks at."""
    back = [timedelta(weeks=1)]
    for look in rule.when.looks():
        back += [getattr(look, name, timedelta()) for name in ("history", "season")]
        if pages := getattr(look, "pages", None):
            back.append(KEPT * pages.block)
    return max(back) + 10 * rule.when.window


def trials(
    counts: Counts,
    rule: Rule,
    brand: str,
    shapes: Sequence[Shape],
    *,
    speeds: Sequence[timedelta],
    since: datetime,
    every: timedelta = _HOUR,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Iterator[Trial]:
    """Yield a trial for each hour from `since` on; each hour of the day sees every speed in turn, shapes one by one.

    Hours in which the rule would page anyway, or in which people know of an incident, are left out.
    """
    guesses = dict.fromkeys(speeds, _FIRST_GUESS)
    for one in occasions(counts, rule, brand, shapes, speeds=speeds, since=since, every=every, progress=progress):
        posts = _least(partial(_pages, counts, rule, brand, one.at, one.shape, one.speed), guesses[one.speed])
        guesses[one.speed] = MOST if posts is None else posts
        yield replace(one, posts=posts)


def occasions(
    counts: Counts,
    rule: Rule,
    brand: str,
    shapes: Sequence[Shape],
    *,
    speeds: Sequence[timedelta],
    since: datetime,
    every: timedelta = _HOUR,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Iterator[Trial]:
    """Yield the same trials before they are tried: their `posts` say nothing yet."""
    last = counts.end - max(speeds) - rule.when.window
    hours = max(0, int((last - since) / every))
    for number in range(hours):
        progress(number, hours)
        at = since + number * every
        speed = speeds[(number + number // 24) % len(speeds)]
        if _undisturbed(counts, rule, brand, at, speed):
            yield Trial(at=at, speed=speed, shape=shapes[number * 7919 % len(shapes)], posts=None)
    progress(hours, hours)


def _undisturbed(counts: Counts, rule: Rule, brand: str, at: datetime, speed: timedelta) -> bool:
    end = at + speed + rule.when.window
    if any(begin < end and at < last for begin, last in counts.incidents):
        return False
    return not find_in(counts, (), rule, brand, Span(now=end, since=at - rule.quiet))


def _least(pages: Callable[[int], bool], guess: int) -> int | None:
    """Return the least number of posts that pages, give or take a sixteenth: more posts page where fewer did."""
    low, high = 0, min(guess, MOST)
    if pages(high):
        while high > 1 and pages(lower := high * 2 // 3):
            high = lower
        low = high * 2 // 3
    else:
        while not low and high < MOST:
            higher = min(MOST, high * 3 // 2 + 1)
            low, high = (high, higher) if pages(higher) else (0, higher)
        if not low:
            return None
    while high - low > max(1, high // 16):
        middle = (low + high) // 2
        low, high = (low, middle) if pages(middle) else (middle, high)
    return high


def _pages(counts: Counts, rule: Rule, brand: str, at: datetime, shape: Shape, speed: timedelta, posts: int) -> bool:
    times = _times(at, shape, posts, speed)
    return any(_found(counts, rule, brand, at, speed, times, offset) for offset in _offsets(rule, counts.step))


def _times(at: datetime, shape: Shape, posts: int, speed: timedelta) -> list[int]:
    begin = millis(at)
    return [begin + after // _MILLISECOND for after in shape.draw(posts, speed)]


def _offsets(rule: Rule, step: timedelta) -> list[timedelta]:
    """Return by how much evaluations are moved against each other, within one bucket of the rule's window."""
    bucket = rule.when.window / STEPS
    apart = max(step, bucket / _PER_BUCKET // step * step)
    return [number * apart for number in range(max(1, int(bucket / apart)))]


def _found(
    counts: Counts, rule: Rule, brand: str, at: datetime, speed: timedelta, times: Sequence[int], offset: timedelta
) -> list[Found]:
    return find_in(counts, times, rule, brand, Span(now=at + speed + rule.when.window + offset, since=at))


def delays(
    counts: Counts, rule: Rule, brand: str, tried: Sequence[Trial], posts: int, *, within: timedelta = _MINUTE
) -> list[tuple[Trial, timedelta | None]]:
    """Return after which time so many posts page, counted from the first one; None where they do not.

    The rule is evaluated every two minutes, as the DAG `alert` does, or as often as the counts are known.
    """
    bucket = rule.when.window / STEPS
    apart = max(counts.step, 2 * within)
    offsets = [number * apart for number in range(max(1, int(bucket / apart)))]
    found = []
    for trial in tried:
        times = _times(trial.at, trial.shape, posts, trial.speed)
        fired = [
            one.fired_at
            for offset in offsets
            for one in _found(counts, rule, brand, trial.at, trial.speed, times, offset)
            if one.fired_at > trial.at
        ]
        found.append((trial, min(fired) - trial.at if fired else None))
    return found
