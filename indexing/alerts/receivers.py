"""Who hears of an alert: the steps of its rule as channels, each with the people whom it reaches there."""

from collections.abc import Iterator
from datetime import datetime

from config.duty import on_duty
from config.notify import Notify
from config.override import Override
from config.rota import ON_DUTY, Rota, Step

__all__ = ["acks_of", "receivers", "steps_of"]


def steps_of(plan: Notify, rota: Rota | None) -> tuple[Step, ...]:
    """Return the steps by which a rule's alerts are told; none where it names nobody."""
    if plan.escalation and rota:
        return rota.steps(plan.escalation)
    if not plan.channels:
        return ()
    if not plan.repeat:
        return (Step(notify=plan.channels),)
    return (Step(notify=plan.channels, repeat=plan.repeats, every=plan.repeat, grow=plan.grow),)


def acks_of(plan: Notify, rota: Rota | None) -> int:
    """Return how many different people must acknowledge a crisis of a rule."""
    if plan.acks:
        return plan.acks
    return rota.escalation[plan.escalation].acks if rota and plan.escalation else 1


def receivers(
    step: Step, rota: Rota | None, overrides: tuple[Override, ...], now: datetime
) -> dict[str, tuple[str, ...]]:
    """Return the channels that a step tells, each with the people whom it reaches there."""
    found: dict[str, tuple[str, ...]] = {}
    for channel, person in _pairs(step, rota, overrides, now):
        known = found.get(channel, ())
        found[channel] = known if person is None or person in known else (*known, person)
    return found


def _pairs(
    step: Step, rota: Rota | None, overrides: tuple[Override, ...], now: datetime
) -> Iterator[tuple[str, str | None]]:
    duty = on_duty(rota, now, overrides) if rota else ()
    for name in step.notify:
        for id in duty if name == ON_DUTY else (name,):
            if rota and id in rota.people:
                for channel in rota.people[id].channels:
                    yield channel, id
            else:
                yield id, None
