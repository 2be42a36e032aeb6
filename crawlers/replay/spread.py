"""Posts of one source on every platform that there is: each wire carries some of them."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import cycle

from crawlers.post import Post
from crawlers.replay.wires import carried, names

__all__ = ["spread"]

_SPREADING = "weibo_search"
"""The feed whose posts are spread; what is staged stays on it."""
_SEARCHES = ("_search", "_html")
_MOST = 46
"""Posts for a feed that is no search: one is asked for a whole list, or for each account or conversation."""


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
    return found + [post for feed in feeds for post in carried(feed, dealt[feed]) or ()]
