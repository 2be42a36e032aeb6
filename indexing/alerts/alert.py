"""The value at the alerts' border: a rule that fired for a brand, its evidence, its state and who was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from config.rule import Severity
from indexing.alerts.figure import Figure, Question
from indexing.alerts.reason import Reason, as_document, written

__all__ = [
    "OPEN",
    "Alert",
    "Delivery",
    "DeliveryState",
    "Earlier",
    "Evidence",
    "PlatformCount",
    "Quote",
    "State",
    "Word",
    "from_document",
    "to_document",
]


class State(StrEnum):
    """Where an alert stands; all but `resolved` are open."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


OPEN = (State.FIRING, State.ACKNOWLEDGED, State.ASSIGNED, State.SNOOZED)


class DeliveryState(StrEnum):
    """Where one channel stands; `sending` means that an attempt began whose outcome is not recorded."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One mention of the evidence, made safe to be shown anywhere and cut to a bounded length."""

    id: str
    platform: str
    published_at: datetime
    text: str
    author: str | None = None
    url: str | None = None
    engagement: int | None = None
    followers: int | None = None
    mentions: int | None = None
    """Mentions of the window that tell the same story, this one included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word that the window's negative mentions use more than the brand's mentions do otherwise."""

    word: str
    mentions: int
    usual: int
    """Mentions with the word in the background."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformCount:
    """How many of the window's negative mentions stand on one platform."""

    platform: str
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the finding is about: `ids` of the most engaging mentions, `total` of all, one quote a story."""

    ids: tuple[str, ...] = ()
    total: int = 0
    quotes: tuple[Quote, ...] = ()
    more_stories: int = 0
    """Stories beyond those that are quoted."""
    more_mentions: int = 0
    """And their mentions."""
    words: tuple[Word, ...] = ()
    platforms: tuple[PlatformCount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An alert of the same rule and brand that was raised before, and how it stood when this one was raised."""

    id: str
    raised_at: datetime
    state: State
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    reason: str | None = None
    """Why it was called over, where somebody said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What has become of telling one channel one thing. `claim` names the process that is sending."""

    channel: str
    message: str = "raised"
    """What is told: `raised`, `step.2`, `repeat.1`, `woken.…`, `reopened.…`, `graver.…`, `followup.1` of what joined
    it, or `instead.…` of a dead channel."""
    people: tuple[str, ...] = ()
    """Ids of the people of the rota who are told by it."""
    also: tuple[str, ...] = ()
    """Ids of the alerts of the same incident that the message speaks of too."""
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    parts: int = 0
    """Parts of a long message that the receiver has confirmed."""
    unsure: bool = False
    """Whether an earlier attempt may have arrived, so that the next one is marked as a repeat."""
    claim: str | None = None
    last_error: str | None = None
    at: datetime | None = None
    not_before: datetime | None = None
    """When the next attempt makes sense."""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two deliveries of an alert the same."""
        return self.message, self.channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a rule found for a brand; `id` is `rule.brand.number`, its figures are the heaviest firing's so far."""

    id: str
    fingerprint: str = ""
    rule: str
    kind: str
    title: str
    brand: str
    story: str | None = None
    customer: str | None = None
    severity: Severity
    state: State
    raised_at: datetime
    """When the evaluation found it."""
    began_at: datetime
    last_at: datetime
    """End of the last window that fired."""
    evaluated_at: datetime
    window_start: datetime
    window_end: datetime
    weight: float = 0.0
    figures: tuple[Figure, ...] = ()
    questions: tuple[Question, ...] = ()
    reason_zh: str
    reason_en: str
    said: tuple[str, ...] = ()
    """Names of the figures that the reason states."""
    evidence: Evidence
    earlier: tuple[Earlier, ...] = ()
    """The alerts of this rule and brand before it, the newest first."""
    owner: str
    runbook: str
    assignee: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    snoozed_until: datetime | None = None
    snooze_reason: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    """The person; None where it came to rest by itself."""
    resolve_reason: str | None = None
    worth: str | None = None
    """What a person judged it to have been: see indexing.alerts.worth."""
    worth_by: str | None = None
    worth_at: datetime | None = None
    reopened_at: datetime | None = None
    replied_at: datetime | None = None
    """When the brand's own account answered the story."""
    seconds_to_acknowledge: int | None = None
    seconds_to_resolve: int | None = None
    step: int = -1
    """The step of its escalation that has been taken; -1 while nobody is told."""
    step_at: datetime | None = None
    """When that was, or when it was repeated."""
    repeats: int = 0
    why_held: Reason | None = None
    """Why nobody is told at present."""
    held_at: datetime | None = None
    joined: str | None = None
    """The alert of the same incident whose message speaks of this one too."""
    incident: str | None = None
    """What it belongs to: the id of the alert that founded it; None until somebody is to be told."""
    placed_by: str | None = None
    """Who put it there by hand, so that nothing else moves it."""
    acks: int = 1
    """How many different people must acknowledge it."""
    acknowledgers: tuple[str, ...] = ()
    """Who did, in this round of messages."""
    told_as: Severity | None = None
    """How grave it was when people were told of it."""
    graver_at: datetime | None = None
    """When it became graver than that."""
    followed_at: datetime | None = None
    """When people were last told of what had joined it."""
    returns: int = 0
    """How often it came back by itself, each time after a longer quiet."""
    delivery: tuple[Delivery, ...] = ()

    @property
    def told_at(self) -> datetime | None:
        """When the first message was confirmed."""
        return min((one.at for one in self.delivery if one.state is DeliveryState.SENT and one.at), default=None)

    def figure(self, name: str) -> Figure | None:
        """Return the figure of this name, where the alert states one."""
        return next((figure for figure in self.figures if figure.name == name), None)


def to_document(alert: Alert) -> dict[str, Any]:
    """Return the alert as its Elasticsearch document, `@timestamp` being the time at which it was raised."""
    document = msgspec.to_builtins(alert)
    del document["id"]
    document["@timestamp"] = document.pop("raised_at")
    return dict(document)


def from_document(id: str, document: Mapping[str, Any]) -> Alert:
    """Return the alert that a document holds; msgspec.ValidationError names the field that is wrong."""
    fields = {**document, "id": id, "raised_at": document["@timestamp"]}
    del fields["@timestamp"]
    if text := fields.get("held"):  # as alerts were written that said it in English
        fields.setdefault("why_held", as_document(written(text)))
    if isinstance(figures := fields.get("figures"), Mapping):  # as alerts were written that knew bursts alone
        kept = {name: value for name, value in figures.items() if isinstance(value, float | int) and value is not True}
        fields["figures"] = [{"name": name, "value": value} for name, value in kept.items() if name in _OF_BURSTS]
    return msgspec.convert(fields, Alert)


_OF_BURSTS = ("negative", "count", "share", "usual", "times", "threshold", "past_windows")
