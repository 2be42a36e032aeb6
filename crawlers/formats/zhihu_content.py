"""知乎: what its search and its questions list: answers, articles, videos, short posts (想法), questions; JSON → Post.

Ids are written with their kind, such as answer/123: the same number may be an article's.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from config.both import Both
from crawlers.errors import CrawlError, MalformedPost
from crawlers.formats.zhihu import refused
from crawlers.page import Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.avatar import avatar
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.page_state import within
from crawlers.reading.regions import region_of
from crawlers.reading.times import ReadTime, Stamp, optional_time, stamped
from crawlers.reading.wire import decode_item, decode_optional
from crawlers.reading.written_address import unescaped
from crawlers.spider import PlatformSpider

__all__ = ["KINDS", "QUESTION", "Person", "Zhihu", "author_of", "number", "parameter", "type_of"]

QUESTION = "question"
KINDS = {"answer": Kind.POST, "article": Kind.ARTICLE, "zvideo": Kind.POST, "pin": Kind.POST}
_ABSENT = msgspec.Raw(b"null")
_NOBODY = {"", "0"}
_PICTURE = re.compile(r"<img\b[^<>]*>")
_FORMULA = re.compile(r"\seeimg=|/equation\?tex=")
_ADDRESSES = [
    re.compile(rf"""\s{name}=["'](https?://[^"'<>]+)""") for name in ("data-original", "data-actualsrc", "src")
]
"""What a picture's element calls its address: the largest first, `src` may hold a stand-in."""
_ORGANISATION = "organization"


class _Question(msgspec.Struct):
    id: int | str | None = None
    name: str | None = None
    title: str | None = None


class _Topic(msgspec.Struct):
    name: str | None = None


class _Badge(msgspec.Struct):
    type: str | None = None
    description: str | None = None
    title: str | None = None


class _Badges(msgspec.Struct):
    badges: list[_Badge] | None = msgspec.field(name="detail_badges", default=None)


class Person(msgspec.Struct):
    """An account; below some comments it stands one level deeper, as `member`."""

    id: int | str | None = None
    name: str | None = None
    url_token: str | None = None
    headline: str | None = None
    avatar_url: Any = None
    follower_count: Any = None
    user_type: str | None = None
    is_org: bool | None = None
    badge: list[_Badge] | None = None
    badge_v2: _Badges | None = None
    member: msgspec.Raw = _ABSENT


class _Object(msgspec.Struct):
    """An answer, article, video, short post or question; its fields depend on its type and the list's version."""

    type: str
    id: int | str | None = None
    zvideo_id: int | str | None = None
    title: str | None = None
    content: Any = None
    content_html: Any = None
    excerpt: str | None = None
    description: str | None = None
    detail: str | None = None
    question: _Question | None = None
    created_time: Stamp | None = None
    created: Stamp | None = None
    created_at: Stamp | None = None
    updated_time: Stamp | None = None
    updated: Stamp | None = None
    updated_at: Stamp | None = None
    published_at: Stamp | None = None
    voteup_count: Any = None
    vote_count: Any = None
    like_count: Any = None
    reaction_count: Any = None
    comment_count: Any = None
    answer_count: Any = None
    repost_count: Any = None
    play_count: Any = None
    visit_count: Any = None
    favlists_count: Any = None
    favorites_count: Any = None
    reaction: Any = None
    thumbnail_info: Any = None
    video: Any = None
    image_url: Any = None
    topics: list[_Topic] | None = None
    ip_info: str | None = None
    author: Person | None = None
    origin: msgspec.Raw = msgspec.field(name="origin_pin", default=_ABSENT)


class _Type(msgspec.Struct):
    type: str | None = None
    id: int | str | None = None
    is_deleted: Any = None


class Zhihu(PlatformSpider):
    """What the feeds of this platform have in common."""

    platform = "zhihu"
    platform_name = Both("知乎", "Zhihu")
    home = "https://www.zhihu.com"
    delay = 5
    overlap = 6 * 3600
    robots = False
    max_stale_pages = 2
    signature = "x-zse-96"
    headers = {"Accept": "application/json"}

    def read_content(self, response: Response, raw: msgspec.Raw) -> Post:
        """Return an answer, article, video, short post or question; one that passes another on is its repost."""
        found = decode_item(raw, _Object)
        published_at, precision = _time(found)
        edited_at = optional_time(found.updated_time or found.updated or found.updated_at, response.moment)
        markup, parts = _parse_markup(found)
        heading = found.title or (found.question.name or found.question.title if found.question else None)
        origin = decode_optional(found.origin, _Type)
        above = f"pin/{number(origin.id)}" if origin and origin.id else None
        return self.post(
            response,
            kind=Kind.REPOST if above else KINDS.get(found.type, Kind.POST),
            native_id=f"{found.type}/{_id(found)}",
            url=_url(found),
            title=text_of(heading or "") or None,
            text=text_of(markup),
            tags=tuple(dict.fromkeys(topic.name for topic in found.topics or () if topic.name)),
            links=links_of(" ".join([markup, *_named(parts, "link", "url")]), self.home),
            pictures=_parse_pictures(found, markup, parts),
            author=author_of(found.author),
            published_at=published_at,
            time_precision=precision,
            edited_at=edited_at if edited_at and edited_at > published_at else None,
            engagement=_parse_engagement(found),
            region=region_of(found.ip_info),
            parent_id=above,
            root_id=f"{self.platform}:{Kind.POST}:{above}" if above else None,
        )

    def refusal(self, response: Response) -> CrawlError:
        """Return what the body says of the refusal, or else the status."""
        return refused(response) or super().refusal(response)

    @staticmethod
    def with_origin(raw: msgspec.Raw) -> list[msgspec.Raw]:
        """Return what a list holds at one place: a post, and the one that it passes on, where that is still there."""
        found = decode_optional(raw, _Passing)
        origin = decode_optional(found.origin, _Type) if found else None
        there = origin is not None and origin.type in KINDS and not origin.is_deleted
        return [raw, found.origin] if found and there else [raw]


class _Passing(msgspec.Struct):
    origin: msgspec.Raw = msgspec.field(name="origin_pin", default=_ABSENT)


def type_of(raw: msgspec.Raw) -> str | None:
    """Return what an object says that it is; None where it says nothing."""
    try:
        return decode_item(raw, _Type).type
    except msgspec.ValidationError:
        return None


def number(id: int | str | None) -> str:
    """Return an id as text; MalformedPost where it is none."""
    text = str(id or "")
    if not (text.isascii() and text.isalnum()):
        raise MalformedPost(f"id: {text[:40]!r} is no number")
    return text


def author_of(person: Person | None) -> Author | None:
    """Return the account; 匿名用户 is nobody."""
    if person is not None and not person.id:
        person = decode_optional(person.member, Person)
    if person is None or str(person.id or "") in _NOBODY:
        return None
    shown = [*(person.badge or ()), *((person.badge_v2.badges or ()) if person.badge_v2 else ())]
    badges = [badge for badge in shown if badge.type == "identity"]
    unsaid = person.badge is None and person.badge_v2 is None
    organisation = person.is_org if person.user_type is None else person.user_type == _ORGANISATION
    return Author(
        id=str(person.id),
        name=text_of(person.name or "") or None,
        url=f"https://www.zhihu.com/people/{person.url_token}" if person.url_token else None,
        followers=count(person.follower_count),
        verified=None if unsaid else bool(badges),
        verification=next((words for badge in badges if (words := badge.description or badge.title)), None),
        organisation=organisation,
        bio=text_of(person.headline or "") or None,
        avatar=avatar(person.avatar_url),
    )


def parameter(url: str | None, name: str) -> str:
    """Return what an address says of a parameter; empty where it says nothing."""
    try:
        return parse_qs(urlsplit(url or "").query).get(name, [""])[0]
    except ValueError:
        return ""


def _time(found: _Object) -> ReadTime:
    said = (found.created_time, found.created, found.created_at, found.published_at)
    shown = next((stamp for one in said if (stamp := stamped(one))), None)
    if shown is None:
        raise MalformedPost("created_time: missing")
    return shown


def _id(found: _Object) -> str:
    return number(found.zvideo_id if found.type == "zvideo" and found.zvideo_id else found.id)


def _parse_markup(found: _Object) -> tuple[str, list[dict[str, Any]]]:
    """Return the HTML, whole or what the list shows of it; and the parts of which a short post is made."""
    parts = [part for part in found.content if isinstance(part, dict)] if isinstance(found.content, list) else []
    texts = [part.get("content") for part in parts] if parts else [found.content]
    whole = "<br>".join(text for text in texts if isinstance(text, str))
    if not whole and isinstance(found.content_html, str):
        whole = found.content_html
    return whole or found.detail or found.description or found.excerpt or "", parts


def _named(parts: list[dict[str, Any]], type: str, *names: str) -> Iterator[str]:
    """Yield, of each part of a type, the first of these fields that it has."""
    for part in parts:
        said = (part.get(name) for name in names)
        address = next((one for one in said if isinstance(one, str) and one.startswith("http")), None)
        if part.get("type") == type and address:
            yield address


def _parse_pictures(found: _Object, markup: str, parts: list[dict[str, Any]]) -> tuple[str, ...]:
    tags = [tag for tag in _PICTURE.findall(markup) if not _FORMULA.search(tag)]
    inside = [next((m[1] for a in _ADDRESSES if (m := a.search(tag))), None) for tag in tags]
    beside = [*_named(parts, "image", "original_url", "url"), *_named(parts, "video", "thumbnail")]
    told = found.thumbnail_info.get("thumbnails") if isinstance(found.thumbnail_info, dict) else None
    listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    small = [] if any((*inside, *beside)) else [one["url"] for one in listed if isinstance(one.get("url"), str)]
    if not small and found.type == "zvideo":
        covers = (found.image_url, found.video.get("thumbnail") if isinstance(found.video, dict) else None)
        small = [one for one in covers if isinstance(one, str) and one.startswith("http")][:1]
    return tuple(dict.fromkeys(unescaped(one) for one in (*inside, *beside, *small) if one))


def _parse_engagement(found: _Object) -> Engagement:
    beside = [within(found.reaction, "statistics", name) for name in ("up_vote_count", "comment_count")]
    likes = (found.voteup_count, found.vote_count, found.like_count, found.reaction_count, beside[0])
    answers = beside[1] if found.comment_count is None else found.comment_count
    return Engagement(
        likes=next((count(one) for one in likes if one is not None), None),
        comments=count(found.answer_count if found.type == QUESTION else answers),
        reposts=count(found.repost_count),
        views=count(found.visit_count if found.play_count is None else found.play_count),
        favourites=count(found.favorites_count if found.favlists_count is None else found.favlists_count),
    )


def _url(found: _Object) -> str:
    """Return the address that people open; `url` is the one of the interface."""
    id = _id(found)
    match found.type:
        case "answer":
            asked = found.question.id if found.question else None
            above = f"question/{number(asked)}/" if asked else ""
            return f"https://www.zhihu.com/{above}answer/{id}"
        case "article":
            return f"https://zhuanlan.zhihu.com/p/{id}"
    return f"https://www.zhihu.com/{found.type}/{id}"
