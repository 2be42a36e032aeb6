"""A customer of whom several sources speak: each keeps what it said, and together they make what stands.

Whatever the order in which the sources come, the same stands in the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from indexing.customers.customer import Customer, Handle, Stated
from indexing.people.personal import Personal

__all__ = ["LIST", "Said", "with_list", "with_said", "without", "without_list"]

LIST = "list"
"""The imported list (`tingfeng links import`) among the sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All that one source says of a customer."""

    stated: Stated
    handles: tuple[Handle, ...] = ()
    personal: tuple[Personal, ...] = ()


def with_list(known: Customer | None, listed: Customer) -> Customer:
    """Return the customer as the imported list says, and what other sources say beside it."""
    others = _others(known, LIST) if known else ()
    if not known or not others:
        return listed
    one = Stated(source=LIST, active=listed.active, tier=listed.tier, segment=listed.segment)
    handles = (*listed.handles, *(handle for handle in known.handles if handle.source))
    return _together(replace(listed, handles=handles, personal=known.personal), [one, *others])


def with_said(known: Customer | None, id: str, said: Said, at: datetime) -> Customer:
    """Return the customer with what one source says now, in place of what it said before."""
    source = said.stated.source
    kept = known or Customer(id=id, imported_at=at, file=source)
    handles = [*(one for one in kept.handles if one.source != source), *_known_places(said.handles, kept.handles)]
    personal = [*(one for one in kept.personal if one.source != source), *said.personal]
    changed = replace(kept, imported_at=at, handles=tuple(handles), personal=_sorted(personal))
    return _together(changed, [*(_others(known, source) if known else ()), said.stated])


def without(known: Customer, source: str, at: datetime) -> Customer:
    """Return the customer without all that one source says; nobody's customer any more where no other says so."""
    changed = replace(
        known,
        imported_at=at,
        handles=tuple(one for one in known.handles if one.source != source),
        personal=tuple(one for one in known.personal if one.source != source),
    )
    return _together(changed, [*_others(known, source), Stated(source=source, active=False)])


def without_list(known: Customer, at: datetime) -> Customer:
    """Return the customer whom the imported list no longer holds; of one whom it alone knew, the last it said stays."""
    if known.stated:
        listed = tuple(one for one in known.handles if one.source)
        return _together(
            replace(known, imported_at=at, handles=listed), [*_others(known, LIST), Stated(source=LIST, active=False)]
        )
    return replace(known, active=False, handles=(), imported_at=at)


def _others(known: Customer, source: str) -> tuple[Stated, ...]:
    """Return what the other sources say; of a customer whom only the list knew, that is the list."""
    listed = Stated(source=LIST, active=known.active, tier=known.tier, segment=known.segment)
    return tuple(one for one in known.stated or (listed,) if one.source != source)


def _together(customer: Customer, stated: Iterable[Stated]) -> Customer:
    parts = tuple(sorted(stated, key=lambda one: (one.rank, one.source)))
    counting = [one for one in parts if one.active]
    listed = any(one.source == LIST for one in parts)
    return replace(
        customer,
        file=customer.file if listed else parts[0].source,
        active=bool(counting),
        tier=next((one.tier for one in counting if one.tier), None),
        segment=next((one.segment for one in counting if one.segment), None),
        tags=tuple(dict.fromkeys(tag for one in counting for tag in one.tags)),
        registered_at=min((one.registered_at for one in counting if one.registered_at), default=None),
        stated=parts,
        handles=tuple(sorted(customer.handles, key=lambda one: one.source or "")),
    )


def _known_places(stated: Iterable[Handle], known: Sequence[Handle]) -> list[Handle]:
    """Return the handles with the line on which each was first seen: a line moves with every export."""
    places = {(one.source, one.platform, one.kind, one.pseudonym): one for one in known}
    found = []
    for one in stated:
        before = places.get((one.source, one.platform, one.kind, one.pseudonym))
        found.append(replace(one, line=before.line, column=before.column) if before else one)
    return sorted(found, key=lambda one: (one.platform, one.kind, one.pseudonym))


def _sorted(personal: Iterable[Personal]) -> tuple[Personal, ...]:
    return tuple(sorted(personal, key=lambda one: (one.source or "", one.kind, one.token or "")))
