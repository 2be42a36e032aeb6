"""Posts of one source on every platform that there is: each wire carries some of them in its own form."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import cycle

from crawlers.post import Post
from crawlers.replay.wires import carried, carriers

__all__ = ["spread"]

_SPREADING = "weibo_search"
"""The feed whose posts are spread; what is staged stays on it."""
_OF_ONE = "weibo_profile"
"""Each account would be a query of its own."""
_MOST = {"_hot": 50, "_comments": 46, "_reposts": 46, "_sogou": 100, "_thread": 46, "_replies": 46}
"""Posts for feeds that are asked once for a list, or once for each message that was answered, or show no more."""


def spread(posts: Sequence[Post]) -> list[Post]:
    """Return the posts with those of Weibo's search dealt to all platforms, each in the form that it has there."""
    feeds = [feed for feed in carriers() if feed not in (_SPREADING, _OF_ONE)]
    turns = cycle([_SPREADING, *feeds])
    stay: list[Post] = []
    dealt: defaultdict[str, list[Post]] = defaultdict(list)
    for post in posts:
        feed = next(turns) if post.feed == _SPREADING and "staged" not in post.synthetic else ""
        if feed in feeds and len(dealt[feed]) < _most(feed, len(posts)):
            dealt[feed].append(post)
        else:
            stay.append(post)
    return [*stay, *_carried(dealt)]


def _most(feed: str, otherwise: int) -> int:
    return next((most for ending, most in _MOST.items() if feed.endswith(ending)), otherwise)


def _carried(dealt: dict[str, list[Post]]) -> Iterator[Post]:
    for feed, some in dealt.items():
        yield from carried(feed, some) or some
