"""微信客服: what customers wrote to the company's service accounts, by `kf/sync_msg`, into the private stage.

A page is written, then the cursor moves: a kill between reads the page again and replaces it. WeCom keeps three days.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec

from crawlers.private import conversations
from crawlers.private.conversations import STAGE, Books
from crawlers.private.message import Message
from crawlers.storage.stage import Batch, query_folder
from crawlers.wecom.api import Api, Reply
from crawlers.wecom.words import words_of

__all__ = ["SOURCE", "ServiceReport", "accounts", "sync_service"]

SOURCE = "wecom_service"
_LIMIT, _ACCOUNTS = 1000, 100
_MOST_PAGES = 10_000
_CUSTOMER = 3
"""`origin`: 3 the customer, 4 the system, 5 the staff."""


class _Account(msgspec.Struct, kw_only=True):
    open_kfid: str
    name: str = ""


class _Accounts(Reply, kw_only=True):
    account_list: list[_Account] = []


class _Page(Reply, kw_only=True):
    next_cursor: str = ""
    has_more: int = 0
    msg_list: list[msgspec.Raw] = []


class _Raw(msgspec.Struct, kw_only=True):
    msgid: str
    send_time: int
    origin: int
    msgtype: str
    open_kfid: str = ""
    external_userid: str = ""
    servicer_userid: str = ""
    event: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReport:
    """What a sync of one account found."""

    account: str
    pages: int
    books: Books = field(default_factory=Books)


def accounts(api: Api) -> list[str]:
    """Return the ids of all service accounts that the application may read."""
    found: list[str] = []
    while True:
        page = api.post("kf/account/list", _Accounts, {"offset": len(found), "limit": _ACCOUNTS}).account_list
        found += [account.open_kfid for account in page]
        if len(page) < _ACCOUNTS:
            return found


def sync_service(api: Api, account: str, *, now: datetime, token: str = "") -> ServiceReport:
    """Read an account on from where it was read to; `token` is a callback's, which is asked less strictly about.

    A CrawlError leaves the cursor behind the last page that was written.
    """
    folder, books, pages = query_folder(account), Books(), 0
    cursor = conversations.load_cursor(SOURCE, folder)
    while pages < _MOST_PAGES:
        body = {"cursor": cursor, "token": token, "limit": _LIMIT, "open_kfid": account}
        page = api.post("kf/sync_msg", _Page, body)
        if page.msg_list:
            found, dead = _read(page.msg_list, account)
            batch = Batch(stage=STAGE, feed=SOURCE, query=folder, window=_window(cursor, page.msg_list, now))
            books.add(conversations.write(batch, found, dead))
            pages += 1
        moved = bool(page.next_cursor) and page.next_cursor != cursor
        if moved:
            cursor = page.next_cursor
            conversations.save_cursor(SOURCE, folder, cursor)
        if not (page.has_more and moved):
            break
    return ServiceReport(account=account, pages=pages, books=books)


def _read(raws: list[msgspec.Raw], account: str) -> tuple[list[Message | None], list[tuple[str, bytes]]]:
    found: list[Message | None] = []
    dead = []
    for raw in raws:
        try:
            found.append(_message(msgspec.json.decode(raw, type=_Raw), bytes(raw), account))
        except (msgspec.ValidationError, ValueError, OverflowError) as error:
            dead.append((str(error), bytes(raw)))
    return found, dead


def _message(raw: _Raw, content: bytes, account: str) -> Message | None:
    """Return a message; None for an event other than that one is taken back."""
    event = raw.event or {}
    person = raw.external_userid or _text(event.get("external_userid"))
    recalls = _text(event.get("recall_msgid")) if event.get("event_type") == "user_recall_msg" else None
    if raw.msgtype == "event" and not recalls:
        return None
    if not person:
        raise ValueError("external_userid: missing")
    return Message(
        source=SOURCE,
        id=raw.msgid,
        sent_at=datetime.fromtimestamp(raw.send_time, UTC),
        sender=person if raw.origin == _CUSTOMER else raw.servicer_userid or account,
        people=(person,),
        staff=(raw.servicer_userid,) if raw.servicer_userid else (),
        conversation=f"{account} {person}",
        kind=raw.msgtype,
        text="" if recalls else words_of(raw.msgtype, msgspec.json.decode(content, type=dict[str, Any])),
        recalls=recalls or None,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _window(cursor: str, raws: list[msgspec.Raw], now: datetime) -> str:
    """Return a page's window: the time of its first message, and where it begins, so that the same page is the same."""
    try:
        first = datetime.fromtimestamp(msgspec.json.decode(raws[0])["send_time"], UTC)
    except (TypeError, KeyError, ValueError, OverflowError, msgspec.DecodeError):
        first = now
    return f"{first:%Y%m%dT%H%M%SZ}-{sha256(cursor.encode()).hexdigest()[:12]}"
