"""X's answers, API v2: posts, what goes with them, and what is said instead (https://docs.x.com/x-api/posts).

Nearly every page is read in one go, typed (`Whole`). One odd field anywhere, and it is read post by post (`Found`), so
that nothing but that field is left out.
"""

from typing import Any

import msgspec

from crawlers.post import Author

__all__ = [
    "Beside",
    "Entities",
    "Found",
    "Includes",
    "Metrics",
    "Medium",
    "Note",
    "Place",
    "Problem",
    "Tweet",
    "User",
    "Whole",
    "WholeIncludes",
    "whole",
]


class Metrics(msgspec.Struct):
    """The counts of a post, and of an account."""

    retweet_count: int | None = None
    reply_count: int | None = None
    like_count: int | None = None
    impression_count: int | None = None
    bookmark_count: int | None = None
    quote_count: int | None = None
    followers_count: int | None = None


class User(msgspec.Struct):
    """An account."""

    id: str | int
    name: str | None = None
    username: str | None = None
    description: str | None = None
    verified: bool | None = None
    verified_type: str | None = None
    public_metrics: Metrics | None = None


class Reference(msgspec.Struct):
    """A post that another refers to."""

    type: str
    id: str | int


class Link(msgspec.Struct):
    """An address in a text, by its names."""

    unwound_url: str | None = None
    expanded_url: str | None = None
    url: str | None = None


class Hashtag(msgspec.Struct):
    """A tag in a text."""

    tag: str | None = None


class Entities(msgspec.Struct):
    """What stands in a text beside words."""

    urls: list[Link] | None = None
    hashtags: list[Hashtag] | None = None


class Note(msgspec.Struct):
    """The whole text of a long post."""

    text: str
    entities: Entities | None = None


class Attached(msgspec.Struct):
    """The pictures and films of a post, by their keys."""

    media_keys: list[str | int] | None = None


class Geo(msgspec.Struct):
    """Where a post says that it is from."""

    place_id: str | None = None


class Tweet(msgspec.Struct):
    """A post."""

    id: str | int
    text: str
    created_at: str | None = None
    author_id: str | int | None = None
    conversation_id: str | int | None = None
    lang: str | None = None
    note_tweet: Note | None = None
    public_metrics: Metrics | None = None
    referenced_tweets: list[Reference] | None = None
    entities: Entities | None = None
    attachments: Attached | None = None
    geo: Geo | None = None
    edits: list[str | int] | None = msgspec.field(name="edit_history_tweet_ids", default=None)


class Medium(msgspec.Struct):
    """A picture, or a film with a picture that stands for it."""

    media_key: str | int | None = None
    url: str | None = None
    preview_image_url: str | None = None


class Place(msgspec.Struct):
    """A place."""

    id: str | None = None
    full_name: str | None = None
    country: str | None = None


class Includes(msgspec.Struct):
    """What a page holds beside its posts."""

    users: list[msgspec.Raw] | None = None
    tweets: list[msgspec.Raw] | None = None
    media: list[msgspec.Raw] | None = None
    places: list[msgspec.Raw] | None = None


class Beside(msgspec.Struct):
    """The accounts with their names, the pictures' addresses and the places that go with a page, by their ids."""

    authors: dict[str, tuple[Author, str | None]]
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


class WholeIncludes(msgspec.Struct):
    """What a page holds beside its posts, typed."""

    users: list[User] | None = None
    tweets: list[Tweet] | None = None
    media: list[Medium] | None = None
    places: list[Place] | None = None


class Whole(msgspec.Struct):
    """A page of the search, typed."""

    data: list[Tweet] | None = None
    includes: WholeIncludes | None = None
    meta: Meta | None = None


_decoder = msgspec.json.Decoder(Whole)


def whole(body: bytes) -> Whole | None:
    """Return the page read in one go; None where something in it is not as the interface's documents have it."""
    try:
        body.decode()
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Problem(msgspec.Struct):
    """Why there is none."""

    title: str | None = None
    detail: str | None = None
    type: str | None = None
    status: int | None = None
    errors: Any = None
