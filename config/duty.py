"""Who is on duty at a moment, by the rota alone."""

from datetime import datetime

from config.rota import Rota

__all__ = ["on_duty"]


def on_duty(rota: Rota, moment: datetime) -> tuple[str, ...]:
    """Return the ids of those whose shift holds the moment, in the shifts' order; else the fallback."""
    found = [id for shift in rota.shifts for day in rota.begun(shift, moment) for id in shift.on_day(day)]
    if not found and rota.fallback:
        found = [rota.fallback]
    return tuple(dict.fromkeys(found))
