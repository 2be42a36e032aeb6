"""How five writers share one mention: each owns its fields and their version; the newest of each stands.

The merge is a join: whatever the order, however often, the same writes end as the same document. A re-analysis thus
leaves a person's correction as it is, and an older page never takes the place of a newer one. `sentiment.label` follows
from two writers: the person's label, else the engine's.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mention_fields import MENTION

__all__ = ["Document", "merge", "part"]

Document = Mapping[str, Any]

_VERSIONS = {
    Writer.PAGE: ("page",),
    Writer.ANALYSIS: ("analysed_page", "analysis"),
    Writer.STORY: ("story",),
    Writer.LINK: ("link",),
    Writer.PERSON: ("person",),
}
"""What a writer's fields are ordered by: an analysis of a newer page wins, and of the same page the newer analysis."""


_ROUTES = "found_by"


def _owned(writer: Writer) -> frozenset[str]:
    names = {field.name.split(".")[0] for field in MENTION if field.writer is writer}
    return frozenset(names - {"writers"})


_OWNED = {writer: _owned(writer) for writer in Writer}


def merge(existing: Document | None, incoming: Document, writer: Writer, *, ties: bool = True) -> Document | None:
    """Return the document after `writer` wrote its part of `incoming`, or None where that changes nothing.

    Of two different parts with one version the greater one stands, in any fixed order, so that no one's turn matters;
    without `ties`, what is there stands. Who came upon a post stays known, whoever read it last.
    """
    if writer is Writer.PAGE and existing:
        return _page_merged(existing, incoming, ties=ties)
    return _merged(existing, incoming, writer, ties=ties)


def _page_merged(existing: Document, incoming: Document, *, ties: bool) -> Document | None:
    routes = [one.get(_ROUTES) or ([one["feed"]] if one.get("feed") else []) for one in (existing, incoming)]
    known = {name: value for name, value in existing.items() if name != _ROUTES}
    said = {name: value for name, value in incoming.items() if name != _ROUTES}
    document = _merged(known, said, Writer.PAGE, ties=ties)
    together = sorted({*routes[0], *routes[1]})
    if document is None and together == existing.get(_ROUTES, []):
        return None
    return {**(known if document is None else document), **({_ROUTES: together} if together else {})}


def _merged(existing: Document | None, incoming: Document, writer: Writer, *, ties: bool) -> Document | None:
    old, new = part(existing or {}, writer), part(incoming, writer)
    if _version(new, writer) < _version(old, writer) or new == old:
        return None
    if _version(new, writer) == _version(old, writer) and (not ties or _canonical(new) < _canonical(old)):
        return None
    versions = {**(existing or {}).get("writers", {}), **new.pop("writers")}
    rest = {name: value for name, value in (existing or {}).items() if name not in _OWNED[writer]}
    return _labelled({**rest, **new, "writers": versions})


def part(document: Document, writer: Writer) -> dict[str, Any]:
    """Return the fields that `writer` owns, with its version."""
    owned = {name: value for name, value in document.items() if name in _OWNED[writer]}
    if "sentiment" in owned:
        owned["sentiment"] = {name: value for name, value in owned["sentiment"].items() if name != "label"}
    known = document.get("writers", {})
    owned["writers"] = {name: known[name] for name in _VERSIONS[writer] if name in known}
    return owned


def _version(part: Document, writer: Writer) -> tuple[int, ...]:
    return tuple(part["writers"].get(name, -1) for name in _VERSIONS[writer])


def _canonical(part: Document) -> bytes:
    return msgspec.json.encode(part, order="sorted")


def _labelled(document: dict[str, Any]) -> dict[str, Any]:
    """Set `sentiment.label` to the person's label, else the engine's; without either there is none."""
    judged = {name: value for name, value in document.pop("sentiment", {}).items() if name != "label"}
    label = (document.get("correction") or {}).get("sentiment") or judged.get("predicted")
    sentiment = {**judged, "label": label} if label else judged
    return {**document, "sentiment": sentiment} if sentiment else document
