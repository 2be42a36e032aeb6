"""小红书: the page of a note for people, whose script holds what the interface answers with, under other names.

    window.__INITIAL_STATE__={"note":{"noteDetailMap":{"{id}":{"note":{…},"comments":{"list":[…],…}}}}, …}

It is JavaScript, not JSON: what is not known there is `undefined`. Phones' pages hold the note below `noteData`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from crawlers.errors import SchemaChanged, Unreachable

__all__ = ["note_in_page"]

_STATE = re.compile(r"window\.__INITIAL_STATE__\s*=\s*")
_UNKNOWN = re.compile(r'("(?:[^"\\]|\\.)*")|\b(?:undefined|NaN)\b', re.DOTALL)
_END, _TAIL = "</html>", 4_000
_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")


def note_in_page(page: str) -> msgspec.Raw | None:
    """Return the notes and comments of a page as the interface would give them; None where the page has no note.

    Unreachable when the page was cut.
    """
    begins = _STATE.search(page)
    if begins is None:
        return None
    if _END not in page[-_TAIL:].lower():
        raise Unreachable(f"the page ended early, after {len(page):,} characters")
    state = _state(page, begins.end())
    notes = list(_notes(state))
    if not notes:
        return None
    items = [{"id": note.get("note_id"), "model_type": "note", "note_card": note} for note in notes]
    data = {"items": items, "comments": list(_comments(state)) or None}
    return msgspec.Raw(msgspec.json.encode(data))


def _state(page: str, start: int) -> Any:
    script = page[start:].partition("</script>")[0]
    text = _UNKNOWN.sub(lambda found: found[1] or "null", script.strip().rstrip(";"))
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise SchemaChanged(f"window.__INITIAL_STATE__: {error}") from error


def _notes(state: Any) -> Iterator[dict[str, Any]]:
    held = [entry.get("note") for entry in _details(state)]
    places = (_within(state, "note", "note"), _within(state, "noteData", "data", "noteData"))
    for note in (*held, *places):
        if isinstance(note, dict) and isinstance(note.get("noteId"), str):
            yield _renamed(note)


def _comments(state: Any) -> Iterator[Any]:
    for entry in _details(state):
        listed = _within(entry, "comments", "list")
        yield from map(_renamed, listed if isinstance(listed, list) else ())


def _details(state: Any) -> list[dict[str, Any]]:
    details = _within(state, "note", "noteDetailMap")
    return [one for one in details.values() if isinstance(one, dict)] if isinstance(details, dict) else []


def _within(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _renamed(value: Any) -> Any:
    """Return a value with its fields named as the interface names them: likedCount is liked_count there."""
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if isinstance(value, dict):
        return {_CAPITAL.sub(lambda at: f"_{at[0].lower()}", name): _renamed(one) for name, one in value.items()}
    return value
