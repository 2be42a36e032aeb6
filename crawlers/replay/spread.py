"""Posts of one source on every platform that there is: each wire carries some of them in its own form."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import cycle

from crawlers.post import Post
from crawlers.replay.wires import carried, carriers

__all__ = ["spread"]

_SPREADING = "weibo_search"
"""The feed whose posts are spread; what is staged stays on it."""
_SEARCHES = ("_search", "_html", "_tag", "_sogou")
_MOST = {"_hot": 50, "_comments": 46, "_reposts": 46}
"""Posts for feeds that are asked once for a whole list, or once for each message that was answered."""


def spread(posts: Sequence[Post]) -> list[Post]:
    """Return the posts with those of Weibo's search dealt to all platforms, each in the form that it has there."""
    feeds = [feed for feed in carriers() if feed.endswith((*_SEARCHES, *_MOST)) and feed != _SPREADING]
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
