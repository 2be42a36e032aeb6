"""Any posts → posts that one platform's format can hold: ids of its form, whole seconds, only what it shows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from crawlers.post import Author, Engagement, Kind, Post

__all__ = [
    "conversations",
    "distinct",
    "number_of",
    "on_one_line",
    "showing",
    "slug_of",
    "talks",
    "unix",
]


def number_of(text: str, digits: int = 15) -> int:
    """Return a number that stands for `text`: itself where it is one of fitting length, else one made of its hash."""
    tail = text.rpartition("/")[2]
    if tail.isascii() and tail.isdecimal() and 0 < int(tail) < 10**digits and not tail.startswith("0"):
        return int(tail)
    lowest: int = 10 ** (digits - 1)
    return lowest + int(sha256(text.encode("utf-8", "replace")).hexdigest(), 16) % (9 * lowest)


def slug_of(text: str, length: int, letters: str = "abcdefghijklmnopqrstuvwxyz234567") -> str:
    """Return `length` letters that stand for `text`: itself where it is of that form."""
    tail = text.rpartition("/")[2]
    if len(tail) == length and set(tail) <= set(letters):
        return tail
    number = int(sha256(text.encode("utf-8", "replace")).hexdigest(), 16)
    made = []
    for _ in range(length):
        number, place = divmod(number, len(letters))
        made.append(letters[place])
    return "".join(made)


def unix(moment: datetime) -> int:
    """Return whole Unix seconds."""
    return int(moment.timestamp())


def showing(post: Post, *, counts: Sequence[str] = (), fields: Sequence[str] = (), author: Sequence[str] = ()) -> Post:
    """Return the post with whole seconds, those counts and `fields` alone, its author with the id and those fields."""
    author_shown = post.author and Author(
        id=post.author.id, **{name: getattr(post.author, name) for name in ("name", *author)}
    )
    kept = {
        name: getattr(post, name)
        for name in (
            "platform",
            "feed",
            "kind",
            "native_id",
            "url",
            "text",
            "fetched_at",
            "query",
            "run_id",
            "synthetic",
        )
    }
    return Post(
        **kept,
        **{name: getattr(post, name) for name in fields},
        author=author_shown,
        published_at=post.published_at.astimezone(UTC).replace(microsecond=0),
        engagement=Engagement(**{name: getattr(post.engagement, name) for name in counts}),
    )


def conversations(posts: Sequence[Post]) -> list[tuple[Post, list[Post]]]:
    """Return each first post with the comments that belong to it; comments without theirs are left out."""
    openers = {post.id: (post, list[Post]()) for post in posts if post.kind is not Kind.COMMENT}
    for post in posts:
        if post.kind is Kind.COMMENT and post.root_id in openers:
            openers[post.root_id][1].append(post)
    return list(openers.values())


_BLANK = re.compile(r"\s+")


def on_one_line(text: str) -> str:
    """Return the text with one blank for each run of white space."""
    return _BLANK.sub(" ", text).strip()


def distinct(posts: Sequence[Post]) -> list[Post]:
    """Return the posts without later ones of the same id."""
    return list({post.id: post for post in reversed(posts)}.values())[::-1]


def talks(posts: Sequence[Post], carry: Callable[[Post], Post]) -> list[Post]:
    """Return the posts as `carry` makes them, each comment as an answer to its conversation's first post."""
    held = []
    for opener, comments in conversations(posts):
        first = carry(opener)
        held.append(first)
        held += [replace(carry(one), parent_id=first.native_id, root_id=first.id) for one in comments]
    return held
