"""What wires have in common: posts in order, those that hold a search's words, and the threads of comments."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from crawlers.post import Author, Engagement, Kind, Post

__all__ = ["Search", "Threads", "adopted", "each", "moments", "number", "root_of", "stated"]

_ANY = "*"


def _time(post: Post) -> tuple[datetime, str]:
    return post.published_at, post.native_id


class Search:
    """Posts, the newest first (or the greatest `by`); a search without words, or for `*`, finds everything."""

    def __init__(self, posts: Iterable[Post], by: Callable[[Post], Any] = _time) -> None:
        self.posts = sorted(posts, key=by, reverse=True)
        self.find = lru_cache(maxsize=16)(self._find)
        self.within = lru_cache(maxsize=64)(self._within)

    def _find(self, words: str) -> list[Post]:
        wanted = words.lower().replace(_ANY, " ").split()
        return [post for post in self.posts if all(word in _searched(post) for word in wanted)]

    def _within(self, words: str, start: datetime | None, end: datetime | None) -> list[Post]:
        """Return those published from `start` until before `end`; None is no bound."""
        return [
            post
            for post in self.find(words)
            if (start is None or post.published_at >= start) and (end is None or post.published_at < end)
        ]


class Threads:
    """Comments by the post that they stand below: those that answer it, and below each of these the others."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self._comments: dict[str, dict[str, Post]] = defaultdict(dict)
        for post in sorted(posts, key=lambda post: (post.published_at, post.native_id)):
            self._comments[root_of(post)][post.native_id] = post
        self._below = {root: self._gathered(root) for root in self._comments}

    @property
    def roots(self) -> list[str]:
        """The native ids of the posts that have comments."""
        return sorted(self._comments)

    def tops(self, root: str) -> list[Post]:
        """Return the comments that begin the threads below a post."""
        return [self._comments[root][id] for id in self._below.get(root, {})]

    def replies(self, root: str, top: str) -> list[Post]:
        """Return the comments of the thread that `top` begins, but for itself."""
        return self._below.get(root, {}).get(top, [])

    def root_with(self, comment: str) -> str | None:
        """Return the post below which a comment stands."""
        return next((root for root, comments in self._comments.items() if comment in comments), None)

    def _gathered(self, root: str) -> dict[str, list[Post]]:
        comments, threads = self._comments[root], dict[str, list[Post]]()
        for post in comments.values():
            above, passed = post, {post.native_id}
            while (parent := comments.get(above.parent_id or "")) and parent.native_id not in passed:
                above = parent
                passed.add(parent.native_id)
            thread = threads.setdefault(above.native_id, [])
            if above is not post:
                thread.append(post)
        return threads


def root_of(post: Post) -> str:
    """Return the native id of the post that a comment or a repost belongs to."""
    return (post.root_id or "").split(":", 2)[-1] or post.parent_id or ""


def each(carry: Callable[[Post, int], Post]) -> Callable[[Sequence[Post]], list[Post]]:
    """Return what carries posts one by one, each with its number from 0."""

    def carried(posts: Sequence[Post]) -> list[Post]:
        return [carry(post, number) for number, post in enumerate(posts)]

    return carried


def adopted(post: Post, *, platform: str, feed: str, kind: Kind, native_id: str, url: str, **fields: Any) -> Post:
    """Return a post of any source as one of this platform: what its pages do not show is taken away."""
    counts: Callable[[str], int | None] = lambda name: getattr(post.engagement, name)  # noqa: E731
    shown: Sequence[str] = fields.pop("counts", ())
    author: Author | None = fields.pop("author", None)
    plain = Post(
        platform=platform,
        feed=feed,
        kind=kind,
        native_id=native_id,
        url=url,
        text=post.text,
        author=author,
        published_at=post.published_at.replace(microsecond=0),
        fetched_at=post.fetched_at,
        engagement=Engagement(**{name: counts(name) for name in shown}),
        query=post.query,
        run_id=post.run_id,
        synthetic=post.synthetic,
    )
    return replace(plain, **fields)


def number(query: Mapping[str, str], name: str) -> int:
    """Return a number that a request names; 0 where it names none."""
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0


def moments(query: Mapping[str, str], *names: str) -> tuple[datetime | None, ...]:
    """Return the times that a request names; None for one that it does not."""
    return tuple(datetime.fromisoformat(query[name]) if query.get(name) else None for name in names)


def stated(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def _searched(post: Post) -> str:
    return f"{post.title or ''}\n{post.text}".lower()
