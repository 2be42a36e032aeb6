"""What happened in the time that is looked at: alerts that were raised, and notes that people wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from config.both import Both
from dashboards.names import named
from dashboards.page.data import Question
from dashboards.page.shown import prose
from dashboards.panel_query import Scope, period

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["Event", "events", "questions"]

_MOST = 100
_LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: when, in words, and whether it is an `alert` or a `note`."""

    at: datetime
    text: Both
    sense: str


def questions(store: "Store", scope: Scope) -> list[Question]:
    """Return the requests for the newest alerts and notes of the time."""
    body = {"size": _MOST, "query": period(scope), "sort": [{"@timestamp": {"order": "desc"}}]}
    return [Question(id=kind, name=kind, index=store.alias(kind), body=body) for kind in ("alerts", "notes")]


def events(answers: Sequence[Mapping[str, object]], brands: Mapping[str, str]) -> tuple[Event, ...]:
    """Return the events that the answers to `questions` hold, oldest first; `brands` are names by ids."""
    alerts, notes = (_documents(answer) for answer in answers)
    found = [*(_alert(one, brands) for one in alerts), *(_note(one, brands) for one in notes)]
    return tuple(sorted(found, key=lambda event: event.at))


def _documents(answer: Mapping[str, object]) -> list[Mapping[str, str]]:
    return [hit["_source"] for hit in answer["hits"]["hits"]]  # type: ignore[index]


def _alert(alert: Mapping[str, str], brands: Mapping[str, str]) -> Event:
    severity, brand = named("severity", alert["severity"]), brands.get(alert["brand"], alert["brand"])
    title = prose(alert["title"], _LONGEST)
    text = Both(f"{brand} · {title}（{severity.zh}）", f"{brand} · {title} ({severity.en})")
    return Event(at=datetime.fromisoformat(alert["@timestamp"]), text=text, sense="alert")


def _note(note: Mapping[str, str], brands: Mapping[str, str]) -> Event:
    of = [] if set(note["brand"]) >= set(brands) else [brands.get(brand, brand) for brand in note["brand"]]
    text = " · ".join(["、".join(of), prose(note["text"], _LONGEST)] if of else [prose(note["text"], _LONGEST)])
    return Event(at=datetime.fromisoformat(note["@timestamp"]), text=Both(text, text), sense="note")
