"""小红书: the page of a note for people, whose script holds what the interface answers with, under other names.

    window.__INITIAL_STATE__={"note":{"noteDetailMap":{"{id}":{"note":{…},"comments":{"list":[…],…}}}}, …}

Phones' pages hold the note below `noteData`.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from crawlers.reading.page_state import page_state, renamed, within

__all__ = ["note_in_page"]

_STATE = re.compile(r"window\.__INITIAL_STATE__\s*=\s*")


def note_in_page(page: str) -> msgspec.Raw | None:
    """Return the notes and comments of a page as the interface would give them; None where the page has no note."""
    state = page_state(page, _STATE)
    notes = list(_notes(state))
    if not notes:
        return None
    items = [{"id": note.get("note_id"), "model_type": "note", "note_card": note} for note in notes]
    data = {"items": items, "comments": list(_comments(state)) or None}
    return msgspec.Raw(msgspec.json.encode(data))


def _notes(state: Any) -> Iterator[dict[str, Any]]:
    held = [entry.get("note") for entry in _details(state)]
    for note in (*held, within(state, "note", "note"), within(state, "noteData", "data", "noteData")):
        if isinstance(note, dict) and isinstance(note.get("noteId"), str):
            yield renamed(note)


def _comments(state: Any) -> Iterator[Any]:
    for entry in _details(state):
        listed = within(entry, "comments", "list")
        yield from map(renamed, listed if isinstance(listed, list) else ())


def _details(state: Any) -> list[dict[str, Any]]:
    details = within(state, "note", "noteDetailMap")
    return [one for one in details.values() if isinstance(one, dict)] if isinstance(details, dict) else []
