"""Posts of one source on every platform that there is: each wire makes some of them its own."""

from collections import Counter
from collections.abc import Sequence
from itertools import cycle

from crawlers.post import Post
from crawlers.replay.wires import adopt, adopting

__all__ = ["spread"]

_SPREADING = "weibo_search"
"""The feed whose posts are spread; what is staged stays on it."""
_OF_ONE = "weibo_profile"
"""Each account would be a query of its own."""
_MOST = {"_hot": 50, "_comments": 46, "_reposts": 46, "_sogou": 100, "_thread": 46, "_replies": 46}
"""Posts for feeds that are asked once for a whole list, or once for each message that was answered, or show no more."""


def spread(posts: Sequence[Post]) -> list[Post]:
    """Return the posts with those of Weibo's search dealt to all platforms, each in the form that it has there."""
    feeds = [feed for feed in adopting() if feed != _OF_ONE]
    turns, dealt = cycle([_SPREADING, *feeds]), Counter[str]()
    found = []
    for post in posts:
        feed = next(turns) if post.feed == _SPREADING and "staged" not in post.synthetic else post.feed
        most = next((most for ending, most in _MOST.items() if feed.endswith(ending)), None)
        if feed not in feeds or (most is not None and dealt[feed] >= most):
            found.append(post)
            continue
        found.append(adopt(feed, post, dealt[feed]))
        dealt[feed] += 1
    return found
