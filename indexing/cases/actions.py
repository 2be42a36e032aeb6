"""What a colleague does with a case: takes or gives it, answers, resolves, opens it again; each on record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from config.errors import UserError
from indexing.cases import records
from indexing.cases.case import OPEN, Case, CaseEvent, Happening, State, happened
from indexing.elasticsearch.store import Store

__all__ = ["ACTIONS", "NotPossible", "act", "possible"]


class NotPossible(UserError):
    """The case's state does not allow it; the message says how it stands."""


@dataclass(frozen=True, slots=True)
class _Act:
    by: str
    to: str | None
    note: str | None
    at: datetime


def _assign(case: Case, act: _Act) -> Case:
    whom = act.to or act.by
    if case.assignee == whom:
        return case
    event = CaseEvent(at=act.at, what=Happening.ASSIGNED, by=act.by, to=whom, note=act.note)
    state = State.ASSIGNED if case.state is State.NEW else case.state
    return happened(case, event, state=state, assignee=whom, assigned_at=case.assigned_at or act.at)


def _answer(case: Case, act: _Act) -> Case:
    event = CaseEvent(at=act.at, what=Happening.ANSWERED, by=act.by, note=act.note)
    first = {} if case.answered_at else {"answered_at": act.at, "answered_by": act.by}
    return happened(case, event, state=State.ANSWERED, **first)


def _resolve(case: Case, act: _Act) -> Case:
    event = CaseEvent(at=act.at, what=Happening.RESOLVED, by=act.by, note=act.note)
    return happened(case, event, state=State.RESOLVED, resolved_at=act.at)


def _reopen(case: Case, act: _Act) -> Case:
    event = CaseEvent(at=act.at, what=Happening.REOPENED, by=act.by, note=act.note)
    state = State.ASSIGNED if case.assignee else State.NEW
    return happened(case, event, state=state, resolved_at=None, reopened=case.reopened + 1)


_Doing = Callable[[Case, _Act], Case]
ACTIONS: Mapping[str, tuple[_Doing, tuple[State, ...]]] = MappingProxyType(
    {
        "assign": (_assign, OPEN),
        "answer": (_answer, OPEN),
        "resolve": (_resolve, OPEN),
        "reopen": (_reopen, (State.RESOLVED,)),
    }
)
"""By name, what is done, and in which states it can be."""


def possible(case: Case) -> list[str]:
    """Return what can be done with the case as it stands."""
    return [name for name, (_, states) in ACTIONS.items() if case.state in states]


def act(
    store: Store, id: str, action: str, *, by: str, now: datetime, to: str | None = None, note: str | None = None
) -> Case:
    """Do it, and return the case as it stands then; NotPossible, NoSuchCase or Overtaken say why it was not done."""
    doing, states = ACTIONS[action]

    def edit(case: Case) -> Case:
        if case.state not in states:
            raise NotPossible(f"case {id} is {case.state}: `{action}` is for {', '.join(states)}")
        return doing(case, _Act(by=by, to=to, note=note or None, at=now))

    if action == "reopen" and (later := _later(store, records.find(store, id))):
        raise NotPossible(f"case {id}: a later one of the same customer and brand is there: {later.id}")
    return records.change(store, id, edit)


def _later(store: Store, case: Case) -> Case | None:
    """Return a later case of the pair: with it, two would be open."""
    return next((one for one in records.about(store, "pair", [case.pair]) if one.number > case.number), None)
