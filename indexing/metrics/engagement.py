"""互动量: which public counts of a post add up to its engagement, platform by platform."""

from collections.abc import Mapping
from types import MappingProxyType

from config.both import Both

__all__ = ["FORMULAS", "NAMES", "total"]

NAMES: Mapping[str, Both] = MappingProxyType(
    {
        "reposts": Both("转", "reposts"),
        "comments": Both("评", "comments"),
        "likes": Both("赞", "likes"),
        "favourites": Both("藏", "favourites"),
        "wows": Both("在看", "wows"),
        "coins": Both("币", "coins"),
        "danmaku": Both("弹幕", "danmaku"),
        "shares": Both("分享", "shares"),
    }
)
"""The counts by the name that `crawlers.post.Engagement` gives them."""
FORMULAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "weibo": ("comments", "likes", "reposts"),
        "douyin": ("comments", "likes", "reposts"),
        "wechat": ("likes", "wows", "comments", "reposts"),
        "bilibili": ("danmaku", "comments", "likes", "coins", "favourites", "reposts"),
        "xiaohongshu": ("comments", "likes", "favourites", "reposts"),
    }
)
"""A platform's counts; any other platform's are all that it shows but views."""


def total(platform: str, counts: Mapping[str, int]) -> int:
    """Return a post's 互动量 from the counts that its page shows; what it does not show counts as nothing."""
    names = FORMULAS.get(platform)
    if names is None:
        return sum(count for name, count in counts.items() if name != "views")
    return sum(counts.get(name, 0) for name in names)
