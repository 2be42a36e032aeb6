"""The value at the alerts' border: a rule that fired for a brand, with its evidence and who has been told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from config.negative_burst import Figures
from config.rule import Severity

__all__ = [
    "Alert",
    "Delivery",
    "DeliveryState",
    "Evidence",
    "PlatformCount",
    "Quote",
    "State",
    "Word",
    "from_document",
    "to_document",
]


class State(StrEnum):
    """Whether the burst goes on."""

    FIRING = "firing"
    RESOLVED = "resolved"


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
    """The window's negative mentions: `ids` of the most engaging, `total` of all."""

    ids: tuple[str, ...] = ()
    total: int = 0
    quotes: tuple[Quote, ...] = ()
    words: tuple[Word, ...] = ()
    platforms: tuple[PlatformCount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What has become of telling one channel. `claim` names the process that is sending."""

    channel: str
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    unsure: bool = False
    """Whether an earlier attempt may have arrived, so that the next one is marked as a repeat."""
    claim: str | None = None
    last_error: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One burst of a rule and brand; `id` is `rule.brand.number`, the figures are those of the worst window so far."""

    id: str
    rule: str
    kind: str
    title: str
    brand: str
    severity: Severity
    state: State
    raised_at: datetime
    """When the evaluation found it."""
    began_at: datetime
    last_at: datetime
    """End of the last window that fired."""
    evaluated_at: datetime
    resolved_at: datetime | None = None
    window_start: datetime
    window_end: datetime
    figures: Figures
    reason_zh: str
    reason_en: str
    evidence: Evidence
    owner: str
    runbook: str
    delivery: tuple[Delivery, ...] = ()


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
    return msgspec.convert(fields, Alert)
