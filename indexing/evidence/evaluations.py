"""What every evaluation found, also where nothing fired: one line each, of which only what has changed is written.

An evaluation's content names the rules and brands whose state is another one than last time; what it does not name goes
on as it was (a run). The first line of a day, and of a process that does not know the last one, names all (`full`). A
state is a figure beside what it takes. Half-way there and nearer, each further 32nd of what it takes is a new state;
further away only each eighth, for nobody asks whether 3 or 4 of 60 it was.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from math import floor
from pathlib import Path

import msgspec

from config import settings
from config.errors import UserError
from config.kinds import Bound
from config.settings import DAY_ZONE
from indexing.alerts import operations
from indexing.alerts.rate import once_a_day
from indexing.detection.detect import Detected
from indexing.detection.nearness import Near
from indexing.elasticsearch.store import Store
from indexing.evidence.chain import append, locked
from indexing.evidence.happened import happened
from indexing.evidence.line import Item

__all__ = ["Evaluation", "State", "States", "forget", "keep", "states", "subjects"]

_STEPS, _FINE_STEPS = 8, 32
_EXACT = 0.5
_log = logging.getLogger(__name__)


class State(msgspec.Struct, frozen=True, array_like=True):
    """Where a rule stood towards a brand."""

    fires: bool
    name: str = ""
    """The figure that was furthest from what it takes; empty where nothing was counted."""
    value: float = 0.0
    takes: float = 0.0
    below: bool = False
    figures: dict[str, float] = {}
    subject: str | None = None

    @property
    def closeness(self) -> float:
        """How near it came: 1 where it fires, the figure's share of what it takes otherwise."""
        if self.fires:
            return 1.0
        return min(Bound(self.name, self.value, self.takes, self.below).closeness, 0.999) if self.name else 0.0

    @property
    def step(self) -> tuple[object, ...]:
        """What makes two states the same run."""
        near = self.closeness
        ratio = self.value / self.takes if self.takes else self.value
        figure = (floor(ratio * _FINE_STEPS), self.below) if near >= _EXACT else (floor(near * _STEPS),)
        return (self.fires, self.name, self.subject, *figure)


States = dict[str, dict[str, State]]
"""By rule and brand."""
Changes = dict[str, dict[str, State | None]]
"""By rule and brand; None for a brand of which nothing is counted any more."""


class Evaluation(msgspec.Struct, frozen=True, omit_defaults=True):
    """An evaluation's content in the chain."""

    at: str
    rules: int
    """How many were evaluated."""
    full: bool = False
    changed: Changes = {}
    failed: dict[str, str] = {}
    """By the ids of the rules that the index did not answer."""


class _Last(msgspec.Struct):
    """What the last evaluation of this machine found."""

    day: str
    states: States


def states(detected: Detected) -> dict[str, dict[str, State]]:
    """Return where every rule stands towards every brand of which it counts anything."""
    return {
        rule: {brand: _state(near) for brand, near in own.brands.items()} for rule, own in detected.nearness.items()
    }


def _state(near: Near) -> State:
    bound = near.bound
    if bound is None:
        return State(fires=near.fires, figures=dict(near.figures), subject=near.subject)
    value, takes = round(bound.value, 4), round(bound.takes, 4)
    figures = dict(near.figures) if near.closeness >= _EXACT else {}
    return State(near.fires, bound.name, value, takes, bound.below, figures, near.subject)


def keep(store: Store, detected: Detected, *, now: datetime) -> int:
    """Write an evaluation, and what has happened to alerts since, to this machine's chain; return how many lines.

    Alerts must not wait for it: what goes wrong is logged and, once a day, told to `operations`.
    """
    try:
        return _keep(store, detected, now)
    except (UserError, OSError) as error:
        _log.error("the evaluation is not in the chain: %s", error)
        if once_a_day("chain"):
            operations.notify("evidence", f"the evaluations are not kept: {error}")
        return 0


def subjects() -> frozenset[str]:
    """Return the stories and customers of which the last evaluation of this machine is remembered."""
    last = _last()
    return frozenset(one.subject for of in (last.states if last else {}).values() for one in of.values() if one.subject)


def forget() -> None:
    """Forget the last evaluation: the next one is written whole, as after a kill."""
    with locked("states.lock"):
        (_folder() / "states").unlink(missing_ok=True)


def _keep(store: Store, detected: Detected, now: datetime) -> int:
    found = states(detected)
    with happened(store, now) as more, locked("states.lock"):
        last = _taken(now)
        content = Evaluation(
            at=now.isoformat(timespec="milliseconds"),
            rules=len(detected.evaluated),
            full=last is None,
            changed=dict(_changes(last.states if last else {}, found, detected.failures)),
            failed=dict(detected.failures),
        )
        main, apart = _apart(content)
        items = [Item(kind="evaluation", content=msgspec.to_builtins(main)), *apart, *more]
        places = append(items, now=now)
        _note(now, _merged(last.states if last else {}, found, detected.failures))
    return len(places)


def _changes(known: States, now: States, failures: Mapping[str, str]) -> Iterator[tuple[str, dict[str, State | None]]]:
    for rule in dict.fromkeys((*now, *known)):
        if rule in failures:
            continue
        before, brands = known.get(rule, {}), now.get(rule, {})
        changed: dict[str, State | None] = {
            brand: state for brand, state in brands.items() if brand not in before or before[brand].step != state.step
        }
        changed |= dict.fromkeys(before.keys() - brands.keys())
        if changed:
            yield rule, changed


def _merged(known: States, now: States, failures: Mapping[str, str]) -> States:
    """Return what is known now: a run keeps the state that it began with, a rule that failed what it had."""
    merged = {
        rule: {
            brand: old if (old := known.get(rule, {}).get(brand)) and old.step == state.step else state
            for brand, state in brands.items()
        }
        for rule, brands in now.items()
    }
    return merged | {rule: known[rule] for rule in failures if rule in known}


def _apart(content: Evaluation) -> tuple[Evaluation, list[Item]]:
    """Return the evaluation without what speaks of single stories or customers, and those as lines of their own."""
    main: Changes = {}
    apart: list[Item] = []
    for rule, brands in content.changed.items():
        for brand, state in brands.items():
            if state and state.subject and not state.subject.startswith("feed:"):
                told = {"at": content.at, "rule": rule, "brand": brand, "state": msgspec.to_builtins(state)}
                apart.append(Item(kind="near", content=told, keys=(state.subject,)))
                state = msgspec.structs.replace(state, subject=None)
            main.setdefault(rule, {})[brand] = state
    return msgspec.structs.replace(content, changed=main), apart


def _taken(now: datetime) -> _Last | None:
    """Take what the last evaluation found; None on a new day, or where it is not known, as after a kill."""
    last = _last()
    if last is None:
        return None
    (_folder() / "states").unlink()  # until it is written anew: what a killed process has told is not known
    return last if last.day == _day(now) else None


def _last() -> _Last | None:
    try:
        return msgspec.msgpack.decode((_folder() / "states").read_bytes(), type=_Last)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _note(now: datetime, known: States) -> None:
    draft = _folder() / "states.draft"
    draft.write_bytes(msgspec.msgpack.encode(_Last(day=_day(now), states=known)))
    draft.rename(_folder() / "states")


def _day(now: datetime) -> str:
    return now.astimezone(DAY_ZONE).date().isoformat()


def _folder() -> Path:
    return settings.data_dir() / "chain"
