"""X's answers to its own pages: the posts of a timeline, a search or a conversation, and what is said instead.

{"data":{…:{"timeline":{"instructions":[{"type":"TimelineAddEntries","entries":[{"entryId":"tweet-1","content":{
    "itemContent":{"tweet_results":{"result":{"__typename":"Tweet","rest_id":…,"core":…,"legacy":…}}}}},…]}]}}}}

Entries stand alone or in modules (`items`), one is pinned (`entry`), some are advertisements. Accounts come in two
makes: with their names in `legacy`, or in `core`, `avatar` and `privacy`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from crawlers.errors import Blocked, CrawlError, Gone, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.reading.page_state import within

__all__ = ["Account", "Legacy", "Note", "Result", "Status", "meant", "no_posts", "tweets_of"]

_DEEPEST = 24
_HOLDS = ("tweet_results", "tweetResult", "tweet_result")
_ADVERTISED = ("promotedMetadata", "promoted_metadata")
_ENTRY = ("entryId", "entry_id")
_TOO_OFTEN, _LOGIN, _LOCKED, _GONE, _PASSING = (
    {88, 429},
    {32, 89, 135, 215, 239, 353},
    {64, 326},
    {17, 34, 50, 63, 144},
    {29, 130, 131},
)
_WORDS = (
    (re.compile("rate limit", re.IGNORECASE), RateLimited),
    (re.compile("authenticat|authoriz|csrf|log ?in", re.IGNORECASE), LoginRequired),
    (re.compile("locked|suspended|automated", re.IGNORECASE), Blocked),
    (re.compile("not found|No status found|does not exist|_Missing", re.IGNORECASE), Gone),
    (re.compile("over capacity|timeout|unspecified|internal", re.IGNORECASE), Unreachable),
)
_ABSENT = msgspec.Raw(b"null")


class Legacy(msgspec.Struct):
    """What older interfaces called a post."""

    id: str | int | None = msgspec.field(name="id_str", default=None)
    full_text: str | None = None
    created_at: str | None = None
    user_id: str | int | None = msgspec.field(name="user_id_str", default=None)
    lang: str | None = None
    conversation: str | int | None = msgspec.field(name="conversation_id_str", default=None)
    answered: str | int | None = msgspec.field(name="in_reply_to_status_id_str", default=None)
    quoted: str | int | None = msgspec.field(name="quoted_status_id_str", default=None)
    reposted: msgspec.Raw = msgspec.field(name="retweeted_status_result", default=_ABSENT)
    entities: Any = None
    extended: Any = msgspec.field(name="extended_entities", default=None)
    place: Any = None
    retweet_count: Any = None
    reply_count: Any = None
    favorite_count: Any = None
    bookmark_count: Any = None
    quote_count: Any = None


class Account(msgspec.Struct):
    """An account, of either make."""

    id: str | int | None = msgspec.field(name="rest_id", default=None)
    blue: bool | None = msgspec.field(name="is_blue_verified", default=None)
    legacy: Any = None
    core: Any = None
    avatar: Any = None
    privacy: Any = None
    verification: Any = None
    bio: Any = msgspec.field(name="profile_bio", default=None)

    def first(self, *places: tuple[str, ...]) -> Any:
        """Return what stands at the first of these places that holds something."""
        parts = {"legacy": self.legacy, "core": self.core, "avatar": self.avatar, "privacy": self.privacy}
        parts |= {"verification": self.verification, "profile_bio": self.bio}
        return next((found for place in places if (found := within(parts, *place)) is not None), None)


class Note(msgspec.Struct):
    """The whole text of a long post."""

    text: str | None = None
    entities: Any = msgspec.field(name="entity_set", default=None)


class Result(msgspec.Struct):
    """A post, or what stands in its place."""

    kind: str | None = msgspec.field(name="__typename", default=None)
    wrapped: msgspec.Raw = msgspec.field(name="tweet", default=_ABSENT)
    reason: Any = None
    tombstone: Any = None


class Status(msgspec.Struct):
    """A post."""

    id: str | int | None = msgspec.field(name="rest_id", default=None)
    core: Any = None
    legacy: Legacy | None = None
    note: Any = msgspec.field(name="note_tweet", default=None)
    views: Any = None
    article: Any = None
    edits: Any = msgspec.field(name="edit_control", default=None)
    quoted: msgspec.Raw = msgspec.field(name="quoted_status_result", default=_ABSENT)
    reposted: msgspec.Raw = msgspec.field(name="retweeted_status_result", default=_ABSENT)
    quoted_name: Any = msgspec.field(name="quotedRefResult", default=None)


def tweets_of(data: Any) -> list[Any]:
    """Return the results that an answer holds, in its order, without advertisements."""
    return [*_held(data, 0)]


def _held(value: Any, depth: int) -> Iterator[Any]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _held(one, depth + 1)
    if not isinstance(value, dict) or _is_advertisement(value):
        return
    for name, one in value.items():
        if name not in _HOLDS:
            yield from _held(one, depth + 1)
            continue
        for held in one if isinstance(one, list) else [one]:
            result = held.get("result") if isinstance(held, dict) else None
            if result is not None:
                yield result


def _is_advertisement(value: dict[str, Any]) -> bool:
    named = str(next((value[name] for name in _ENTRY if name in value), ""))
    return "promoted" in named or any(value.get(name) for name in _ADVERTISED)


def no_posts(data: Any) -> str | None:
    """Return how an answer without a post says that there is none; None where it does not say so."""
    said = [*_said(data, 0)]
    return "; ".join(dict.fromkeys(said)) or None


def _said(value: Any, depth: int) -> Iterator[str]:
    """Yield the signs that there is none: a timeline's cursor or account, an account that is closed, no post."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _said(one, depth + 1)
    if not isinstance(value, dict):
        return
    if value.get("__typename") == "UserUnavailable":
        yield str(value.get("message") or f"an account that is not shown: {value.get('reason')}")
    ends = value.get("type") == "TimelineTerminateTimeline" or value.get("cursorType") or value.get("cursor_type")
    if ends or "user_results" in value or _is_advertisement(value):
        yield "a timeline without posts"
        return
    if any(value.get(name) == {} for name in _HOLDS):
        yield "no such post"
        return
    for one in value.values():
        yield from _said(one, depth + 1)


def meant(errors: Any, status: int = 200) -> CrawlError | None:
    """Return what the errors of an answer mean; None where it names none."""
    listed = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    if not listed:
        return None
    words = "; ".join(dict.fromkeys(str(one.get("message")) for one in listed if one.get("message")))
    said = f"the platform says: {words[:300] or listed[0].get('code')}"
    codes = {code for one in listed for code in (one.get("code"), within(one, "extensions", "code")) if _is_code(code)}
    by_code: Sequence[tuple[set[int], type[CrawlError]]] = (
        (_TOO_OFTEN, RateLimited),
        (_LOGIN, LoginRequired),
        (_LOCKED, Blocked),
        (_GONE, Gone),
        (_PASSING, Unreachable),
    )
    kind = next((kind for known, kind in by_code if codes & known), None)
    kind = kind or next((kind for pattern, kind in _WORDS if pattern.search(words)), SchemaChanged)
    return kind(said)


def _is_code(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
