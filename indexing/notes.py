"""Notes: what people know happened, such as a launch or a campaign, shown where charts run along the time."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from config.errors import UserError
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp

__all__ = ["NoSuchNote", "Note", "add", "notes", "remove"]

_KIND = "notes"
_LONGEST = 200
_MOST = 1_000


class NoSuchNote(UserError):
    """No note has this id, or a note says nothing or too much."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One note: what happened `at` a time to the brands (ids), and who says so."""

    id: str
    at: datetime
    text: str
    brands: tuple[str, ...]
    author: str


def add(store: Store, text: str, *, at: datetime, brands: Sequence[str], author: str) -> Note:
    """Write a note of up to 200 characters at an aware time, and return it; NoSuchNote where it says nothing."""
    words = " ".join(text.split())
    if not 0 < len(words) <= _LONGEST:
        raise NoSuchNote(f"a note has 1 to {_LONGEST} characters, and this one has {len(words)}: say it in a sentence")
    made = Note(id=uuid.uuid4().hex[:8], at=at, text=words, brands=tuple(brands), author=author)
    document = {"@timestamp": timestamp(at), "text": words, "brand": list(brands), "author": author}
    _send(store, Action(operation="create", index=store.alias(_KIND), id=made.id, source=document))
    return made


def notes(store: Store, *, since: datetime | None = None, until: datetime | None = None) -> list[Note]:
    """Return the notes from `since` to `until` (aware, both included), the newest 1,000, oldest first."""
    ends = {sign: end.isoformat() for sign, end in (("gte", since), ("lte", until)) if end}
    query: dict[str, Any] = {"range": {"@timestamp": ends}} if ends else {"match_all": {}}
    with store_errors():
        store.refresh(_KIND)
        answer = store.client.search(
            index=store.alias(_KIND), query=query, size=_MOST, sort=[{"@timestamp": {"order": "desc"}}]
        )
    return sorted(map(_of, answer["hits"]["hits"]), key=lambda note: (note.at, note.id))


def remove(store: Store, id: str) -> None:
    """Remove a note; NoSuchNote where there is none with this id."""
    if all(note.id != id for note in notes(store)):
        raise NoSuchNote(f"there is no note {id!r}: `tingfeng notes list` shows them")
    _send(store, Action(operation="delete", index=store.alias(_KIND), id=id))


def _of(hit: Mapping[str, Any]) -> Note:
    document = hit["_source"]
    return Note(
        id=hit["_id"],
        at=datetime.fromisoformat(document["@timestamp"]),
        text=document["text"],
        brands=tuple(document["brand"]),
        author=document["author"],
    )


def _send(store: Store, action: Action) -> None:
    answer = send(store.client, [action])[0]
    if not answer.done:
        raise RuntimeError(f"{action.index}/{action.id}: {answer.reason}")
