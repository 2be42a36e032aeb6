"""The outer form of Kibana's saved objects, and the names that they have in common."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from config.both import Both

__all__ = ["SavedObject", "both", "compact", "ndjson", "reference", "saved", "view_id"]

SavedObject = dict[str, Any]

_CORE = "8.8.0"
_WRITTEN_FOR: Mapping[str, str] = MappingProxyType(
    {"dashboard": "8.9.0", "lens": "8.9.0", "search": "8.0.0", "index-pattern": "8.0.0"}
)
"""The form of each type's attributes: a Kibana refuses newer ones than its own, and migrates older ones."""


def saved(
    type: str, id: str, attributes: Mapping[str, Any], references: Iterable[Mapping[str, str]] = ()
) -> SavedObject:
    """Return a saved object; its references are sorted, so that equal definitions give equal bytes."""
    return {
        "attributes": dict(attributes),
        "coreMigrationVersion": _CORE,
        "id": id,
        "references": sorted(references, key=lambda one: (one["name"], one["type"], one["id"])),
        "type": type,
        "typeMigrationVersion": _WRITTEN_FOR[type],
    }


def reference(type: str, id: str, name: str) -> dict[str, str]:
    """Return a reference, which `name` stands for within the attributes."""
    return {"id": id, "name": name, "type": type}


def view_id(kind: str) -> str:
    """Return the id of the data view of a kind of index."""
    return f"tingfeng-{kind}"


def both(words: Both) -> str:
    """Return a phrase in both languages on one line."""
    return words.zh if words.zh == words.en else f"{words.zh} {words.en}"


def compact(value: Any) -> str:
    """Return JSON within JSON, as Kibana keeps parts of its attributes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def ndjson(objects: Iterable[SavedObject]) -> str:
    """Return the objects as a file to import: one a line, sorted by type and id, always the same for the same ones."""
    return "".join(f"{compact(one)}\n" for one in sorted(objects, key=lambda one: (one["type"], one["id"])))
