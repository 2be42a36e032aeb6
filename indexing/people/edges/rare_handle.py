"""`rare_handle`: one uncommon name on two platforms, borne once on each."""

import re
from collections.abc import Iterator

from config.fold import plain
from crawlers.post import Post
from indexing.people.edges import EdgeKind, Said

__all__ = ["KIND"]

_HAN = re.compile(r"[\u3400-\u9fff]")
_COMMON = re.compile(
    r"(?:用户|手机用户|匿名|momo|user|小红薯|知乎用户|微信用户|抖音用户|快手用户|网友)[\w-]*|\d+|(.)\1+", re.IGNORECASE
)
_SHORTEST, _SHORTEST_HAN = 8, 5


def _reads(post: Post) -> Iterator[Said]:
    name = plain(post.author.name or "").strip().lstrip("@").casefold() if post.author else ""
    long = len(name) >= (_SHORTEST_HAN if _HAN.search(name) else _SHORTEST)
    if long and len(set(name)) > 3 and not _COMMON.fullmatch(name):
        yield "handle", name


KIND = EdgeKind(
    name="rare_handle",
    rank=30,
    probability=0.85,
    words="one uncommon name on two platforms, borne once on each",
    reads=_reads,
    between_accounts=True,
    one_a_platform=True,
)
