"""Signed links by which a person answers an alert from a chat: what they allow, to whom, and until when.

A link is good for one alert, one action, one person and one round of messages, until it expires; the index remembers
that it was used. The key is `TINGFENG_LINK_KEY`, or a random one that is made once at `TINGFENG_DATA`/keys/links.key.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from config import settings
from config.errors import UserError
from config.key import key_of

__all__ = ["LIFETIME", "Action", "Claim", "LinkRefused", "alert_address", "listing_address", "read", "sign"]

LIFETIME = timedelta(hours=48)
_LISTING = timedelta(hours=12)
_SIGNATURE_BYTES = 16
_LONGEST = 2_000


class Action(StrEnum):
    """What a link allows."""

    ACKNOWLEDGE = "ack"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    JUDGE = "judge"
    """To say whether the alert was worth it; the console alone asks for it on its own."""
    VIEW = "view"
    """To look at one alert, or at all, where the claim names none."""
    FORM = "form"
    """To send off a form that the console itself has shown."""


class LinkRefused(UserError):
    """The link is not one of ours, was altered, or has expired; `claim` is what it said, where it is ours."""

    def __init__(self, reason: str, claim: "Claim | None" = None) -> None:
        super().__init__(reason)
        self.claim = claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a link says: `message` is the round of messages that it came with."""

    alert: str
    action: Action
    person: str
    message: str
    expires_at: datetime

    @property
    def key(self) -> str:
        """What makes two links the same one, however often they were sent."""
        return f"{self.message}:{self.action}:{self.person}"


def sign(claim: Claim) -> str:
    """Return the token of a link: what it says, and the HMAC-SHA256 of that."""
    fields = [claim.alert, claim.action, claim.person, claim.message, int(claim.expires_at.timestamp())]
    payload = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_text(payload)}.{_text(_signature(payload))}"


def read(token: str, *, now: datetime) -> Claim:
    """Return what a token says; LinkRefused unless it is ours, unaltered and not expired."""
    try:
        payload, signature = map(_bytes, token[:_LONGEST].split("."))
    except (ValueError, binascii.Error) as error:
        raise LinkRefused("这不是我们的链接 this is no link of ours") from error
    if not hmac.compare_digest(signature, _signature(payload)):
        raise LinkRefused("链接被改动过 the link was altered, or signed with another key")
    alert, action, person, message, expires = json.loads(payload)
    claim = Claim(
        alert=alert,
        action=Action(action),
        person=person,
        message=message,
        expires_at=datetime.fromtimestamp(expires, UTC),
    )
    if now >= claim.expires_at:
        raise LinkRefused("链接已过期 the link has expired", claim)
    return claim


def alert_address(id: str, expires_at: datetime) -> str:
    """Return where the console shows an alert; behind a public address, with what lets its reader in until then."""
    place = f"{settings.public_url() or ''}/alert/{quote(id, safe='')}"
    if not settings.public_url():
        return place
    claim = Claim(alert=id, action=Action.VIEW, person="", message="", expires_at=expires_at)
    return f"{place}?key={sign(claim)}"


def listing_address(now: datetime) -> str:
    """Return where the console lists what is open; behind a public address, with what lets a reader in for hours."""
    if not settings.public_url():
        return "/"
    claim = Claim(alert="", action=Action.VIEW, person="", message="", expires_at=now + _LISTING)
    return f"{settings.public_url()}/?key={sign(claim)}"


def _signature(payload: bytes) -> bytes:
    key = key_of("TINGFENG_LINK_KEY", "links.key").encode()
    return hmac.new(key, b"tingfeng link v1\n" + payload, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _text(raw) != text:  # one token has one spelling
        raise ValueError("not in its own form")
    return raw
