"""What is wrong with a rota: people that it does not know, escalations that never end, hours without anybody."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from config.rota import Rota

__all__ = ["DAY", "ON_DUTY", "faults_of"]

DAY = 24 * 60
"""Minutes."""
ON_DUTY = "on_duty"
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def faults_of(rota: "Rota") -> Iterator[str]:
    """Yield every fault, with its remedy."""
    yield from _strangers(rota)
    yield from _loops(rota)
    yield from _holes(rota)


def _strangers(rota: "Rota") -> Iterator[str]:
    told = f"write one of {', '.join(rota.people) or 'none yet'}, or add the person"
    for shift in rota.shifts:
        for id in shift.people:
            if id not in rota.people:
                yield f"shifts: {shift.name}: nobody is called {id!r}: {told}"
    if rota.fallback and rota.fallback not in rota.people:
        yield f"fallback: nobody is called {rota.fallback!r}: {told}"
    for name, escalation in rota.escalation.items():
        if escalation.next and escalation.next not in rota.escalation:
            yield f"escalation: {name}: next: there is no escalation {escalation.next!r}: mend its spelling"
        if not rota.shifts and not rota.fallback and any(ON_DUTY in step.notify for step in escalation.steps):
            yield f"escalation: {name}: nobody is ever on duty: write shifts, or a fallback"


def _loops(rota: "Rota") -> Iterator[str]:
    for name in rota.escalation:
        seen, at = [name], rota.escalation[name].next
        while at:
            if at in seen:
                yield f"escalation: {name}: next: {' → '.join([*seen, at])} never ends: leave one `next` out"
                return
            seen.append(at)
            at = rota.escalation[at].next


def _holes(rota: "Rota") -> Iterator[str]:
    """Yield where nobody is on duty, in any week with or without holidays; nothing where a fallback is named."""
    if rota.fallback or not rota.shifts:
        return
    for weekday in range(7):
        usual, before = weekday < 5, (weekday - 1) % 7
        both = (True, False) if rota.holidays == "china" else None
        for worked in both or (usual,):
            for worked_before in both or (before < 5,):
                if hole := _hole(rota, weekday, worked, worked_before):
                    kind = "a working day" if worked else "a day off"
                    yield (
                        f"shifts: nobody is on duty on {_WEEK[weekday]}, {kind}, {hole}: add a shift, or name a"
                        " fallback"
                    )
                    return


def _hole(rota: "Rota", weekday: int, worked: bool, worked_before: bool) -> str | None:
    """Return the first hour of such a day that no shift covers; shifts of another time zone cover nothing for sure."""
    covered = []
    for shift in rota.shifts:
        if rota.zone(shift) == ZoneInfo(rota.time_zone):
            if shift.on(weekday, worked=worked):
                covered.append((shift.begin, shift.begin + shift.length))
            if shift.on((weekday - 1) % 7, worked=worked_before):
                covered.append((shift.begin - DAY, shift.begin - DAY + shift.length))
    reached = 0
    for begin, end in sorted(covered):
        if begin > reached:
            break
        reached = max(reached, end)
    later = min((begin for begin, _ in covered if begin > reached), default=DAY)
    return f"{_clock(reached)}–{_clock(later)}" if reached < DAY else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
