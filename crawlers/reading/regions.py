"""Regions as platforms show them beside a post: 发布于 浙江, 来自浙江, IP属地：浙江, IP 属地未知."""

import re

__all__ = ["region_of"]

_BEFORE = re.compile(
    r"^\s*(?:发布于|来自|發佈於|來自|(?:作者)?\s*IP\s*(?:归?属地|歸?屬地|所在地|地址|(?=[:：])))?\s*[:：]?\s*",
    re.IGNORECASE,
)
_NOWHERE = frozenset(("", "未知", "unknown", "null", "none"))


def region_of(said: object) -> str | None:
    """Return the region alone; None where none is shown, or the platform does not know it."""
    if not isinstance(said, str):
        return None
    region = _BEFORE.sub("", said, count=1).strip()
    return None if region.lower() in _NOWHERE else region
