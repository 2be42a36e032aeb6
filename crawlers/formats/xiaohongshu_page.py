"""小红书: a page for people, whose script holds what the interface answers with, under other names.

    window.__INITIAL_STATE__={"note":{"noteDetailMap":{"{id}":{"note":{…},"comments":{"list":[…],…}}}}, …}

Phones' pages hold the note below `noteData`; those of lists and of accounts hold cards below `feeds` or `notes`.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from crawlers.reading.page_state import page_state, renamed, within

__all__ = ["notes_in_page"]

_LISTS = (("search", "feeds"), ("feed", "feeds"), ("user", "notes"))
_STATE = re.compile(r"window\.__INITIAL_STATE__\s*=\s*")


def notes_in_page(page: str) -> msgspec.Raw | None:
    """Return the notes and comments of a page as the interface would give them; None where the page has no note."""
    state = page_state(page, _STATE)
    items = [{"id": note.get("note_id"), "model_type": "note", "note_card": note} for note in _notes(state)]
    items = items or list(_cards(state))
    if not items:
        return None
    data = {"items": items, "comments": list(_comments(state)) or None}
    return msgspec.Raw(msgspec.json.encode(data))


def _notes(state: Any) -> Iterator[dict[str, Any]]:
    held = [entry.get("note") for entry in _details(state)]
    for note in (*held, within(state, "note", "note"), within(state, "noteData", "data", "noteData")):
        if isinstance(note, dict) and isinstance(note.get("noteId"), str):
            yield renamed(note)


def _cards(state: Any) -> Iterator[dict[str, Any]]:
    for place in _LISTS:
        listed = _unwrapped(within(state, *place))
        for one in _flat(listed if isinstance(listed, list) else []):
            if isinstance(one, dict) and isinstance(one.get("noteCard"), dict):
                yield renamed(one) | {"model_type": one.get("modelType") or "note"}


def _flat(listed: list[Any]) -> Iterator[Any]:
    """Yield the entries of a list, or of the lists that it is made of, such as those of an account's tabs."""
    for one in listed:
        yield from one if isinstance(one, list) else (one,)


def _unwrapped(value: Any) -> Any:
    """Return a value that the page's script may hold within a wrapper of its own."""
    return within(value, "_rawValue") or within(value, "_value") if isinstance(value, dict) else value


def _comments(state: Any) -> Iterator[Any]:
    for entry in _details(state):
        listed = within(entry, "comments", "list")
        yield from map(renamed, listed if isinstance(listed, list) else ())


def _details(state: Any) -> list[dict[str, Any]]:
    details = within(state, "note", "noteDetailMap")
    return [one for one in details.values() if isinstance(one, dict)] if isinstance(details, dict) else []
