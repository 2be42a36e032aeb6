"""Other people's parsers, run on the same pages in a process of their own; never installed beside ours.

python peer_parsers.py KIND PAGES.json ROUNDS → {"entries": …, "seconds": …}
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

Parse = Callable[[str], int]
"""Parses one page and returns how many entries it gave."""


def _sogou() -> Parse:
    package = ModuleType("wechatsogou")  # its own __init__ wants a werkzeug of 2019, the parser does not
    package.__path__ = [str(Path(folder) / "wechatsogou") for folder in os.environ["PYTHONPATH"].split(os.pathsep)]
    sys.modules["wechatsogou"] = package
    structuring = import_module("wechatsogou.structuring").WechatSogouStructuring

    return lambda text: len(list(structuring.get_article_by_search(text)))


def _twitwi() -> Parse:
    normalize = import_module("twitwi.normalizers").normalize_tweets_payload_v2
    return lambda text: len(normalize(json.loads(text), collection_source="api"))


def _mastodon() -> Parse:
    """Mastodon.py, which turns an answer into statuses with types, as its client does with every answer."""
    types = import_module("mastodon.return_types")
    statuses = types.PaginatableList[types.Status]
    return lambda text: len(types.try_cast_recurse(statuses, json.loads(text)))


def _atproto() -> Parse:
    """atproto, Bluesky's own SDK for Python, whose models pydantic checks."""
    found = import_module("atproto").models.AppBskyFeedSearchPosts.Response
    made = import_module("atproto_client.models.utils").get_or_create
    return lambda text: len(made(json.loads(text), found).posts)


def _feedparser() -> Parse:
    import feedparser

    return lambda text: len(feedparser.parse(text.encode()).entries)


def _trafilatura() -> Parse:
    """trafilatura, which finds title and text of any article; a time that stands in a script it does not."""
    extract = import_module("trafilatura").bare_extraction
    return lambda text: int(extract(text, url="https://mp.weixin.qq.com/s/x", with_metadata=True) is not None)


def _weibo_search() -> Parse:
    """dataabc/weibo-search, the Scrapy spider of s.weibo.com's pages."""
    from scrapy.http import HtmlResponse, Request

    kind = import_module("weibo.spiders.search").SearchSpider
    spider = kind.__new__(kind)
    spider.limit_result, spider.result_count, spider.fetch_ip = 0, 0, False
    asked = Request("https://s.weibo.com/weibo?q=x", meta={"keyword": "x"})

    def parse(text: str) -> int:
        page = HtmlResponse(asked.url, body=text.encode(), encoding="utf-8", request=asked)
        return len(list(spider.parse_weibo(page)))

    return parse


def _weibo_crawler() -> Parse:
    """dataabc/weibo-crawler, which reads m.weibo.cn's messages."""
    kind = import_module("weibo").Weibo
    crawler = kind.__new__(kind)
    crawler.remove_html_tag, crawler.llm_analyzer = 1, None

    def parse(text: str) -> int:
        cards = json.loads(text)["data"]["cards"]
        return len([crawler.parse_weibo(card["mblog"]) for card in cards if "mblog" in card])

    return parse


PEERS: dict[str, Callable[[], Parse]] = {"wechat_sogou": _sogou, "x_search": _twitwi, "rss": _feedparser,
    "mastodon_tag": _mastodon, "bluesky_search": _atproto, "wechat_article": _trafilatura,
    "weibo_html": _weibo_search, "weibo_search": _weibo_crawler}  # fmt: skip


def measured(parse: Parse, pages: Sequence[str], rounds: int) -> tuple[int, float]:
    """Return how many entries the pages hold, and the CPU seconds of the fastest of five tries at all rounds."""
    entries, took = sum(map(parse, pages)), []
    for _ in range(5):
        begun = time.process_time()
        for page in (*pages,) * rounds:
            parse(page)
        took.append(time.process_time() - begun)
    return entries, min(took)


if __name__ == "__main__":
    kind, path, rounds = sys.argv[1:]
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        found = measured(PEERS[kind](), json.load(file), int(rounds))
    json.dump({"entries": found[0], "seconds": found[1]}, sys.stdout)
