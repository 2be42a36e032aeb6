"""The cells of a list: fields of a document as people read them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.both import Both
from dashboards.names import VALUES, named
from dashboards.page import shown
from dashboards.panel import Listing
from indexing.elasticsearch.mappings import KINDS
from indexing.mentions.search import plain

__all__ = ["cell", "is_number", "words_of"]


def cell(listing: Listing, column: str, document: Mapping[str, Any]) -> str:
    """Return a field of a listed document as people read it: times in Asia/Shanghai, numbers with their thousands."""
    text = plain(document, column)
    type = _type(listing, column)
    if not text or type not in ("date", "long", "double"):
        return text
    if type == "date":
        return shown.shanghai(datetime.fromisoformat(text), "%m-%d %H:%M")
    return shown.number(float(text))


def is_number(listing: Listing, column: str) -> bool:
    """Tell whether a column of the list holds numbers."""
    return _type(listing, column) in ("long", "double")


def words_of(column: str, document: Mapping[str, Any]) -> list[Both]:
    """Return the words for a field's value, or for each of its values."""
    return [named(VALUES[column], value) for value in plain(document, column).split(", ") if value]


def _type(listing: Listing, column: str) -> str:
    return next(str(field.type["type"]) for field in KINDS[listing.kind] if field.name == column)
