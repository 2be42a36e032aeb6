"""`config/rota.yaml`: who is on duty when, who is told next when nobody answers, and when it is quiet."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from config import settings
from config.brand import Text
from config.channel import Channel
from config.duration import Duration
from config.load import ConfigError, load, where
from config.notify import Notify
from config.rota_faults import DAY, ON_DUTY, faults_of
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

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _minutes(value: Any) -> Any:
    """Return minutes since midnight; YAML reads an unquoted 18:00 as the number 1080, which is the same."""
    if isinstance(value, str):
        hours, colon, minutes = value.partition(":")
        if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(minutes) < 60):
            raise ValueError(f"got {value!r}: write a time of day such as 09:00")
        value = int(hours) * 60 + int(minutes)
    if not isinstance(value, int) or not 0 <= value <= DAY:
        raise ValueError(f"got {value!r}: write a time of day between 00:00 and 24:00")
    return value


def _zone(value: Any) -> Any:
    if value not in available_timezones():
        raise ValueError(f"got {value!r}: write a time zone such as Asia/Shanghai")
    return value


Clock = Annotated[int, BeforeValidator(_minutes)]
"""A time of day in minutes since midnight, written 09:00."""
Zone = Annotated[str, BeforeValidator(_zone)]
Days = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "workdays", "days_off", "all"]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(_Written):
    """Somebody who is told."""

    name: Text
    channels: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Ids of the channels that reach them."""


class Hours(_Written):
    """Some hours of some days; those that end at or before their beginning end on the day after."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    days: Annotated[tuple[Days, ...], Field(min_length=1)] = ("all",)
    begin: Clock = Field(alias="from")
    end: Clock = Field(alias="to")
    time_zone: Zone | None = None
    """The rota's unless given."""

    @property
    def length(self) -> int:
        """How many minutes they last."""
        return self.end - self.begin if self.end > self.begin else self.end + DAY - self.begin

    def on(self, weekday: int, *, worked: bool) -> bool:
        """Say whether they begin on such a day, Monday being 0."""
        return bool({"all", _WEEK[weekday], "workdays" if worked else "days_off"} & set(self.days))


class Shift(Hours):
    """People who are on duty, all together or in turns."""

    name: Text
    people: Annotated[tuple[Text, ...], Field(min_length=1)]
    turn: Duration | None = None
    """How long each of the people has the shift before the next one has it; without it, all have it together."""
    since: date = date(2024, 1, 1)
    """The day on which the first one's turn began; the default is a Monday."""

    @model_validator(mode="after")
    def _whole_days(self) -> "Shift":
        if self.turn is not None and (self.turn < timedelta(days=1) or self.turn % timedelta(days=1)):
            raise ValueError("turn: not whole days: write 1d, 1w or the like")
        return self

    def on_day(self, day: date) -> tuple[str, ...]:
        """Return who has the shift that begins on the day."""
        if self.turn is None:
            return self.people
        return (self.people[(day - self.since) // self.turn % len(self.people)],)


class Step(_Written):
    """One step of an escalation: after `wait` without an acknowledgement, these people are told."""

    wait: Duration = timedelta(0)
    """Since the step before."""
    notify: Annotated[tuple[Text, ...], Field(min_length=1)]
    """`on_duty`, ids of people, or ids of channels."""
    repeat: Annotated[int, Field(ge=0, le=100)] = 0
    """How often the step is repeated before the next one."""
    every: Duration = timedelta(minutes=10)
    """And how long it waits between."""
    stop_on_ack: bool = True
    """Whether an acknowledgement makes it needless."""


class Escalation(_Written):
    """Steps, one after the other until somebody acknowledges; `next` names the escalation that goes on after them."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    next: Text | None = None


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

    @model_validator(mode="after")
    def _whole(self) -> "Rota":
        for fault in faults_of(self):
            raise ValueError(fault)
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
    told = f"(known: {', '.join(sorted(known)) or 'none yet'})"
    faults = [
        f"{where(path, *place)}: nothing is called {name!r} {told}: mend its spelling, or write"
        f" {path.parent / 'channels' / name}.yaml"
        for place, name in named
        if name not in known
    ]
    if faults:
        raise ConfigError("\n".join(faults))


def check_notify(
    plans: Mapping[str, Notify], rota: Rota | None, channels: Sequence[Channel], folder: Path | None = None
) -> None:
    """Raise ConfigError with every channel or escalation that a rule's `notify` names and nobody has written."""
    folder = folder or settings.config_dir() / "rules"
    known, escalations = {channel.id for channel in channels}, set(rota.escalation if rota else ())
    faults = []
    for rule, plan in plans.items():
        path = next(folder.glob(f"{rule}.y*ml"))
        for number, name in enumerate(plan.channels):
            if name not in known:
                remedy = f"mend its spelling, or write {folder.parent / 'channels' / name}.yaml"
                faults.append(f"{where(path, 'notify', 'channels', number)}: nothing is called {name!r}: {remedy}")
        if plan.escalation and plan.escalation not in escalations:
            told = f"nothing is called {plan.escalation!r} (known: {', '.join(sorted(escalations)) or 'none yet'})"
            remedy = f"write it under `escalation` in {folder.parent / 'rota.yaml'}"
            faults.append(f"{where(path, 'notify', 'escalation')}: {told}: {remedy}")
    if faults:
        raise ConfigError("\n".join(faults))
