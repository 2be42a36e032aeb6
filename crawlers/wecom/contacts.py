"""The company's customers at WeCom → a stage of their own, sealed: whole each time, so that who left is gone.

    <root>/contacts/wecom/<company>/<window>.jsonl   one sealed contact a line, and its manifest

`read_contacts` gives the newest whole list to whoever links customers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from crawlers.errors import LoginRequired
from crawlers.private.conversations import remove
from crawlers.private.seal import open_sealed, seal
from crawlers.storage.stage import Batch, own_batches, query_folder, window_at
from crawlers.wecom.account import corp_id
from crawlers.wecom.api import Api, Reply, Unknown
from crawlers.wecom.contact import Contact, RawContact, RawFollow, contact_of, merged

__all__ = ["STAGE", "ContactsReport", "contact", "read_contacts", "sync_contacts"]

STAGE = "contacts"
_AT_ONCE = 100


class _Followers(Reply, kw_only=True):
    follow_user: list[str] = []


class _Detail(msgspec.Struct, kw_only=True):
    external_contact: RawContact
    follow_info: RawFollow


class _Details(Reply, kw_only=True):
    external_contact_list: list[msgspec.Raw] = []
    next_cursor: str = ""


class _One(Reply, kw_only=True):
    external_contact: RawContact | None = None
    follow_user: list[RawFollow] = []
    next_cursor: str = ""


class _CorpTag(msgspec.Struct, kw_only=True):
    id: str
    name: str


class _Group(msgspec.Struct, kw_only=True):
    tag: list[_CorpTag] = []


class _Tags(Reply, kw_only=True):
    tag_group: list[_Group] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsReport:
    """What a sync found; `entries` = follows + `dead`, for WeCom lists a contact once for each member who knows it."""

    members: int
    entries: int
    contacts: int
    dead: int


def sync_contacts(api: Api, now: datetime) -> ContactsReport:
    """Fetch all contacts of all members and write them; a CrawlError leaves the last list as it was."""
    members = api.get("externalcontact/get_follow_user_list", _Followers).follow_user
    names = _tag_names(api)
    batch = Batch(stage=STAGE, feed="wecom", query=query_folder(api.use.corp_id), window=window_at(now))
    found: dict[str, Contact] = {}
    entries = 0
    with batch.write() as writer:
        for raw in _entries(api, members):
            entries += 1
            try:
                detail = msgspec.json.decode(raw, type=_Detail)
            except msgspec.ValidationError as error:
                writer.set_aside(str(error), seal(bytes(raw)).decode())
                continue
            one = contact_of(detail.external_contact, [detail.follow_info], names, now)
            known = found.get(one.external_userid)
            found[one.external_userid] = merged(known, one) if known else one
        for one in found.values():
            writer.add(seal(msgspec.json.encode(one)))
        writer.books = {"members": len(members), "entries": entries, "contacts": len(found)}
    _only_newest(batch)
    return ContactsReport(members=len(members), entries=entries, contacts=len(found), dead=writer.dead_count)


def contact(api: Api, external_userid: str, now: datetime) -> Contact | None:
    """Return one contact with all who follow it, page by page; None where it is nobody's customer any more."""
    raw, follows, cursor = None, [], ""
    try:
        while True:
            fields = {"external_userid": external_userid, **({"cursor": cursor} if cursor else {})}
            page = api.get("externalcontact/get", _One, **fields)
            raw = raw or page.external_contact
            follows += page.follow_user
            if not page.next_cursor or page.next_cursor == cursor:
                break
            cursor = page.next_cursor
    except Unknown:
        return None
    return contact_of(raw, follows, {}, now) if raw else None


def read_contacts() -> Iterator[Contact]:
    """Yield the contacts of the newest whole list; nothing where none was fetched yet."""
    found = own_batches(STAGE, "wecom", query_folder(corp_id()))
    newest = max(found, key=lambda batch: batch.window, default=None)
    for line in newest.lines() if newest else ():
        yield msgspec.json.decode(open_sealed(line), type=Contact)


def _only_newest(newest: Batch) -> None:
    """Remove the lists before: who asked the company to forget them stands in none."""
    for batch in own_batches(STAGE, newest.feed, newest.query):
        if batch.window < newest.window:
            remove(batch)


def _entries(api: Api, members: Sequence[str]) -> Iterator[msgspec.Raw]:
    for first in range(0, len(members), _AT_ONCE):
        cursor, more = "", True
        while more:
            body = {"userid_list": list(members[first : first + _AT_ONCE]), "cursor": cursor, "limit": _AT_ONCE}
            page = api.post("externalcontact/batch/get_by_user", _Details, body)
            yield from page.external_contact_list
            more, cursor = bool(page.next_cursor) and page.next_cursor != cursor, page.next_cursor


def _tag_names(api: Api) -> dict[str, str]:
    """Return the company's tags by their ids; none where the application may not read them."""
    try:
        groups = api.post("externalcontact/get_corp_tag_list", _Tags, {}).tag_group
    except LoginRequired:
        return {}
    return {tag.id: tag.name for group in groups for tag in group.tag}
