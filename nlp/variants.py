"""The ways in which one Chinese character is written: simplified, traditional, in Taiwan, Hong Kong and Japan.

Words are compared with every character in one form, in posts and in queries alike. One character stands for one, so
that a phrase within a text stays a phrase within it, and places in the text stay where they are. OpenCC says which
characters belong together; where it finds several, such as 髮 and 發 for 发, all of them do. Words that differ from
place to place, such as 软件 and 軟體, are not one.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from nlp.words import HAN

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["simplified", "unified", "ways_to_write"]

_WAYS = ("t2s", "s2t", "t2tw", "t2hk", "tw2t", "hk2t")
_SELDOM = (
    "借藉 沉沈 复覆 了瞭 链鍊 里哩 背揹 苏甦 宁甯 夫伕 熏薰 坐座 枪鎗 象像 具俱 柏栢 穗繐 "
    "仿彷 仇讎 鳌鼇 戚鏚 澄澂 矿鑛 浚濬 拿拏 焰燄 硷礆鹼 只祇 琅瑯 檗蘗 豆荳 锄耡 筱篠 "
    "藤籐 斤觔 果菓 吣唚 耇耈 堤隄 斫斲 坂阪 同仝 俯頫 炉鑪 扬颺 和龢 村邨 欣訢 资貲 绿菉 "
    "专耑 乃迺 洁絜 管筦 碗椀 丫椏 绩勣 假叚 妍姸 彝彜 周賙 它牠"
)
"""What OpenCC knows only within words, as in 回覆 for 回复, or as a second choice.

Left out are those of which each is a living character of its own: 呆 and 待, 坏 and 坯, 划 and 画, and those of names.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """`one` maps a character to the form that stands for it, where that is another; `all` gives each form's ways."""

    one: Mapping[str, str]
    all: Mapping[str, str]
    others: re.Pattern[str]
    """Finds a character that another stands for."""
    unsimplified: re.Pattern[str]
    """Finds a character that is one way of several, and not one of those that simplified texts hold."""


def unified(text: str) -> str:
    """Return the text with every character in the form that stands for all ways to write it; its length is the same."""
    if text.isascii():
        return text
    table = _table()
    return table.others.sub(lambda match: table.one[match[0]], text)


def ways_to_write(char: str) -> str:
    """Return a character's ways to be written, itself among them."""
    table = _table()
    return table.all.get(table.one.get(char, char), char)


def simplified(text: str) -> str:
    """Return the text (without lone surrogates) as it is written in simplified characters, for people to read.

    Its length is the same. What is simplified already stays, so that 什么 in a text of both kinds is 什么.
    """
    if text.isascii() or not _table().unsimplified.search(text):
        return text
    one = _table().one
    plain = _same_length(_converter("t2s").convert(text), text)
    if "著" in plain:  # 看著, but 著名: only Taiwan's dictionary tells them apart
        told = _same_length(_converter("tw2s").convert(text), plain)
        plain = "".join(own if char == "著" else char for char, own in zip(plain, told, strict=True))
    # What is simplified and becomes another character was meant: t2s takes 打坏 for a way to write 打坯.
    read = "".join(
        own if _is_simplified(own) and one.get(own, own) != one.get(char, char) else char
        for own, char in zip(text, plain, strict=True)
    )
    return _table().unsimplified.sub(lambda match: one.get(match[0], match[0]), read)


def _same_length(converted: str, text: str) -> str:
    return converted if len(converted) == len(text) else text


@lru_cache(maxsize=1)
def _table() -> _Table:
    groups: dict[str, set[str]] = {}
    for pair in _pairs():
        joined = set().union(*(groups.get(char, {char}) for char in pair))
        groups |= dict.fromkeys(joined, joined)
    simpler = dict(_converted("t2s"))
    one: dict[str, str] = {}
    ways: dict[str, str] = {}
    for group in {id(group): group for group in groups.values()}.values():
        votes = defaultdict(int, {char: 0 for char in group})
        for char in group:
            votes[simpler.get(char, char)] += 1
        best = min(group, key=lambda char: (not _is_simplified(char), -votes[char], char))
        one |= {char: best for char in group if char != best}
        ways[best] = "".join(sorted(group))
    written = {char for group in ways.values() for char in group if not _is_simplified(char)}
    return _Table(one=MappingProxyType(one), all=MappingProxyType(ways), others=_any(one), unsimplified=_any(written))


def _any(chars: Collection[str]) -> re.Pattern[str]:
    """Return what finds any of them; a set beyond U+FFFF is slow to ask, and is asked only about such characters."""
    common = "".join(char for char in chars if char <= "\uffff")
    rare = "".join(char for char in chars if char > "\uffff")
    return re.compile(f"[{common}\U00020000-\U0003ffff](?:(?<![\U00020000-\U0003ffff])|(?<=[{rare}]))")


def _pairs() -> Iterator[str]:
    for way in _WAYS:
        yield from map("".join, _converted(way))
    for way in ("jp2t", "t2jp"):
        yield from (one + other for one, other in _converted(way) if not (_is_common(one) and _is_common(other)))
    yield from _SELDOM.split()


@lru_cache(maxsize=1)
def _characters() -> list[str]:
    return re.findall(f"[{HAN}]", "".join(map(chr, (*range(0x3400, 0xD800), *range(0xE000, 0x30000)))))


def _converted(way: str) -> list[tuple[str, str]]:
    """Return each character that is written otherwise, with that; the line ends keep OpenCC from seeing words."""
    converted = _converter(way).convert("\n".join(_characters())).split("\n")
    pairs = zip(_characters(), converted, strict=True)
    return [(char, other) for char, other in pairs if char != other and len(other) == 1]


def _is_simplified(char: str) -> bool:
    return _is_in(char, "gb2312")


def _is_common(char: str) -> bool:
    """Return whether Chinese itself uses the character: Japan writes 罐 as 缶, which is a word here."""
    char = unicodedata.normalize("NFKC", char)
    return _is_simplified(char) or (_is_in(char, "big5") and char.encode("big5") < b"\xc9")


def _is_in(char: str, encoding: str) -> bool:
    try:
        return bool(char.encode(encoding))
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=len(_WAYS) + 3)
def _converter(way: str) -> "OpenCC":
    from opencc import OpenCC

    return OpenCC(way)
