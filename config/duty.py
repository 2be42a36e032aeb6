"""Who is on duty at a moment or over a time, by the rota and what overrides it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.override import Override
from config.rota import Rota

__all__ = ["Duty", "duties", "on_duty", "unattended"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Some time during which the same people are on duty; `people` are ids."""

    begin: datetime
    end: datetime
    people: tuple[str, ...]


def on_duty(rota: Rota, moment: datetime, overrides: Collection[Override] = ()) -> tuple[str, ...]:
    """Return the ids of those whose shift holds the moment, in the shifts' order; else the fallback.

    `overrides` change that in the order in which they were made. Where they would leave nobody, which can only be since
    the file was changed, the shifts hold.
    """
    return _overridden(rota, moment, overrides) or _by_shifts(rota, moment)


def _by_shifts(rota: Rota, moment: datetime) -> tuple[str, ...]:
    found = tuple(id for shift in rota.shifts for day in rota.begun(shift, moment) for id in shift.on_day(day))
    if not found and rota.fallback:
        found = (rota.fallback,)
    return tuple(dict.fromkeys(found))


def _overridden(rota: Rota, moment: datetime, overrides: Collection[Override]) -> tuple[str, ...]:
    """Return who is left on duty by the overrides; one of somebody whom the file no longer knows does nothing."""
    found = _by_shifts(rota, moment)
    held = sorted((one for one in overrides if one.holds(moment)), key=lambda one: (one.made_at, one.id))
    for override in held:
        if override.person is None or override.person in rota.people:
            found = override.apply(found)
    if not found and rota.fallback and not any(one.instead_of == rota.fallback for one in held):
        found = (rota.fallback,)
    return tuple(dict.fromkeys(found))


def duties(rota: Rota, begin: datetime, end: datetime, overrides: Sequence[Override] = ()) -> Iterator[Duty]:
    """Yield who is on duty from `begin` until `end`, one after the other; times of nobody have no people."""
    return _cut(rota, begin, end, overrides, on_duty)


def unattended(rota: Rota, override: Override, overrides: Sequence[Override]) -> Duty | None:
    """Return the first time that an override beside others would leave to nobody."""
    after = _cut(rota, override.begin, override.end, [*overrides, override], _overridden)
    return next((duty for duty in after if not duty.people), None)


def _cut(
    rota: Rota,
    begin: datetime,
    end: datetime,
    overrides: Sequence[Override],
    people_at: Callable[[Rota, datetime, Sequence[Override]], tuple[str, ...]],
) -> Iterator[Duty]:
    since, people = begin, people_at(rota, begin, overrides)
    for moment in sorted(set(_changes(rota, begin, end, overrides))):
        now = people_at(rota, moment, overrides)
        if now != people:
            yield Duty(begin=since, end=moment, people=people)
            since, people = moment, now
    if since < end:
        yield Duty(begin=since, end=end, people=people)


def _changes(rota: Rota, begin: datetime, end: datetime, overrides: Collection[Override]) -> Iterator[datetime]:
    """Yield every moment between the two at which a shift or an override may begin or end."""
    yield from (moment for one in overrides for moment in (one.begin, one.end) if begin < moment < end)
    for shift in rota.shifts:
        zone = rota.zone(shift)
        day = (begin - _DAY).astimezone(zone).date()
        while day <= (end + _DAY).astimezone(zone).date():
            midnight = datetime(day.year, day.month, day.day)
            for minutes in (shift.begin, shift.begin + shift.length):
                moment = (midnight + timedelta(minutes=minutes)).replace(tzinfo=zone)
                if begin < moment < end:
                    yield moment.astimezone(begin.tzinfo)
            day += _DAY
