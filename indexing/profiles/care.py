"""The care list (客户关怀): whose birthday is near and which festival, of customers who agree to be cared for.

A birthday is opened in memory to be compared, and shown with its year left out; by whom the list was asked for, and
what for, is on record before it is made. February 29th is kept on the 28th in other years.
"""

from calendar import isleap
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
from indexing.people.personal import PersonalKind, opened
from indexing.profiles.consents import consented
from indexing.profiles.festivals import festivals

__all__ = ["PURPOSES", "Care", "Occasion", "birthdays", "care", "parse_birthday"]

PURPOSES = ("care", "marketing")
"""The consents that allow it; a word on the first goes before one on the second."""
_AT_ONCE = 500


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
        near = near or (born is not None and next_day(born, today) <= last)
    if not near:
        return [], faulty
    shown = reveal(store, customer, asker, "care", [PersonalKind.BIRTHDAY]).get(PersonalKind.BIRTHDAY, ())
    born_on = [one for one in map(parse_birthday, shown) if one]
    dates = sorted({next_day(one, today) for one in born_on if next_day(one, today) <= last})
    occasion = Both("生日", "birthday")
    return [Occasion(day=day, occasion=occasion, customer=customer.id) for day in dates], faulty


def parse_birthday(text: str) -> tuple[int, int] | None:
    """Return month and day of 1990-03-08, 1990/3/8, 19900308, 03-08 and 3月8日; None where there is none."""
    digits = "".join(char if char.isdecimal() else " " for char in text.strip().partition("T")[0]).split()
    if len(digits) == 1 and len(digits[0]) == 8:
        digits = [digits[0][:4], digits[0][4:6], digits[0][6:]]
    if len(digits) > 2 and len(digits[0]) == 4:
        digits = digits[1:3]
    if len(digits) != 2:
        return None
    try:
        month, day = map(int, digits)
        date(2000, month, day)
    except ValueError:
        return None
    return month, day


def next_day(born: tuple[int, int], today: date) -> date:
    """Return when the birthday is next, today included."""
    for year in (today.year, today.year + 1):
        month, day = (2, 28) if born == (2, 29) and not isleap(year) else born
        if (at := date(year, month, day)) >= today:
            return at
    raise AssertionError(born)


def _customers(store: Store) -> Iterator[Customer]:
    query: dict[str, Any] = {"query": {"term": {"active": True}}, "sort": ["_doc"]}
    with store_errors():
        for hit in scan(store.client, index=store.alias("customers"), query=query, size=1_000, scroll="30m"):
            yield customer_of(hit["_id"], hit["_source"])
