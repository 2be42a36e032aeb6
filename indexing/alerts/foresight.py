"""Who would be told if an alert came at a moment, and then whom: the very decisions of an alert, on an imagined one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.notify import Notify
from config.override import Override
from config.rota import Rota
from config.rule import Rule, Severity
from indexing.alerts.alert import Alert, Evidence, State
from indexing.alerts.policy import decide
from indexing.alerts.reason import Reason
from indexing.alerts.silence import Silence
from indexing.alerts.situation import Situation, plan_of

__all__ = ["Plan", "Told", "foresee", "plans_for"]

_MINUTE = timedelta(minutes=1)
_HORIZON = timedelta(hours=24)
_IMAGINED = "imagined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What would happen at `at`: channels told, each with its people, or, without any, why nobody is."""

    at: datetime
    message: str = ""
    channels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    why_not: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One way in which alerts are told; `rules` are the ids of those that take it."""

    rules: tuple[str, ...]
    notify: Notify


def plans_for(rules: Sequence[Rule], severity: Severity, rota: Rota | None) -> list[Plan]:
    """Return the ways in which alerts of a severity are told; without any rule of it, the rota's escalations."""
    found: dict[str, tuple[Notify, list[str]]] = {}
    for rule in rules:
        if rule.severity is severity:
            plan = plan_of(rule)
            found.setdefault(plan.model_dump_json(), (plan, []))[1].append(rule.id)
    if not found and rota:
        return [Plan(rules=(), notify=Notify(escalation=name)) for name in rota.escalation]
    return [Plan(rules=tuple(ids), notify=plan) for plan, ids in found.values()]


def foresee(
    plan: Plan,
    severity: Severity,
    rota: Rota | None,
    *,
    at: datetime,
    brand: str = "",
    overrides: Sequence[Override] = (),
    silences: Sequence[Silence] = (),
) -> Iterator[Told]:
    """Yield, minute by minute for a day, whom an alert would be told to of which nobody says anything."""
    rule = plan.rules[0] if plan.rules else _IMAGINED
    alert, held = _alert(rule, brand, severity, at), None
    for minute in range(int(_HORIZON / _MINUTE)):
        now = at + minute * _MINUTE
        situation = Situation(
            now=now, plans={rule: plan.notify}, rota=rota, overrides=tuple(overrides), silences=tuple(silences)
        )
        decided = decide(alert, situation)
        if made := decided.delivery[len(alert.delivery) :]:
            yield Told(at=now, message=made[0].message, channels=tuple((one.channel, one.people) for one in made))
        elif decided.why_held and decided.why_held != held:
            yield Told(at=now, why_not=decided.why_held)
        alert, held = decided, decided.why_held


def _alert(rule: str, brand: str, severity: Severity, at: datetime) -> Alert:
    return Alert(
        id=_IMAGINED,
        rule=rule,
        kind="any",
        title=_IMAGINED,
        brand=brand,
        severity=severity,
        state=State.FIRING,
        raised_at=at,
        began_at=at,
        last_at=at,
        evaluated_at=at,
        window_start=at,
        window_end=at,
        reason_zh="",
        reason_en="",
        evidence=Evidence(),
        owner="",
        runbook="",
    )
