"""What the wires of hot lists have in common: topics in their order, and posts of any source as topics."""

from collections.abc import Iterable
from dataclasses import replace

from config.settings import DAY_ZONE
from crawlers.post import Kind, Post, Precision
from crawlers.replay.found import adopted

__all__ = ["key_of", "ranked", "topic"]


def ranked(posts: Iterable[Post]) -> list[Post]:
    """Return the topics, the first rank first."""
    return sorted(posts, key=lambda post: (post.rank or 0, post.native_id))


def key_of(post: Post) -> str:
    """Return what a topic's id says beside the list and the hour."""
    return post.native_id.split("/", 3)[-1]


def topic(post: Post, number: int, *, platform: str, list: str, key: str, url: str, told: bool) -> Post:
    """Return a post of any source as a topic on a list; `told` says whether the list tells since when it is there.

    A list that does not tell gives the hour in which it is read.
    """
    since = post.published_at.replace(microsecond=0)
    if not told:
        since = post.fetched_at.astimezone(DAY_ZONE).replace(minute=0, second=0, microsecond=0)
    hour = since.astimezone(DAY_ZONE).strftime("%Y-%m-%dT%H")
    made = adopted(
        post,
        platform=platform,
        feed=f"{platform}_hot",
        kind=Kind.POST,
        native_id=f"hot/{list}/{hour}/{key}",
        url=url,
        rank=number + 1,
    )
    return replace(made, published_at=since, time_precision=Precision.SECOND if told else Precision.HOUR)
