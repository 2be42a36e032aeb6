"""A person's duties as an iCalendar feed (RFC 5545), to subscribe to from any calendar, under a token of their own."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from config import settings
from config.duty import duties
from config.key import key_of
from config.override import Override
from config.rota import Rota

__all__ = ["calendar_of", "feed_address", "is_token", "token"]

_BEFORE, _AHEAD = timedelta(days=7), timedelta(days=90)
_REFRESH = timedelta(hours=1)
_LENGTH = 32


def calendar_of(
    rota: Rota,
    person: str,
    *,
    now: datetime,
    overrides: Sequence[Override] = (),
    before: timedelta = _BEFORE,
    ahead: timedelta = _AHEAD,
) -> bytes:
    """Return the person's duties as an .ics file; the same duty has the same UID however often it is asked for."""
    from icalendar import Calendar, Event

    midnight = now.astimezone(settings.DAY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    calendar = Calendar()
    calendar.add("prodid", "-//tingfeng//on call//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"听风值班 {rota.people[person].name}")
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    for begin, end, with_others in _runs(rota, person, midnight - before, midnight + ahead, overrides):
        event = Event()
        event.add(
            "uid", f"{hashlib.sha256(f'{person} {begin.isoformat()}'.encode()).hexdigest()[:32]}@tingfeng.invalid"
        )
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", begin)
        event.add("dtend", end)
        event.add("summary", f"值班 on call: {rota.people[person].name}")
        if names := [rota.people[id].name for id in with_others if id in rota.people]:
            event.add("description", f"同班 with {'、'.join(names)}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def token(person: str) -> str:
    """Return what opens the person's feed, and nobody else's; a new key makes it void.

    The key is TINGFENG_CALENDAR_KEY where that is set, and else that of the links in messages.
    """
    own = settings.secret("TINGFENG_CALENDAR_KEY") is not None
    key = key_of("TINGFENG_CALENDAR_KEY" if own else "TINGFENG_LINK_KEY", "links.key")
    return hmac.new(key.encode(), f"tingfeng calendar v1\n{person}".encode(), hashlib.sha256).hexdigest()[:_LENGTH]


def is_token(person: str, given: str) -> bool:
    """Say whether this opens the person's feed."""
    return hmac.compare_digest(token(person).encode(), given.encode())


def feed_address(person: str) -> str:
    """Return where the console serves the feed, as the person's secret; on this machine without a public one."""
    return f"{settings.public_url() or settings.LOCAL_CONSOLE}/rota/{quote(person, safe='')}.ics?key={token(person)}"


def _runs(
    rota: Rota, person: str, begin: datetime, end: datetime, overrides: Sequence[Override]
) -> list[tuple[datetime, datetime, tuple[str, ...]]]:
    """Return the person's times on duty, each as long as it is without a break and with the same others."""
    found: list[tuple[datetime, datetime, tuple[str, ...]]] = []
    for duty in duties(rota, begin, end, overrides):
        if person in duty.people:
            found.append((duty.begin, duty.end, tuple(id for id in duty.people if id != person)))
    return found
