"""What an evaluation hands to the alerts' life cycle: a rule that holds for a brand, with its figures and evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.rule import Severity
from indexing.alerts.alert import Evidence

__all__ = ["Figure", "Firing", "Question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a reason: what was counted, what is usual, and which of the firing's questions gave it."""

    name: str
    value: float
    usual: float | None = None
    unit: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request to the index that can be sent again by hand."""

    id: str
    index: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A rule that holds for a brand (and a story, and a customer, where it is about one); the same again is the same.

    `weight` orders findings of one thing: an alert shows the figures of its heaviest.
    """

    rule: str
    kind: str
    title: str
    brand: str
    severity: Severity
    story: str | None = None
    customer: str | None = None
    began_at: datetime
    last_at: datetime
    """End of the last window that fired."""
    window_start: datetime
    window_end: datetime
    weight: float
    figures: tuple[Figure, ...]
    questions: tuple[Question, ...] = ()
    reason_zh: str
    reason_en: str
    evidence: Evidence
    owner: str
    runbook: str

    @property
    def fingerprint(self) -> str:
        """What makes two firings one alert: rule, brand, story and customer."""
        return ".".join(filter(None, (self.rule, self.brand, self.story, self.customer)))
