"""A customer of a company at WeCom, and who of its staff follows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

__all__ = ["Contact", "ContactType", "Follow", "RawContact", "RawFollow", "contact_of", "merged"]


class ContactType(StrEnum):
    """Where the contact is at home."""

    WECHAT = "wechat"
    WECOM = "wecom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """One member of the staff who has added the contact, and what they noted. None means not said."""

    user_id: str
    remark: str | None = None
    description: str | None = None
    added_at: datetime | None = None
    tags: tuple[str, ...] = ()
    """Names where they are known, else ids."""
    tag_ids: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()
    company: str | None = None
    add_way: int | None = None
    """WeCom's number for how they met: 1 a scanned code, 2 a search, 3 a card … (path/92114)."""
    state: str | None = None
    """The channel that the company gave the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One external contact, as WeCom gave it; `unionid` only for WeChat users of a company with a bound account."""

    external_userid: str
    name: str | None = None
    type: ContactType | None = None
    unionid: str | None = None
    gender: int | None = None
    position: str | None = None
    company: str | None = None
    follows: tuple[Follow, ...] = ()
    seen_at: datetime


class _Tag(msgspec.Struct, kw_only=True):
    group_name: str | None = None
    tag_name: str | None = None
    tag_id: str | None = None


class RawFollow(msgspec.Struct, kw_only=True):
    """follow_user[] of `get`, and follow_info of `batch/get_by_user`, which names tags by their ids alone."""

    userid: str
    remark: str | None = None
    description: str | None = None
    createtime: int | None = None
    tags: list[_Tag] | None = None
    tag_id: list[str] | None = None
    remark_corp_name: str | None = None
    remark_mobiles: list[str] | None = None
    add_way: int | None = None
    state: str | None = None


class RawContact(msgspec.Struct, kw_only=True):
    """external_contact."""

    external_userid: str
    name: str | None = None
    type: int | None = None
    unionid: str | None = None
    gender: int | None = None
    position: str | None = None
    corp_name: str | None = None
    corp_full_name: str | None = None


def contact_of(
    raw: RawContact, follows: Iterable[RawFollow], tag_names: Mapping[str, str], seen_at: datetime
) -> Contact:
    """Return a contact; tags that have only an id get the name that `tag_names` knows."""
    kinds = {1: ContactType.WECHAT, 2: ContactType.WECOM}
    return Contact(
        external_userid=raw.external_userid,
        name=raw.name or None,
        type=kinds.get(raw.type or 0),
        unionid=raw.unionid or None,
        gender=raw.gender or None,
        position=raw.position or None,
        company=raw.corp_full_name or raw.corp_name or None,
        follows=tuple(_follow(one, tag_names) for one in follows),
        seen_at=seen_at,
    )


def merged(one: Contact, other: Contact) -> Contact:
    """Return one contact of two answers, the follows of both; a member who stands in both counts once."""
    follows = {follow.user_id: follow for follow in (*one.follows, *other.follows)}
    missing: dict[str, Any] = {
        name: getattr(other, name)
        for name in ("name", "type", "unionid", "gender", "position", "company")
        if getattr(one, name) is None
    }
    return replace(one, follows=tuple(follows.values()), **missing)


def _follow(raw: RawFollow, tag_names: Mapping[str, str]) -> Follow:
    tags = raw.tags or []
    ids = [*(tag.tag_id for tag in tags if tag.tag_id), *(raw.tag_id or ())]
    named = {tag.tag_id: tag.tag_name for tag in tags if tag.tag_id and tag.tag_name}
    own = [tag.tag_name for tag in tags if tag.tag_name and not tag.tag_id]  # a member's private tags have no id
    return Follow(
        user_id=raw.userid,
        remark=raw.remark or None,
        description=raw.description or None,
        added_at=datetime.fromtimestamp(raw.createtime, UTC) if raw.createtime else None,
        tags=tuple([*(named.get(one) or tag_names.get(one, one) for one in ids), *own]),
        tag_ids=tuple(ids),
        mobiles=tuple(raw.remark_mobiles or ()),
        company=raw.remark_corp_name or None,
        add_way=raw.add_way,
        state=raw.state or None,
    )
