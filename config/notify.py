"""A rule's `notify:`: whom an alert is told to, what is told together, how often, and what the brand's reply does."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from config.brand import Text
from config.duration import Duration

__all__ = ["Notify"]

_LONGEST_HOLD = timedelta(minutes=30)


def _short(value: timedelta) -> timedelta:
    if value > _LONGEST_HOLD:
        raise ValueError("longer than 30m, for which no page may be held back: write 30m or less")
    return value


class Notify(BaseModel):
    """Who is told of a rule's alerts, and when; all of it may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: tuple[Text, ...] = ()
    """Ids of the channels that are told at once."""
    escalation: Text | None = None
    """Or the name of an escalation of config/rota.yaml."""
    group_by: tuple[Literal["rule", "brand", "story", "customer", "severity", "evidence"], ...] = ("brand", "evidence")
    """Alerts that are equal in all of these are told in one message; one without a story is never grouped by story.

    `evidence` is equal where alerts are about one story, or mostly about the same mentions.
    """
    wait: Duration = timedelta(0)
    """How long the first alert of an incident waits for others."""
    interval: Duration = timedelta(minutes=10)
    """After how long who was told of an incident learns, in a message that wakes nobody, of what has joined it.

    Each pause is twice the one before, up to four hours.
    """
    hold: Annotated[Duration, AfterValidator(_short)] = timedelta(minutes=10)
    """For how long at most it is held back where most alerts before it calmed by themselves; 0m for never."""
    acks: Annotated[int, Field(ge=1, le=5)] | None = None
    """How many different people must acknowledge a crisis; what the escalation says unless given."""
    repeat: Duration | None = None
    """How often `channels` are told again while nobody acknowledges."""
    repeats: Annotated[int, Field(ge=1, le=100)] = 3
    """And how many times at most."""
    grow: Annotated[float, Field(ge=1, le=4)] = 1.0
    """How many times longer each pause between repeats is than the one before, up to four hours."""
    reply: Literal["ignore", "stop", "escalate"] = "ignore"
    """The brand's own reply to the story stops repeats and escalation; with `escalate`, its absence hastens them."""
    reply_within: Duration = timedelta(hours=2)
    """How long the brand has to reply before `escalate` takes the next step."""

    @model_validator(mode="after")
    def _one_way(self) -> "Notify":
        if self.channels and self.escalation:
            raise ValueError("channels and escalation: write one of them; an escalation's steps may name channels")
        return self
