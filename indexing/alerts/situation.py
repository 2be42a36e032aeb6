"""All that a decision on whom to tell looks at beside the alert, and what keeps everybody from being told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.notify import Notify
from config.override import Override
from config.rota import Rota, Step
from config.rule import Rule, Severity
from indexing.alerts.alert import OPEN, Alert
from indexing.alerts.calming import Calm
from indexing.alerts.reason import Because, Reason
from indexing.alerts.receivers import acks_of, receivers, steps_of
from indexing.alerts.silence import Silence

__all__ = ["Situation", "is_quiet", "muted", "plan_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a decision looks at beside the alert itself."""

    now: datetime
    plans: Mapping[str, Notify]
    """Of each rule, by its id."""
    rota: Rota | None = None
    overrides: tuple[Override, ...] = ()
    silences: tuple[Silence, ...] = ()
    alerts: tuple[Alert, ...] = ()
    """Every alert of its incident that is open or still to be told, and every open crisis."""
    replies: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """When the brand's own account answered, by story and brand."""
    calm: Mapping[tuple[str, str], Calm] = field(default_factory=dict)
    """How alerts calmed by themselves before, by rule and brand."""

    def plan(self, alert: Alert) -> Notify:
        """Return how the alert's rule wants it told; nobody is told where the rule is gone."""
        return self.plans.get(alert.rule, Notify())

    def steps(self, alert: Alert) -> tuple[Step, ...]:
        """Return the steps by which the alert is told."""
        return steps_of(self.plan(alert), self.rota)

    def acks(self, alert: Alert) -> int:
        """Return how many different people must acknowledge the alert."""
        return acks_of(self.plan(alert), self.rota) if alert.severity is Severity.CRISIS else 1

    def receivers(self, step: Step) -> dict[str, tuple[str, ...]]:
        """Return the channels that a step tells now, with the people there."""
        return receivers(step, self.rota, self.overrides, self.now)


def plan_of(rule: Rule) -> Notify:
    """Return how a rule wants its alerts told; `channels` of the rule itself is the short form."""
    plan = rule.notify or Notify()
    return plan if plan.channels or plan.escalation else plan.model_copy(update={"channels": rule.channels})


def muted(alert: Alert, at: Situation) -> Reason | None:
    """Return by what the alert is muted: a silence, or a crisis that it is a part of."""
    for silence in at.silences:
        if silence.covers(alert, at.now):
            return Reason(
                kind=Because.SILENCE,
                of=silence.id,
                matcher=silence.matcher,
                by=silence.author,
                until=silence.until,
                words=silence.reason,
            )
    if alert.severity is not Severity.CRISIS:
        for other in at.alerts:
            crisis = other.severity is Severity.CRISIS and other.state in OPEN and other.brand == alert.brand
            if crisis and other.story in (None, alert.story) and at.steps(other):  # one of which somebody hears
                return Reason(kind=Because.CRISIS, of=other.id)
    return None


def is_quiet(alert: Alert, at: Situation) -> bool:
    """Say whether quiet hours keep the alert, which only a crisis breaks."""
    return alert.severity is not Severity.CRISIS and at.rota is not None and at.rota.is_quiet(at.now)
