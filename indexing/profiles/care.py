"""The care list (客户关怀): whose birthday is near and which festival, of customers who agree to be cared for.

A birthday is opened in memory to be compared, and shown with its year left out; by whom the list was asked for, and
what for, is on record before it is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from config.both import Both
from config.privacy import May
from config.seal import Keyring, keyring
from config.settings import DAY_ZONE
from indexing.customers.asker import Asker
from indexing.customers.customer import Customer
from indexing.customers.customer import from_document as customer_of
from indexing.customers.reveal import reveal
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.people.lunar import LunarDay
from indexing.people.personal import PersonalKind, opened
from indexing.profiles.birthdays import parse_birthday
from indexing.profiles.consents import consented
from indexing.profiles.festivals import festivals

__all__ = ["PURPOSES", "Care", "Occasion", "birthdays", "care"]

PURPOSES = ("care", "marketing")
"""The consents that allow it; a word on the first goes before one on the second."""
_AT_ONCE = 500
_SOLAR, _LUNAR = Both("生日", "birthday"), Both("农历生日", "birthday by the traditional calendar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One customer and a day on which to think of them."""

    day: date
    occasion: Both
    customer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """The list: birthdays by day, festivals for everybody in `greeted`, and who was left out."""

    birthdays: tuple[Occasion, ...]
    festivals: tuple[tuple[date, Both], ...]
    greeted: tuple[str, ...]
    """Customers who agree, and so may be greeted on a festival."""
    members: int
    without_consent: int
    refused: int
    unreadable: int
    """Birthdays that are no date."""
    unknown_years: tuple[int, ...]


def care(store: Store, asker: Asker, *, days: int = 14, now: datetime | None = None) -> Care:
    """Return the list for the coming days; NotAllowed where the asker may not take lists out or see birthdays."""
    asker.must(May.EXPORT)
    today = (now or datetime.now(UTC)).astimezone(DAY_ZONE).date()
    near: list[Occasion] = []
    agreed: list[str] = []
    members = without = refused = unreadable = 0
    store.refresh("customers")
    waiting, keys = _customers(store), keyring()
    while some := {one.id: one for one in islice(waiting, _AT_ONCE)}:
        said = consented(store, some, PURPOSES)
        members, without, refused = members + len(some), without + len(said.unsaid), refused + len(said.refused)
        agreed += said.agreed
        for customer in (some[id] for id in said.agreed):
            found, faulty = birthdays(store, customer, asker, today, days, keys)
            near += found
            unreadable += faulty
    feasts, unknown = festivals(today, days)
    return Care(
        birthdays=tuple(sorted(near, key=lambda one: (one.day, one.customer))),
        festivals=tuple(feasts),
        greeted=tuple(sorted(agreed)),
        members=members,
        without_consent=without,
        refused=refused,
        unreadable=unreadable,
        unknown_years=tuple(unknown),
    )


def birthdays(
    store: Store, customer: Customer, asker: Asker, today: date, days: int, keys: Keyring
) -> tuple[list[Occasion], int]:
    """Return the customer's birthday where it falls into the coming days, and how many values are no date."""
    kept = tuple(one for one in customer.personal if one.kind is PersonalKind.BIRTHDAY)
    last, faulty = today + timedelta(days=days), 0
    near = False
    for value in kept:
        born = parse_birthday(opened(customer.id, value, keys))  # compared in memory: nobody sees it
        faulty += born is None
        near = near or (born is not None and born.next(today) <= last)
    if not near:
        return [], faulty
    shown = reveal(store, customer, asker, "care", [PersonalKind.BIRTHDAY]).get(PersonalKind.BIRTHDAY, ())
    born_on = [one for one in map(parse_birthday, shown) if one]
    dates = sorted({(one.next(today), isinstance(one, LunarDay)) for one in born_on if one.next(today) <= last})
    return [
        Occasion(day=day, occasion=_LUNAR if lunar else _SOLAR, customer=customer.id) for day, lunar in dates
    ], faulty


def _customers(store: Store) -> Iterator[Customer]:
    query: dict[str, Any] = {"query": {"term": {"active": True}}, "sort": ["_doc"]}
    with store_errors():
        for hit in scan(store.client, index=store.alias("customers"), query=query, size=1_000, scroll="30m"):
            yield customer_of(hit["_id"], hit["_source"])
