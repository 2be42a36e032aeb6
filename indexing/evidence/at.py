"""Where every rule stood at a minute of the past, as the chain tells it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import msgspec

from config.settings import DAY_ZONE
from indexing.evidence.contents import entries, lines_of
from indexing.evidence.evaluations import Evaluation, State
from indexing.evidence.segments import writers

__all__ = ["Moment", "Standing", "standing_at"]

_DAYS = 2
"""How many days before are looked at for the last evaluation."""


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


def standing_at(brand: str, at: datetime) -> Moment | None:
    """Return where the rules stood towards a brand at a time; None where nothing was evaluated for two days."""
    local = at.astimezone(DAY_ZONE).date()
    found: list[Moment] = []
    later: list[datetime] = []
    for back in range(-1, _DAYS):
        day = (local - timedelta(days=back)).isoformat()
        for writer in writers(day):
            own = _Fold(brand)
            for moment, content in _evaluations(day, writer):
                if moment > at:
                    later.append(moment)
                    break
                own.take(moment, content)
            if own.at:
                found.append(own.moment(writer))
        if found:
            break
    if not found:
        return None
    last = max(found, key=lambda one: one.at)
    last.next_at = min(later, default=None)
    return last


def _evaluations(day: str, writer: str) -> Iterator[tuple[datetime, Evaluation | None]]:
    """Yield the evaluations of a day and writer; None for what is no longer there."""
    of_kind = {line.n: line for line in lines_of(day, writer) if line.kind == "evaluation"}
    decode = msgspec.json.Decoder(Evaluation).decode
    contents = {
        kept.n: kept.content for *_, kept in entries(day, writer) if kept and not kept.erased and kept.n in of_kind
    }
    for n, line in of_kind.items():
        content = contents.get(n)
        yield datetime.fromisoformat(line.at), decode(content) if content is not None else None


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
