"""Posts of one source on every platform that there is: each wire carries some of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle

from crawlers.post import Post
from crawlers.replay.wires import carried, names, wires

__all__ = ["spread"]

_SPREADING = "weibo_search"
"""The feed whose posts are spread; what is staged stays on it."""
_SEARCHES = ("_search", "_html")
_MOST, _CRAWLS = 46, 4
"""Posts, and crawls to find them, for a feed that is no search: one is asked for each list, account or conversation."""
_SOMEWHERE = "http://127.0.0.1"


def spread(posts: Sequence[Post]) -> list[Post]:
    """Return the posts with those of Weibo's search dealt to all platforms, each in the form that it has there.

    What a format cannot hold is left out.
    """
    feeds = [feed for feed in names() if carried(feed, []) is not None]
    turns, dealt = cycle([_SPREADING, *feeds]), defaultdict[str, list[Post]](list)
    found: list[Post] = []
    for post in posts:
        feed = next(turns) if post.feed == _SPREADING and "staged" not in post.synthetic else post.feed
        full = len(dealt[feed]) >= _MOST and not feed.endswith(_SEARCHES)
        (found if feed not in feeds or full else dealt[feed]).append(post)
    for feed in feeds:
        held, left = _held(feed, dealt[feed])
        found += [*(replace(post, synthetic=_made_up(post)) for post in held), *left]
    return found


def _made_up(post: Post) -> tuple[str, ...]:
    return tuple(sorted({*post.synthetic, "native_id", "url"}))


def _held(feed: str, posts: list[Post]) -> tuple[list[Post], list[Post]]:
    """Return the posts in the feed's form, as many as a few crawls find, and those that stay as they were."""
    taken = len(posts)
    held = carried(feed, posts) or []
    while taken > 1 and sum(len(wire.targets(_SOMEWHERE)) for wire in wires(held)) > _CRAWLS:
        taken //= 2
        held = carried(feed, posts[:taken]) or []
    return held, posts[taken:]
