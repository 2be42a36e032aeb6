"""Counts as Chinese platforms show them: 105.9万, 100万+, 1.2亿, 7万次播放, and 转发 where nobody has yet."""

import math
import re
import unicodedata

__all__ = ["count"]

_NUMBER = re.compile(r"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)\s*(?P<unit>[十百千万亿kwm]{0,2})", re.IGNORECASE)
_UNITS = {"十": 10, "百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "m": 1_000_000, "亿": 100_000_000}
_NOBODY_YET = {"转发", "评论", "赞", "点赞", "收藏", "分享", "回复", "弹幕", "喜欢", "抢首评", "播放", "浏览"}
_MOST = 10**15


def count(shown: object) -> int | None:
    """Return how many are meant, or None when no count is shown; the bare word of a button (转发) means 0."""
    if isinstance(shown, bool) or shown is None:
        return None
    if isinstance(shown, int | float):
        return int(shown) if math.isfinite(shown) and 0 <= shown <= _MOST else None
    if not isinstance(shown, str):
        return None
    text = unicodedata.normalize("NFKC", shown).strip().lower()
    if text in _NOBODY_YET:
        return 0
    match = _NUMBER.search(text)
    if match is None or text[: match.start()].endswith("-"):
        return None
    number = float(match["number"].replace(",", ""))
    for unit in match["unit"]:
        number *= _UNITS[unit]
    return round(number) if number <= _MOST else None
