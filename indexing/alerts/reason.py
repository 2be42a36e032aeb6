"""Why something became of an alert, such as that nobody is told of it: a kind with its parts, in no language."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

__all__ = ["Because", "Reason", "as_document", "reason_of", "written"]


class Because(StrEnum):
    """The kinds of reasons; `indexing.alerts.reason_words` says each in both languages."""

    SNOOZED = "snoozed"
    KNOWN = "known"
    NOBODY = "nobody"
    QUIET = "quiet"
    WAITS = "waits"
    HEARD = "heard"
    TOGETHER = "together"
    LOOKED_AFTER = "looked_after"
    REPLIED = "replied"
    CRISIS = "crisis"
    SILENCE = "silence"
    HELD_UNTIL = "held_until"
    HELD_FOR_MORE = "held_for_more"
    CALMED = "calmed"
    FELL_SILENT = "fell_silent"
    WITH = "with"
    ACKNOWLEDGED_BY = "acknowledged_by"
    ASSIGNED = "assigned"
    JUDGED = "judged"
    MOVED = "moved"
    MESSAGE = "message"
    WRITTEN = "written"
    """In words, as a person, a rule or an earlier build wrote them."""


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reason; which parts it has goes by its kind."""

    kind: Because
    until: datetime | None = None
    by: str | None = None
    """A person's id."""
    people: tuple[str, ...] = ()
    of: str | None = None
    """The id of an alert, an incident or a silence; a message's name; what somebody judged."""
    before: str | None = None
    """The incident that it belonged to before."""
    also: tuple[str, ...] = ()
    """Ids of alerts that a message speaks of too."""
    matcher: str | None = None
    count: int | None = None
    among: int | None = None
    """`count` of so many."""
    minutes: int | None = None
    words: str | None = None
    """What a person, a receiver or an earlier build said."""
    words_en: str | None = None
    """The same in English, where it was said in both languages."""
    over: bool = False
    """Whether the alert is over by now."""


def written(words: str | None, words_en: str | None = None) -> Reason | None:
    """Return a reason in somebody's own words; None without any."""
    return Reason(kind=Because.WRITTEN, words=words, words_en=words_en) if words else None


def reason_of(document: Mapping[str, Any]) -> Reason | None:
    """Return the reason that an event's document holds; those of earlier builds were English sentences."""
    if kept := document.get("why"):
        return msgspec.convert(kept, Reason)
    text = document.get("detail")
    if document.get("event") == "held" and text and text.startswith(_TOGETHER):
        return Reason(kind=Because.TOGETHER, of=text.removeprefix(_TOGETHER))
    return written(text)


_TOGETHER = "told together with "
"""How earlier builds began to say that another alert speaks for this one, which is looked for by its id."""


def as_document(reason: Reason | None) -> dict[str, Any] | None:
    """Return the parts as they are kept."""
    return msgspec.to_builtins(reason) if reason else None
