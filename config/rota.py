"""`config/rota.yaml`: who is on duty when, who comes next when nobody answers, and when it is quiet."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config import settings
from config.brand import Text
from config.channel import Channel
from config.duration import Duration
from config.load import ConfigError, load, where
from config.notify import Notify
from config.rota_errors import endless_escalations, too_few_people, uncovered_hours, unknown_people
from config.shift import DAY, ON_DUTY, Clock, Escalation, Hours, Shift, Step, Zone
from config.workdays import is_workday

__all__ = [
    "ON_DUTY",
    "Escalation",
    "Heartbeat",
    "Hours",
    "Person",
    "Rota",
    "Shift",
    "Step",
    "check_channels",
    "check_notify",
    "load_rota",
]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(_Written):
    """Somebody who is told."""

    name: Text
    channels: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Ids of the channels that reach them."""


class Heartbeat(_Written):
    """A daily message that all is well, so that silence means something."""

    at: Clock = 9 * 60
    channels: Annotated[tuple[Text, ...], Field(min_length=1)]


class Rota(_Written):
    """The whole file."""

    id: str
    time_zone: Zone = "Asia/Shanghai"
    holidays: Literal["china", "none"] = "china"
    """Whether `workdays` knows China's public holidays and 调休, or is Monday to Friday."""
    people: Mapping[Text, Person]
    shifts: tuple[Shift, ...] = ()
    fallback: Text | None = None
    """Who is on duty when no shift is."""
    escalation: Mapping[Text, Escalation] = {}
    quiet_hours: tuple[Hours, ...] = ()
    """When nobody is told of anything but a crisis; the rest waits for their end."""
    heartbeat: Heartbeat | None = None
    longest_silence: Duration = timedelta(days=7)
    """A silence that would last longer is refused."""

    @model_validator(mode="after")
    def _whole(self) -> "Rota":
        uncovered = () if self.fallback else uncovered_hours(self.shifts, self.time_zone, self.holidays == "china")
        unknown = unknown_people(self.people, self.shifts, self.fallback, self.escalation)
        few = too_few_people(self.people, self.escalation)
        for problem in chain(unknown, endless_escalations(self.escalation), few, uncovered):
            raise ValueError(problem)
        return self

    def zone(self, hours: Hours) -> ZoneInfo:
        """Return the time zone of a shift or of quiet hours."""
        return ZoneInfo(hours.time_zone or self.time_zone)

    def worked(self, day: date) -> bool:
        """Say whether the day is a working day."""
        return is_workday(day) if self.holidays == "china" else day.weekday() < 5

    def steps(self, name: str) -> tuple[Step, ...]:
        """Return the steps of an escalation, with those of its `next`."""
        found = self.escalation[name]
        return found.steps + (self.steps(found.next) if found.next else ())

    def is_quiet(self, moment: datetime) -> bool:
        """Say whether the moment is within quiet hours."""
        return any(True for hours in self.quiet_hours for _ in self.begun(hours, moment))

    def begun(self, hours: Hours, moment: datetime) -> Iterator[date]:
        """Yield the day on which the hours that hold the moment began, or two where they overlap themselves."""
        local = moment.astimezone(self.zone(hours))
        now = local.hour * 60 + local.minute
        for ago in (0, 1):
            day = local.date() - timedelta(days=ago)
            if hours.on(day.weekday(), worked=self.worked(day)):
                since = now + ago * DAY
                if hours.begin <= since < hours.begin + hours.length:
                    yield day


def load_rota(path: Path | None = None) -> Rota | None:
    """Return what config/rota.yaml says, or None where there is no such file."""
    path = path or settings.config_dir() / "rota.yaml"
    return load(path, Rota) if path.exists() else None


def check_channels(rota: Rota, channels: Sequence[Channel], path: Path | None = None) -> None:
    """Raise ConfigError with every channel that the rota names and nobody has written."""
    path = path or settings.config_dir() / "rota.yaml"
    known = {channel.id for channel in channels}
    named: list[tuple[tuple[str | int, ...], str]] = []
    for id, person in rota.people.items():
        named += [(("people", id, "channels", n), name) for n, name in enumerate(person.channels)]
    for id, escalation in rota.escalation.items():
        for number, step in enumerate(escalation.steps):
            place = ("escalation", id, "steps", number, "notify")
            named += [((*place, n), name) for n, name in enumerate(step.notify) if name not in {ON_DUTY, *rota.people}]
    if rota.heartbeat:
        named += [(("heartbeat", "channels", n), name) for n, name in enumerate(rota.heartbeat.channels)]
    hint = f"(known: {', '.join(sorted(known)) or 'none yet'})"
    problems = [
        f"{where(path, *place)}: nothing is called {name!r} {hint}: mend its spelling, or write"
        f" {path.parent / 'channels' / name}.yaml"
        for place, name in named
        if name not in known
    ]
    problems += [
        f"{where(path, 'people', id)}: a channel is called so too, and escalations name both: choose another id"
        for id in rota.people
        if id in known
    ]
    if problems:
        raise ConfigError("\n".join(problems))


def check_notify(
    plans: Mapping[str, Notify], rota: Rota | None, channels: Sequence[Channel], folder: Path | None = None
) -> None:
    """Raise ConfigError with every channel or escalation that a rule's `notify` names and nobody has written."""
    folder = folder or settings.config_dir() / "rules"
    known, escalations = {channel.id for channel in channels}, set(rota.escalation if rota else ())
    problems = []
    for rule, plan in plans.items():
        path = next(folder.glob(f"{rule}.y*ml"))
        for number, name in enumerate(plan.channels):
            if name not in known:
                remedy = f"mend its spelling, or write {folder.parent / 'channels' / name}.yaml"
                problems.append(f"{where(path, 'notify', 'channels', number)}: nothing is called {name!r}: {remedy}")
        if plan.escalation and plan.escalation not in escalations:
            hint = f"nothing is called {plan.escalation!r} (known: {', '.join(sorted(escalations)) or 'none yet'})"
            remedy = f"write it under `escalation` in {folder.parent / 'rota.yaml'}"
            problems.append(f"{where(path, 'notify', 'escalation')}: {hint}: {remedy}")
    if problems:
        raise ConfigError("\n".join(problems))
