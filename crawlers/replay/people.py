"""Made-up accounts for texts that came without an author: few post much, most post little.

Everything follows from the seed and the account's rank. No name is a real person's.
"""

from functools import lru_cache
from random import Random

from crawlers.post import Author
from crawlers.replay.luck import drawn_from

__all__ = ["account", "nobodys_id", "rank", "shown_count"]

_PEOPLE = 3_000
_HEAD = 10
"""Flattens the top of the Zipf curve: the busiest account posts under two per cent."""
_HOW = ("爱读书的", "路过的", "慢半拍的", "早起的", "不加糖的", "爱折腾的", "晒太阳的", "赶路的", "认真的", "迷糊的")
_WHAT = ("橙子", "水獭", "键盘", "背包", "豆浆", "石榴", "行李箱", "书签", "纸飞机", "团子", "鲸鱼", "小板凳")
_MEDIA = ("数码评测室", "住店手记", "书架周刊", "消费观察台", "旅行报告")
_FIELDS = ("数码", "读书", "旅行", "生活")
_ID_SPAN = 1_000_000_000
_ID_STEP = 654_435_761  # coprime to the span, so that no two ranks share an id


def rank(luck: Random) -> int:
    """Draw who speaks, from 0, the busiest."""
    return int(_HEAD * ((1 + _PEOPLE / _HEAD) ** luck.random() - 1))


@lru_cache(maxsize=2 * _PEOPLE)
def account(rank: int, seed: int) -> Author:
    """Return the account of a rank: 1.5 % are organisations, 4 % verified people, the rest small accounts."""
    luck = drawn_from("account", seed, rank)
    number = nobodys_id(rank * _ID_STEP + seed)
    kind = luck.random()
    organisation, verified = kind < 0.015, kind < 0.055
    name = f"{luck.choice(_HOW)}{luck.choice(_WHAT)}{rank + 10}"
    verification, size = None, luck.uniform(1, 3.9)
    if organisation:
        name = f"{luck.choice(_MEDIA)}{rank + 10}"
        verification, size = f"{name}官方微博", luck.uniform(5, 6.7)
    elif verified:
        verification, size = f"{luck.choice(_FIELDS)}博主", luck.uniform(4, 6.3)
    return Author(
        id=number,
        name=name,
        url=f"https://m.weibo.cn/u/{number}",
        followers=shown_count(int(10**size)),
        verified=verified,
        verification=verification,
        organisation=organisation if verified else None,
    )


def nobodys_id(number: int) -> str:
    """Return an account's id on Weibo that nobody has: real ones stay below 9,000,000,000."""
    return str(9_000_000_000 + number % _ID_SPAN)


def shown_count(count: int) -> int:
    """Return the count as precise as platforms show it: to 0.1万 from 10,000 on, to 0.1亿 from 100,000,000 on."""
    step = 1 if count < 10_000 else 1_000 if count < 99_950_000 else 10_000_000
    return (count + step // 2) // step * step
