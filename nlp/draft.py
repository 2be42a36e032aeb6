"""What another query would make of the posts that are there, before a brand is saved or a backfill queued."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from config.brand import Brand
from crawlers.errors import MalformedPost
from crawlers.post import Post, decode_post
from crawlers.storage.stage import Batch, BrokenBatch, batches, window_at
from nlp.matcher import Matcher
from nlp.prefilter import Prefilter

__all__ = ["Difference", "difference", "posts_since", "touches"]

_EXAMPLES = 5


class _Brand(msgspec.Struct):
    brand: str


class _Said(msgspec.Struct):
    """What a post is told apart by and what it says, read in a fifth of a post's time."""

    platform: str
    kind: str
    native_id: str
    text: str
    title: str | None = None

    @property
    def id(self) -> str:
        """The post's id."""
        return f"{self.platform}:{self.kind}:{self.native_id}"


@dataclass(slots=True, kw_only=True)
class Difference:
    """How many of the `posts` both queries take, and how many only one; with the newest of those as examples."""

    posts: int = 0
    both: int = 0
    gained: int = 0
    lost: int = 0
    examples_gained: list[Post] = field(default_factory=list)
    examples_lost: list[Post] = field(default_factory=list)


def difference(
    saved: Brand | None,
    draft: Brand,
    *,
    since: datetime | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Difference:
    """Hold the saved query and the draft's against every post crawled `since` then, each post once, newest first.

    `progress` gets the posts looked at. Of most only the text is read: no query can hold for them.
    """
    known = [brand.model_copy(update={"id": id}) for id, brand in (("saved", saved), ("draft", draft)) if brand]
    matcher, found, seen = Matcher(known), Difference(), set[str]()
    may_hold, glance = Prefilter(brand.parsed for brand in known).may_hold, msgspec.json.Decoder(_Said).decode
    for line in _lines_since(window_at(since) if since else ""):
        try:
            said = glance(line)
            post = decode_post(line) if (id := said.id) not in seen and may_hold(said) else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, MalformedPost):
            continue
        if id in seen:
            continue
        seen.add(id)
        found.posts += 1
        if post:
            matches = matcher.match(post)
            _count(found, post, taken={*matches.found} - matches.own)
        progress(found.posts)
    return found


def touches(brand: Brand, posts: Batch) -> bool:
    """Return whether a batch holds a post that the brand takes, or took when it was analysed."""
    decode = msgspec.json.Decoder(_Brand).decode
    if any(decode(line).brand == brand.id for line in posts.to("mentions").lines()):
        return True
    matcher = Matcher([brand])
    return any(matcher.match(post).found for post in _posts(_lines(posts)))


def _count(found: Difference, post: Post, taken: set[str]) -> None:
    if taken == {"saved", "draft"}:
        found.both += 1
    elif taken == {"draft"}:
        found.gained += 1
        found.examples_gained += [post][: _EXAMPLES - len(found.examples_gained)]
    elif taken == {"saved"}:
        found.lost += 1
        found.examples_lost += [post][: _EXAMPLES - len(found.examples_lost)]


def posts_since(first: str) -> Iterator[Post]:
    """Yield every post crawled in the window `first` and since, the newest window first."""
    return _posts(_lines_since(first))


def _lines_since(first: str) -> Iterator[bytes]:
    for batch in reversed(batches("posts")):
        if batch.window >= first:
            yield from _lines(batch)


def _lines(batch: Batch) -> Sequence[bytes]:
    """Return the lines of a batch; none of one that is broken, which its own stage tells."""
    try:
        return list(batch.lines())
    except BrokenBatch:
        return ()


def _posts(lines: Iterable[bytes]) -> Iterator[Post]:
    for line in lines:
        with suppress(MalformedPost):
            yield decode_post(line)
