"""`self_claim`: the account's page names another account as its own, such as 微博@名字."""

import re
from collections.abc import Iterator

from config.fold import plain
from crawlers.post import Post
from indexing.people.edges import EdgeKind, Said

__all__ = ["KIND"]

_PLATFORMS = {
    **{
        "微博": "weibo",
        "weibo": "weibo",
        "b站": "bilibili",
        "bilibili": "bilibili",
        "哔哩哔哩": "bilibili",
        "知乎": "zhihu",
    },
    **{
        "zhihu": "zhihu",
        "小红书": "xiaohongshu",
        "抖音": "douyin",
        "快手": "kuaishou",
        "豆瓣": "douban",
        "贴吧": "tieba",
    },
}
_CLAIM = re.compile(
    rf"({'|'.join(_PLATFORMS)})(?:账号|帐号|号|id|名字|名|昵称)?\s*(?:[:：@＠叫是]|也叫)+\s*([\w\u3400-\u9fff-]{{2,30}})",
    re.IGNORECASE,
)


def _reads(post: Post) -> Iterator[Said]:
    if not post.author:
        return
    for platform, name in _CLAIM.findall(plain(post.author.bio or "")):
        yield f"claim:{_PLATFORMS[platform.casefold()]}", name.casefold()
    if post.author.name:
        yield f"claim:{post.platform}", " ".join(plain(post.author.name).split()).lstrip("@").casefold()


KIND = EdgeKind(
    name="self_claim",
    rank=60,
    probability=0.9,
    words="the account's page names the other account",
    reads=_reads,
    between_accounts=True,
    one_a_platform=True,
    most=2,
)
