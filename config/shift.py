"""Hours, shifts and steps of escalation: what a rota is made of."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from config.brand import Text
from config.duration import Duration

__all__ = ["DAY", "ON_DUTY", "WEEK", "Clock", "Escalation", "Hours", "Shift", "Step", "Zone", "clock"]

DAY = 24 * 60
"""Minutes."""
ON_DUTY = "on_duty"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _minutes(value: Any) -> Any:
    """Return minutes since midnight; YAML reads an unquoted 18:00 as the number 1080, which is the same."""
    minutes = value
    if isinstance(value, str):
        hours, colon, rest = value.partition(":")
        if not (colon and hours.isdecimal() and rest.isdecimal() and len(rest) == 2 and int(rest) < 60):
            raise ValueError(f"got {value!r}: write a time of day such as 09:00")
        minutes = int(hours) * 60 + int(rest)
    elif type(value) is int and 0 < value <= 24:  # nobody writes three minutes past midnight as 3
        raise ValueError(f"got {value}: write a time of day such as {value:02}:00")
    if not isinstance(minutes, int) or not 0 <= minutes <= DAY:
        raise ValueError(f"got {value!r}: write a time of day between 00:00 and 24:00")
    return minutes


def _zone(value: Any) -> Any:
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError(f"got {value!r}: write a time zone such as Asia/Shanghai")
    return value


def clock(minutes: int) -> str:
    """Return minutes since midnight as a time of day, such as 09:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


Clock = Annotated[int, BeforeValidator(_minutes)]
"""A time of day in minutes since midnight, written 09:00."""
Zone = Annotated[str, BeforeValidator(_zone)]
Days = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "workdays", "days_off", "all"]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
        return bool({"all", WEEK[weekday], "workdays" if worked else "days_off"} & set(self.days))


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
    grow: Annotated[float, Field(ge=1, le=4)] = 1.0
    """How many times longer each of these pauses is than the one before, up to four hours."""
    stop_on_ack: bool = True
    """Whether an acknowledgement makes it needless."""


class Escalation(_Written):
    """Steps, one after the other until somebody acknowledges; `next` names the escalation that goes on after them."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    next: Text | None = None
    acks: Annotated[int, Field(ge=1, le=5)] = 1
    """How many different people must acknowledge a crisis before repeats and steps stop."""
