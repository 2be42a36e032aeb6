"""Each platform's way to refuse ends in a verdict of its own, whether a status, a redirect or words say so."""

import asyncio
from datetime import UTC, datetime

import pytest

from crawlers.drive import Drive
from crawlers.fetch import Fetcher
from crawlers.page import Request, Response
from crawlers.report import Verdict
from crawlers.signer import signer_of
from crawlers.spider import CannotCrawl, Job, spider_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NOTE = "https://www.xiaohongshu.com/explore/6b039e25000000001203abcd?xsec_token=AB"
QUERIES = {
    "weibo_profile": "9000100201",
    "weibo_comments": "5368148203143175",
    "weibo_reposts": "https://weibo.com/9000100305/QjJkL0a1b",
    "xiaohongshu_comments": NOTE,
    "douyin_comments": "https://www.douyin.com/video/7711196309146828801",
}
UNHUMAN = "https://www.zhihu.com/account/unhuman?type=unhuman&need_login=true"
RESTRICTED = "https://www.xiaohongshu.com/website-login/error?error_code=300011&error_msg=x"
CHALLENGE = "<!doctype html><html><head><title>安全验证 - 知乎</title></head></html>"
REFUSALS = [
    ("weibo_search", (432, ""), Verdict.BLOCKED),
    ("weibo_profile", (418, ""), Verdict.BLOCKED),
    ("weibo_comments", (429, ""), Verdict.RATE_LIMITED),
    ("weibo_reposts", (200, '{"ok":0,"msg":"请求过于频繁，歇歇吧"}'), Verdict.RATE_LIMITED),
    ("weibo_html", (302, "https://passport.weibo.com/sso/signin?entry=miniblog"), Verdict.LOGIN_REQUIRED),
    ("weibo_hot", (302, "https://passport.weibo.com/visitor/visitor?entry=miniblog"), Verdict.LOGIN_REQUIRED),
    ("zhihu_search", (403, '{"error":{"code":40362,"message":"x"}}'), Verdict.BLOCKED),
    ("zhihu_hot", (401, ""), Verdict.LOGIN_REQUIRED),
    ("zhihu_search", (302, UNHUMAN), Verdict.BLOCKED),
    ("xiaohongshu_search", (461, ""), Verdict.BLOCKED),
    ("xiaohongshu_comments", (471, ""), Verdict.BLOCKED),
    ("xiaohongshu_search", (406, ""), Verdict.BLOCKED),
    ("xiaohongshu_search", (302, RESTRICTED), Verdict.BLOCKED),
    ("xiaohongshu_search", (200, '{"code":-100,"success":false,"msg":"登录已过期"}'), Verdict.LOGIN_REQUIRED),
    ("douyin_search", (200, ""), Verdict.BLOCKED),
    ("douyin_comments", (200, "blocked"), Verdict.BLOCKED),
    ("baidu_hot", (200, "<!DOCTYPE html><html><title>百度安全验证</title></html>"), Verdict.BLOCKED),
    ("weibo_reposts", (200, '{"ok":0,"msg":"还没有人转发过"}'), Verdict.EMPTY),
    ("xiaohongshu_comments", (200, '{"code":-510001,"success":false,"msg":"笔记状态异常"}'), Verdict.EMPTY),
    ("douyin_search", (200, '{"status_code":0,"data":[],"has_more":0}'), Verdict.EMPTY),
    ("zhihu_search", (200, '{"data":[],"paging":{"is_end":true}}'), Verdict.EMPTY),
    ("weibo_comments", (200, '{"ok":1,"data":{}}'), Verdict.SCHEMA_CHANGED),
    ("weibo_search", (502, ""), Verdict.UNREACHABLE),
]


@pytest.mark.parametrize(("feed", "answer", "verdict"), REFUSALS)
def test_a_refusal_has_its_verdict(feed: str, answer: tuple[int, str], verdict: Verdict) -> None:
    spider = spider_of(feed)(Job(feed=feed, query=QUERIES.get(feed, "*"), run_id="r", max_pages=5, delay=1))
    status, said = answer

    async def download(request: Request) -> Response:
        if request.url in (UNHUMAN, RESTRICTED):
            return Response(url=request.url, body=CHALLENGE.encode(), fetched_at=NOW)
        headers = {"location": said} if status == 302 else {}
        return Response(url=request.url, status=status, headers=headers, body=said.encode(), fetched_at=NOW)

    class Nothing:
        def __getattr__(self, _name: str) -> object:
            return lambda *_given: "kept"

    end = asyncio.run(Drive(spider, Fetcher(spider, download, 0), Nothing()).run())  # type: ignore[arg-type]
    assert end.verdict is verdict, end.message
    assert end.advance is (verdict is Verdict.EMPTY)


@pytest.mark.parametrize("feed", ["zhihu_search", "xiaohongshu_search", "douyin_comments"])
def test_a_feed_whose_requests_nobody_can_sign_says_what_it_needs(feed: str) -> None:
    spider = spider_of(feed)(Job(feed=feed, query=QUERIES.get(feed, "*"), run_id="r"))
    with pytest.raises(CannotCrawl, match=f"{feed}: needs a signature"):
        signer_of(spider)
