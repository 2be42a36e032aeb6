"""What is wrong with a rota: people that it does not know, escalations that never end, hours without anybody."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from config.shift import DAY, ON_DUTY, WEEK, Escalation, Shift, clock

__all__ = ["endless_escalations", "too_few_people", "uncovered_hours", "unknown_people"]


def unknown_people(
    people: Collection[str], shifts: Sequence[Shift], fallback: str | None, escalation: Mapping[str, Escalation]
) -> Iterator[str]:
    """Yield where somebody, or an escalation, is named that is written nowhere, with the remedy."""
    remedy = f"write one of {', '.join(people) or 'none yet'}, or add the person"
    if ON_DUTY in people:
        yield f"people: {ON_DUTY}: is what escalations call whoever has the shift: give the person another id"
    for shift in shifts:
        for id in shift.people:
            if id not in people:
                yield f"shifts: {shift.name}: nobody is called {id!r}: {remedy}"
    if fallback and fallback not in people:
        yield f"fallback: nobody is called {fallback!r}: {remedy}"
    for name, steps in escalation.items():
        if steps.next and steps.next not in escalation:
            yield f"escalation: {name}: next: there is no escalation {steps.next!r}: mend its spelling"
        if not shifts and not fallback and any(ON_DUTY in step.notify for step in steps.steps):
            yield f"escalation: {name}: nobody is ever on duty: write shifts, or a fallback"


def endless_escalations(escalation: Mapping[str, Escalation]) -> Iterator[str]:
    """Yield an escalation whose `next` leads back to itself."""
    for name in escalation:
        seen, at = [name], escalation[name].next
        while at:
            if at in seen:
                yield f"escalation: {name}: next: {' → '.join([*seen, at])} never ends: leave one `next` out"
                return
            seen.append(at)
            at = escalation[at].next


def too_few_people(people: Collection[str], escalation: Mapping[str, Escalation]) -> Iterator[str]:
    """Yield an escalation that asks for more acknowledgements than there are people."""
    for name, steps in escalation.items():
        if steps.acks > len(people):
            yield (
                f"escalation: {name}: acks: {steps.acks} different people must acknowledge a crisis, and there are "
                f"{len(people)}: it would never end: write {len(people)} or less, or add people"
            )


def uncovered_hours(shifts: Sequence[Shift], time_zone: str, knows_holidays: bool) -> Iterator[str]:
    """Yield where nobody is on duty, in any week with or without holidays; nothing where there are no shifts."""
    if not shifts:
        return
    for weekday in range(7):
        usual, before = weekday < 5, (weekday - 1) % 7
        both = (True, False) if knows_holidays else None
        for worked in both or (usual,):
            for worked_before in both or (before < 5,):
                if hole := _hole(shifts, time_zone, weekday, worked, worked_before):
                    kind = "a working day" if worked else "a day off"
                    yield (
                        f"shifts: nobody is on duty on {WEEK[weekday]}, {kind}, {hole}: add a shift, or name a fallback"
                    )
                    return


def _hole(shifts: Sequence[Shift], time_zone: str, weekday: int, worked: bool, worked_before: bool) -> str | None:
    """Return the first hour of such a day that no shift covers; shifts of another time zone cover nothing for sure."""
    covered = []
    for shift in shifts:
        if ZoneInfo(shift.time_zone or time_zone) == ZoneInfo(time_zone):
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
    return f"{clock(reached)}–{clock(later)}" if reached < DAY else None
