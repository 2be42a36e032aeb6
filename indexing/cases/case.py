"""The value of a complaint: whose, of which mentions, in what state, and all that happened to it.

new → assigned → answered → resolved        any open state → resolved
resolved → reopened, as new or assigned     new, assigned → withdrawn, where nothing of it is left
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from config.case_rules import WorkHours
from indexing.cases.hours import work_seconds

__all__ = ["OURS", "Case", "CaseEvent", "Happening", "State", "from_document", "happened", "to_document"]

OURS = "tingfeng"
"""By whom it is where nobody did it."""


class State(StrEnum):
    """How a case stands."""

    NEW = "new"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


OPEN = (State.NEW, State.ASSIGNED, State.ANSWERED)


class Happening(StrEnum):
    """What can happen to a case."""

    OPENED = "opened"
    JOINED = "joined"
    LEFT = "left"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One thing that happened."""

    at: datetime
    what: Happening
    by: str = OURS
    to: str | None = None
    mention: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One complaint; its events only grow."""

    id: str
    begun_at: datetime
    """When its first mention was published."""
    opened_at: datetime
    pair: str
    number: int
    customer: str | None
    brand: str
    tier: str | None = None
    value_band: str | None = None
    state: State = State.NEW
    mentions: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    last_at: datetime
    assignee: str | None = None
    assigned_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    resolved_at: datetime | None = None
    reopened: int = 0
    events: tuple[CaseEvent, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody still has to see to it."""
        return self.state in OPEN


def happened(case: Case, event: CaseEvent, **changed: Any) -> Case:
    """Return the case after an event."""
    return replace(case, events=(*case.events, event), **changed)


def to_document(case: Case, hours: WorkHours) -> dict[str, Any]:
    """Return the case as its document, whose `_id` is the case's, with the times that follow from it."""
    document: dict[str, Any] = {
        name: value for name, value in msgspec.to_builtins(case).items() if value not in (None, [], ())
    }
    del document["id"]
    document["@timestamp"] = document.pop("begun_at")
    document |= {"open": case.open, "count": len(case.mentions)}
    for name, at in (("answer", case.answered_at), ("resolve", case.resolved_at)):
        if at is not None:
            document[f"seconds_to_{name}"] = max(0, int((at - case.begun_at).total_seconds()))
            document[f"work_seconds_to_{name}"] = work_seconds(case.begun_at, at, hours)
    document["events"] = [
        {name: value for name, value in event.items() if value is not None} for event in document["events"]
    ]
    return document


def from_document(id: str, document: Mapping[str, Any]) -> Case:
    """Return the case that a document holds; msgspec.ValidationError names the field that is wrong."""
    fields = {"customer": None, **document, "id": id, "begun_at": document["@timestamp"]}
    return msgspec.convert({name: value for name, value in fields.items() if name in Case.__slots__}, Case)
