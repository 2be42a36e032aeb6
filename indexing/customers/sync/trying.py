"""`tingfeng customers try`: what a reading would bring, with nothing written and nobody's values shown."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from config.customer_source import CustomerSource
from config.settings import DAY_ZONE
from crawlers.tables import FaultyRow
from indexing.customers.sources import connector
from indexing.customers.sync.entries import Contact, CustomerEntry, Entry
from indexing.customers.sync.mapping import Mapper
from indexing.people.pseudonyms import pseudonyms

__all__ = ["Trial", "masked", "try_source"]

_SHOWN, _MOST_PROBLEMS = 5, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The first rows as they would be written, their personal values masked, and what is wrong with how many."""

    read: int
    usable: int
    whole: bool
    """Whether all rows were read."""
    first: tuple[tuple[str, Mapping[str, str]], ...]
    """The place and the fields of each."""
    problems: Mapping[str, tuple[int, str]]
    """By what is wrong: how many rows, and where the first stands."""


def try_source(source: CustomerSource, *, most: int, now: datetime | None = None) -> Trial:
    """Read up to so many rows; a SourceError says why none can be read."""
    mapper = Mapper(source, pseudonyms(), now or datetime.now(UTC))
    first: list[tuple[str, Mapping[str, str]]] = []
    counts, where = Counter[str](), dict[str, str]()
    read, whole = 0, True
    for row in connector(source)(source, None):
        if read == most:
            whole = False
            break
        read += 1
        try:
            entry = mapper.entry(row, read)
        except FaultyRow as problem:
            reason = _without_value(str(problem))
            counts[reason] += 1
            where.setdefault(reason, row.place)
        else:
            if len(first) < _SHOWN:
                first.append((row.place, _shown(entry)))
    problems = {reason: (count, where[reason]) for reason, count in counts.most_common(_MOST_PROBLEMS)}
    return Trial(read=read, usable=read - counts.total(), whole=whole, first=tuple(first), problems=problems)


def masked(text: str) -> str:
    """Return a value of which nobody can tell whose it is: three digits or a character, and never the whole."""
    if "@" in text:
        return f"{text[:1]}***@…"
    shown = text[:3] if text.isdigit() and len(text) >= 11 else text[:1] * (len(text) > 1)
    return f"{shown}{'*' * min(max(len(text) - len(shown), 1), 8)}"


def _shown(entry: Entry) -> dict[str, str]:
    head = {"customer": entry.customer} | ({"changed": _clock(entry.changed)} if entry.changed else {})
    if not isinstance(entry, CustomerEntry):
        said = {name: str(value) for name, value in entry.document.items() if name not in ("source", "customer")}
        return head | said | ({"subject": f"{masked(entry.subject)} (sealed)"} if entry.subject else {})
    said = {name: value for name in ("tier", "segment") if (value := getattr(entry, name))}
    said |= {"tags": ", ".join(entry.tags)} if entry.tags else {}
    said |= {"registered_at": _clock(entry.registered_at)} if entry.registered_at else {}
    said |= {one.kind: _contact(one) for one in entry.contacts}
    said |= {f"account on {one.platform}": f"by {one.kind}, as a pseudonym" for one in entry.handles}
    return head | said | ({"deleted": "yes"} if entry.deleted else {})


def _contact(one: Contact) -> str:
    until = f"until {one.keep_until}" if one.keep_until else "while a customer"
    links = "" if one.token else ", finds nobody: it is no value of one person's"
    return f"{masked(one.text)} (sealed; {one.purpose}, {one.basis}, {until}{links})"


def _without_value(reason: str) -> str:
    """Return a reason without the value that it quotes, so that the same faults count together and show nobody."""
    parts = reason.split("'")
    return "'…'".join(parts[::2]) if len(parts) > 2 else reason


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(DAY_ZONE):%Y-%m-%d %H:%M}"
