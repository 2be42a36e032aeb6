"""Whatever the posts hold, a wire that carries any posts serves them so that its spider reads the same posts back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crawlers.network.drive import Drive
from crawlers.network.ending import Ending
from crawlers.network.fetch import Fetcher
from crawlers.network.report import Verdict
from crawlers.page import Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.replay.wires import Wire, carried, names, posted, wires
from crawlers.spider import Job, spider_of
from crawlers.synthetic import HEADER, declare
from tests.test_replay_round_trip import Taken

NOW = datetime(2026, 3, 9, 12, 30, tzinfo=UTC)
HERE = "http://127.0.0.1:1"
FEEDS = [name for name in names() if carried(name, []) is not None]
FEW = settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)

TEXTS = (
    "星河手机 5 的屏幕真好 #星河手机#",
    "<b>粗</b> &amp; &lt;i&gt; \"引\" '号' </p></a><!-- x --> <script>alert(1)</script>",
    "第一行\n第二行 a<b>c & d ]]> }); callback({",
    "家👨‍👩‍👧‍👦 旗🇨🇳 变体✌️ @某人 http://t.cn/zY1QWp0 <em>",
    "长" * 700,
    "{\"json\": [1]} \\u003c \\n 'x' \\",
)
texts = st.one_of(st.sampled_from(TEXTS), st.text("甲乙丙丁 abc019_-&<'\"🙂/\\[]{}()", min_size=1, max_size=40)).filter(
    lambda text: text.strip() == text and "  " not in text and text != "-"  # B站 writes - where there is no text
)
counts = st.integers(0, 200_000_000)


def account(number: int) -> Author:
    """Return one account for a number: who is named twice has one name."""
    name = "".join("甲乙丙丁abcXYZ019_🙂"[number // 7**place % 15] for place in range(1 + number % 11))
    return Author(id=str(number), name=name, followers=number % 200_000_000)


@st.composite
def conversations(draw: st.DrawFn) -> list[Post]:
    found: list[Post] = []
    for number in draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=7, unique=True)):
        opener = draw(post_strategy(Kind.POST, number))
        answers = draw(st.sampled_from([0, 0, 1, 3, 23]))
        comments = [draw(post_strategy(Kind.COMMENT, number * 100 + n + 1)) for n in range(answers)]
        found += [opener, *(_answer(opener, comment) for comment in comments)]
    return found


def _answer(opener: Post, comment: Post) -> Post:
    later = min(NOW, opener.published_at + timedelta(seconds=int(comment.native_id) % 99_999))
    return replace(comment, root_id=opener.id, parent_id=opener.native_id, published_at=later)


def post_strategy(kind: Kind, number: int) -> st.SearchStrategy[Post]:
    return st.builds(
        Post,
        platform=st.just("any"),
        feed=st.just("any"),
        kind=st.just(kind),
        native_id=st.just(str(number)),
        url=st.just(f"https://any.example/{number}"),
        title=st.sampled_from(["题目", "R&D <新>", "一个比较长的题目：怎么样？"]),
        text=texts,
        author=st.integers(1, 10**9).map(account),
        published_at=st.integers(0, 10**8).map(lambda seconds: NOW - timedelta(seconds=seconds)),
        fetched_at=st.just(NOW),
        engagement=st.builds(
            Engagement, reposts=counts, comments=counts, likes=counts, views=counts, favourites=counts
        ),
        region=st.sampled_from([None, "浙江"]),
        tags=st.lists(st.sampled_from(["星河手机", "售后", "R_D"]), unique=True).map(tuple),
        language=st.sampled_from([None, "zh"]),
        query=st.just("*"),
        run_id=st.just("r0"),
        synthetic=st.sampled_from([(), ("author",), ("published_at", "staged")]),
    )


def read_back(posts: Sequence[Post]) -> tuple[list[Post], list[Ending]]:
    """Crawl the posts from their wires with the product's own spiders, without a network between."""
    made, taken, endings = wires(posts), Taken(), []
    for target in [target for wire in made for target in wire.targets(HERE)]:
        job = Job(feed=target.feed, query=target.query, run_id="r0", base_url=target.base_url, max_pages=10**6)
        spider = spider_of(target.feed)(job)

        async def download(request: Request) -> Response:
            return answer(made, request)

        endings.append(asyncio.run(Drive(spider, Fetcher(spider, download, 0), taken).run()))
    assert not taken.dead_ones
    return taken.posts, endings


def answer(made: Sequence[Wire], request: Request) -> Response:
    parts = urlsplit(request.url.removeprefix(HERE))
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | posted(request.body or b"")
    response = next(found for wire in made if (found := wire.response(unquote(parts.path), query)))
    headers = {
        "content-type": response.content_type,
        HEADER.lower(): declare(response.posts),
        **{name.lower(): value for name, value in response.headers.items()},
    }
    if response.location:
        headers["location"] = response.location
    return Response(url=request.url, status=response.status, headers=headers, body=response.body, fetched_at=NOW)


@pytest.mark.parametrize("feed", FEEDS)
@FEW
@given(posts=conversations())
def test_what_is_served_is_read_back(feed: str, posts: list[Post]) -> None:
    held = carried(feed, posts)
    assert held
    said = {plain(post.text) for post in posts}
    assert {plain(post.text) for post in held if post.rank is None} <= said  # a list of hot topics has no posts
    found, endings = read_back(held)
    by_id = {post.id: post for post in found}
    assert sorted(by_id) == sorted(post.id for post in held)
    for post in held:
        read = by_id[post.id]
        assert shown(read) == shown(post)
    assert {end.verdict for end in endings} == {Verdict.OK}


def plain(text: str) -> str:
    return " ".join(text.split())


def shown(post: Post) -> dict[str, Any]:
    fields = {name: getattr(post, name) for name in post.__slots__}
    return fields | {"text": plain(post.text), "links": (), "query": ""}
