"""What an evaluation hands to the alerts' life cycle: a rule that holds for a brand, with its figures and evidence."""

from dataclasses import dataclass
from datetime import datetime

from config.rule import Severity
from indexing.alerts.alert import Evidence
from indexing.alerts.figure import Figure, Question

__all__ = ["Figure", "Firing", "Question"]


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
    said: tuple[str, ...] = ()
    """Names of the figures that the reason states."""
    evidence: Evidence
    owner: str
    runbook: str

    @property
    def fingerprint(self) -> str:
        """What makes two firings one alert: rule, brand, story and customer."""
        return ".".join(filter(None, (self.rule, self.brand, self.story, self.customer)))
