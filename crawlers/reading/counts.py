"""Counts as Chinese platforms show them: 105.9万, 1.2萬, 100万+, 3億, 7万次播放, and 转发 where nobody has yet."""

import re
import unicodedata
from functools import lru_cache

__all__ = ["count"]

_NUMBER = re.compile(
    r"(?P<number>\d{1,3}(?:[ ,]\d{3})+(?![\d,])|\d+(?:\.\d+)?|[一二两三四五六七八九]?(?=[十百千万亿]))"
    r"\s*(?P<unit>[kwm]|[十百千]?[万亿]?亿?)"
    r"\s*(?P<more>\+)?",
    re.IGNORECASE,
)
_WRITTEN = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "": 1}
_VARIANTS = str.maketrans({"萬": "万", "億": "亿", "兩": "两", "仟": "千", "佰": "百", "拾": "十", "，": ","})
_UNITS = {"十": 10, "百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "m": 1_000_000, "亿": 100_000_000}
_NOBODY_YET = {
    *("转发", "评论", "赞", "点赞", "赞同", "收藏", "分享", "回复", "弹幕", "喜欢", "播放", "浏览"),
    *("抢首评", "抢沙发", "添加评论", "发表评论"),
}
_MOST = 10**15
_SHORT = 24
_UNREAD = set(".,:/%0123456789一二三四五六七八九零〇百千万亿-~—–至到'’_⁄")
"""What makes a number another one when it goes on so: 3万5千, 3-5万, 1.2.3, 12:30, 50%."""
_ANOTHER = ("-", "−", "–", "廿", "卅", *"壹贰叁肆伍陆柒捌玖拾")
"""What makes it another one when it stands before."""


def count(shown: object) -> int | None:
    """Return how many are meant, or None when no count is shown; the bare word of a button (转发) means 0."""
    if shown is None or isinstance(shown, bool):
        return None
    if isinstance(shown, int | float):
        return int(shown) if 0 <= shown <= _MOST else None
    if not isinstance(shown, str):
        return None
    return _meant(shown) if len(shown) <= _SHORT else _meant.__wrapped__(shown)


@lru_cache(maxsize=4096)
def _meant(shown: str) -> int | None:
    """Return the count that is written: pages write the same few over and over."""
    if any(unicodedata.category(character) == "No" for character in shown):
        return None
    text = unicodedata.normalize("NFKC", shown).translate(_VARIANTS).strip().lower()
    if text in _NOBODY_YET:
        return 0
    match = _NUMBER.search(text)
    if match is None or text[: match.start()].endswith(_ANOTHER) or _goes_on(text, match.end()):
        return None
    digits = match["number"].replace(",", "").replace(" ", "")
    number = float(digits) if digits[:1].isdecimal() else float(_WRITTEN[digits])
    for unit in match["unit"]:
        number *= _UNITS[unit]
    return round(number) if number <= _MOST else None


def _goes_on(text: str, end: int) -> bool:
    """Say whether what ends here is a part of another number or a word: 3-5万, 5min, 1e5; not of 7次 or 7 views."""
    following = text[end : end + 1]
    joined = text[end - 1 : end] != " " and following.isascii() and following.isalpha()
    return bool(following) and (following in _UNREAD or joined)
