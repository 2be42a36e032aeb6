"""One field of an index: its name, its type, what it means, its unit, and who writes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

__all__ = [
    "ADDRESS",
    "BOOLEAN",
    "DATE",
    "FLOAT",
    "KEYWORD",
    "LONG",
    "STORED",
    "TEXT",
    "Field",
    "Writer",
    "properties",
]

_NAME_LENGTH = 1_024
"""Longer keywords stay in the document but are not searched: Lucene refuses terms of more than 32,766 bytes."""


class Writer(StrEnum):
    """Who writes a field of a mention; each has a version of its own, and the newest fields of each stand."""

    PAGE = "page"
    ANALYSIS = "analysis"
    STORY = "story"
    LINK = "link"
    PERSON = "person"


KEYWORD: Mapping[str, Any] = MappingProxyType({"type": "keyword", "ignore_above": _NAME_LENGTH})
ADDRESS: Mapping[str, Any] = MappingProxyType({"type": "keyword", "ignore_above": 8_000})
TEXT: Mapping[str, Any] = MappingProxyType({"type": "text", "analyzer": "standard"})
STORED: Mapping[str, Any] = MappingProxyType({"type": "keyword", "index": False, "doc_values": False})
"""Text that is shown, never searched."""
DATE: Mapping[str, Any] = MappingProxyType({"type": "date"})
LONG: Mapping[str, Any] = MappingProxyType({"type": "long"})
FLOAT: Mapping[str, Any] = MappingProxyType({"type": "double"})
BOOLEAN: Mapping[str, Any] = MappingProxyType({"type": "boolean"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field; dots in `name` stand for objects. `writer` is None where the index has only one."""

    name: str
    type: Mapping[str, Any]
    meaning: str
    unit: str = ""
    writer: Writer | None = None


def properties(fields: Iterable[Field]) -> dict[str, Any]:
    """Return the fields as Elasticsearch's mapping properties, one object within the other."""
    root: dict[str, Any] = {}
    for field in fields:
        *parents, name = field.name.split(".")
        place = root
        for parent in parents:
            place = place.setdefault(parent, {"type": "object", "dynamic": "strict", "properties": {}})["properties"]
        place[name] = dict(field.type)
    return root
