"""X's answers, API v2: posts, what goes with them, and what is said instead (https://docs.x.com/x-api/posts)."""

from typing import Any

import msgspec

__all__ = ["Beside", "Found", "Includes", "Note", "Problem", "Tweet", "User"]

_ABSENT = msgspec.Raw(b"null")


class User(msgspec.Struct):
    """An account."""

    id: str | int
    name: str | None = None
    username: str | None = None
    description: str | None = None
    verified: bool | None = None
    verified_type: str | None = None
    public_metrics: Any = None


class Reference(msgspec.Struct):
    """A post that another refers to."""

    type: str
    id: str | int


class Note(msgspec.Struct):
    """The whole text of a long post."""

    text: str
    entities: Any = None


class Tweet(msgspec.Struct):
    """A post."""

    id: str | int
    text: str
    created_at: str | None = None
    author_id: str | int | None = None
    conversation_id: str | int | None = None
    lang: str | None = None
    note_tweet: msgspec.Raw = _ABSENT
    public_metrics: Any = None
    referenced_tweets: list[Reference] | None = None
    entities: Any = None
    attachments: Any = None
    geo: Any = None
    edits: list[Any] | None = msgspec.field(name="edit_history_tweet_ids", default=None)


class Includes(msgspec.Struct):
    """What a page holds beside its posts."""

    users: list[msgspec.Raw] | None = None
    tweets: list[msgspec.Raw] | None = None
    media: list[Any] | None = None
    places: list[Any] | None = None


class Beside(msgspec.Struct):
    """The accounts, the pictures' addresses and the places that go with a page, by their ids."""

    users: dict[str, User]
    media: dict[str, str]
    places: dict[str, str]


class Meta(msgspec.Struct):
    """How many were found, and where it goes on."""

    result_count: int | None = None
    next_token: str | None = None


class Found(msgspec.Struct):
    """A page of the search."""

    data: list[msgspec.Raw] | None = None
    includes: Includes | None = None
    meta: Meta | None = None


class Problem(msgspec.Struct):
    """Why there is none."""

    title: str | None = None
    detail: str | None = None
    type: str | None = None
    status: int | None = None
    errors: Any = None
