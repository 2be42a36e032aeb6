"""Where every rule stood at a minute of the past, as the chain tells it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import msgspec

from config.settings import DAY_ZONE
from indexing.evidence.contents import entries, lines_of
from indexing.evidence.evaluations import Evaluation, State
from indexing.evidence.segments import days, writers

__all__ = ["GAP", "Moment", "Standing", "standing_at"]

GAP = timedelta(minutes=15)
"""How long between two evaluations nobody looks at; longer ones are told of."""
_DAYS = 2
"""How many days are looked at for the last evaluation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A rule's state towards a brand, and since when it was that."""

    rule: str
    state: State
    since: datetime


@dataclass(slots=True, kw_only=True)
class Moment:
    """What the last evaluation before a minute had found for one brand."""

    at: datetime
    writer: str
    rules: int
    standings: tuple[Standing, ...]
    failed: dict[str, str] = field(default_factory=dict)
    next_at: datetime | None = None
    """The next evaluation, of any writer."""
    erased: bool = False
    """Whether what was found is gone by its retention, and only that there was an evaluation is known."""


_Told = tuple[datetime, Evaluation | None]


def standing_at(brand: str, at: datetime) -> Moment | None:
    """Return where the rules stood towards a brand at a time; None where nothing was evaluated for two days.

    By a clock that was ahead, evaluations of that time lie in folders of later days.
    """
    local = at.astimezone(DAY_ZONE).date()
    first, last = ((local + timedelta(days=n)).isoformat() for n in (1 - _DAYS, 1))
    known = days()
    found, later = _moments(brand, at, [day for day in known if first <= day <= last])
    if not any(at - one.at <= GAP for one in found):
        for day in (day for day in known if day > last):
            hidden, more = _moments(brand, at, [day])
            found, later = found + hidden, later + more
            if hidden:
                break
    if not found:
        return None
    moment = max(found, key=lambda one: one.at)
    moment.next_at = min(later, default=None)
    return moment


def _moments(brand: str, at: datetime, among: Sequence[str]) -> tuple[list[Moment], list[datetime]]:
    """Return how each writer's last evaluation before the time stood, and when those after it were."""
    found: list[Moment] = []
    later: list[datetime] = []
    for writer in sorted({writer for day in among for writer in writers(day)}):
        told: list[_Told] = []
        for day in reversed(among):
            before, after = _until(at, day, writer)
            told, later = [*before, *told], later + after
            if any(content.full for _, content in before if content):  # names every state; nothing before it counts
                break
        fold = _Fold(brand)
        for moment, content in told:
            fold.take(moment, content)
        if fold.at:
            found.append(fold.moment(writer))
    return found, later


def _until(at: datetime, day: str, writer: str) -> tuple[list[_Told], list[datetime]]:
    """Return a day's evaluations up to the last one before the time, and when the next one was.

    By a clock that was put back, a line before it may be of a later time. Content is None where it is gone.
    """
    lines = [line for line in lines_of(day, writer) if line.kind == "evaluation"]
    times = [datetime.fromisoformat(line.at) for line in lines]
    count = _last_before(at, times)
    wanted = {line.n for line in lines[:count]}
    decode = msgspec.json.Decoder(Evaluation).decode
    contents = {
        kept.n: kept.content
        for *_, kept in (entries(day, writer) if wanted else ())
        if kept and not kept.erased and kept.n in wanted
    }
    told = [
        (moment, decode(contents[line.n]) if line.n in contents else None)
        for line, moment in zip(lines[:count], times, strict=False)
    ]
    return told, [moment for moment in times[count:] if moment > at][:1]


def _last_before(at: datetime, times: Sequence[datetime]) -> int:
    """Return the place, from 1, of the last evaluation before the time; 0 for none.

    Where a clock was put back the same hour comes twice, and its second time counts; an evaluation of long before,
    by a clock that was wrong for a moment, does not hide the one that was just made.
    """
    before = [(moment, place) for place, moment in enumerate(times, 1) if moment <= at]
    just = [place for moment, place in before if at - moment <= GAP]
    return just[-1] if just else max(before, default=(at, 0))[1]


class _Fold:
    """The evaluations of a day one after the other, as far as they are about a brand."""

    def __init__(self, brand: str) -> None:
        self._brand = brand
        self._states: dict[tuple[str, str], Standing] = {}
        self._last: Evaluation | None = None
        self.at: datetime | None = None

    def take(self, at: datetime, content: Evaluation | None) -> None:
        """Take up the next evaluation."""
        self.at, self._last = at, content
        if self._last is None:
            return
        if self._last.full:
            self._states.clear()
        for rule, brands in self._last.changed.items():
            for brand in (self._brand, "*"):
                if brand in brands:
                    state = brands[brand]
                    if state is None:
                        self._states.pop((rule, brand), None)
                    else:
                        self._states[rule, brand] = Standing(rule=rule, state=state, since=at)

    def moment(self, writer: str) -> Moment:
        """Return where the rules stand."""
        last = self._last
        return Moment(
            at=cast(datetime, self.at),
            writer=writer,
            rules=last.rules if last else 0,
            standings=tuple(self._states.values()),
            failed=dict(last.failed) if last else {},
            erased=last is None,
        )
