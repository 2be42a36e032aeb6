"""Each platform's way to refuse ends in a verdict of its own, whether a status, a redirect or words say so."""

import asyncio
from datetime import UTC, datetime

import pytest

from crawlers.network.drive import Drive
from crawlers.network.fetch import Fetcher
from crawlers.network.report import Verdict
from crawlers.network.signing import signer_of
from crawlers.page import Request, Response
from crawlers.spider import CannotCrawl, Job, spider_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NOTE = "https://www.xiaohongshu.com/explore/6b039e25000000001203abcd?xsec_token=AB"
QUERIES = {
    "weibo_profile": "9000100201",
    "zhihu_answers": "600000001",
    "zhihu_comments": "https://www.zhihu.com/question/600000001/answer/700000011",
    "weibo_comments": "5368148203143175",
    "weibo_reposts": "https://weibo.com/9000100305/QjJkL0a1b",
    "xiaohongshu_comments": NOTE,
    "douyin_comments": "https://www.douyin.com/video/7711196309146828801",
    "mastodon_tag": "星河手机@social.example.org",
    "facebook_page": "100000000000001",
    "bilibili_replies": "BV17x411w7KC",
    "tieba_thread": "9000000005",
    "discuz": "https://bbs.example.org/forum.php?mod=forumdisplay&fid=2",
    "qzone": "1000200301",
    "wechat_history": "MzAwMDAwMDAwMA==",
    "wechat_mp": "MzAwMDAwMDAwMA==",
    "wechat_article": "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv",
}
UNHUMAN = "https://www.zhihu.com/account/unhuman?type=unhuman&need_login=true"
RESTRICTED = "https://www.xiaohongshu.com/website-login/error?error_code=300011&error_msg=x"
CAPTCHA = "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x"
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
    ("zhihu_answers", (302, UNHUMAN), Verdict.BLOCKED),
    ("zhihu_comments", (403, '{"error":{"code":40362,"message":"x"}}'), Verdict.BLOCKED),
    ("zhihu_answers", (403, '{"error":{"code":100,"need_login":true,"message":"请登录"}}'), Verdict.LOGIN_REQUIRED),
    ("zhihu_answers", (404, '{"error":{"code":404,"name":"NotFoundException","message":"x"}}'), Verdict.EMPTY),
    ("zhihu_comments", (404, '{"error":{"message":"评论不存在"}}'), Verdict.EMPTY),
    ("zhihu_comments", (410, '{"error":{"code":4041,"message":"内容已被删除"}}'), Verdict.EMPTY),
    (
        "zhihu_comments",
        (400, '{"error":{"code":10003,"message":"请求参数异常，请升级客户端后重试。"}}'),
        Verdict.BLOCKED,
    ),
    ("zhihu_comments", (404, "<!doctype html><html><title>404 - 知乎</title></html>"), Verdict.EMPTY),
    ("zhihu_search", (404, "no words of ours"), Verdict.SCHEMA_CHANGED),
    ("zhihu_search", (404, '{"error":{"code":404,"name":"NotFoundException","message":"x"}}'), Verdict.SCHEMA_CHANGED),
    ("weibo_search", (200, '{"ok":0,"msg":"接口不存在"}'), Verdict.SCHEMA_CHANGED),
    ("bilibili_search", (200, '{"code":-404,"message":"啥都木有"}'), Verdict.SCHEMA_CHANGED),
    ("weibo_comments", (400, '{"ok":0,"message":"该微博不存在","error_code":20101}'), Verdict.EMPTY),
    ("weibo_comments", (400, '{"ok":-100,"url":"https://passport.weibo.com"}'), Verdict.LOGIN_REQUIRED),
    ("weibo_profile", (200, '{"ok":0,"errno":"20003","msg":"用户不存在!"}'), Verdict.EMPTY),
    (
        "weibo_search",
        (200, "<script>location.href='https://passport.weibo.com/visitor'</script>"),
        Verdict.LOGIN_REQUIRED,
    ),
    ("bilibili_replies", (200, '{"code":62002,"message":"稿件不可见"}'), Verdict.EMPTY),
    (
        "douyin_comments",
        (200, '{"status_code":0,"aweme_detail":null,"filter_detail":{"notice":"抱歉"}}'),
        Verdict.EMPTY,
    ),
    ("xiaohongshu_comments", (200, '{"code":300031,"success":false,"msg":"当前笔记暂时无法浏览"}'), Verdict.EMPTY),
    ("zhihu_answers", (200, '{"data":[],"paging":{"is_end":true}}'), Verdict.EMPTY),
    ("zhihu_comments", (200, '{"data":[],"paging":{"is_end":true}}'), Verdict.EMPTY),
    ("tieba_forum", (200, "<html><title>百度安全验证</title></html>"), Verdict.BLOCKED),
    ("tieba_forum", (200, "<html><body>本吧尚未建立</body></html>"), Verdict.EMPTY),
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
    ("mastodon_tag", (422, '{"error":"This method requires an authenticated user"}'), Verdict.LOGIN_REQUIRED),
    ("mastodon_tag", (429, '{"error":"Too many requests"}'), Verdict.RATE_LIMITED),
    ("mastodon_tag", (200, "[]"), Verdict.EMPTY),
    ("bluesky_search", (401, '{"error":"AuthMissing","message":"x"}'), Verdict.LOGIN_REQUIRED),
    ("bluesky_search", (400, '{"error":"ExpiredToken","message":"x"}'), Verdict.LOGIN_REQUIRED),
    ("bluesky_search", (403, "<html>Forbidden</html>"), Verdict.BLOCKED),
    ("x_search", (429, '{"title":"UsageCapExceeded","type":"https://x/usage-capped"}'), Verdict.RATE_LIMITED),
    ("x_search", (402, '{"title":"CreditsDepleted","detail":"no credits left"}'), Verdict.RATE_LIMITED),
    ("x_search", (401, '{"title":"Unauthorized","status":401}'), Verdict.LOGIN_REQUIRED),
    ("x_search", (200, '{"errors":[{"message":"x"}],"title":"Invalid Request"}'), Verdict.SCHEMA_CHANGED),
    ("facebook_page", (400, '{"error":{"code":190,"message":"expired"}}'), Verdict.LOGIN_REQUIRED),
    ("facebook_page", (403, '{"error":{"code":4,"message":"limit"}}'), Verdict.RATE_LIMITED),
    ("facebook_page", (400, '{"error":{"code":613,"message":"limit"}}'), Verdict.RATE_LIMITED),
    ("bilibili_search", (412, "<html>banned</html>"), Verdict.BLOCKED),
    ("bilibili_search", (200, '{"code":-352,"message":"-352"}'), Verdict.BLOCKED),
    ("bilibili_replies", (200, '{"code":12002,"message":"评论区已关闭"}'), Verdict.EMPTY),
    ("tieba_search", (200, "<html><title>百度安全验证</title></html>"), Verdict.BLOCKED),
    ("tieba_thread", (200, '{"error_code":1,"error_msg":"用户未登录"}'), Verdict.LOGIN_REQUIRED),
    ("discuz", (200, "<html><body>抱歉，您尚未登录，没有权限访问该版块</body></html>"), Verdict.LOGIN_REQUIRED),
    ("discuz", (302, "https://bbs.example.org/member.php?mod=logging&action=login"), Verdict.LOGIN_REQUIRED),
    ("qzone", (200, '_preloadCallback({"code":-3000,"message":"请先登录"});'), Verdict.LOGIN_REQUIRED),
    ("qzone", (200, '_preloadCallback({"code":0,"total":0,"msglist":null});'), Verdict.EMPTY),
    ("wechat_sogou", (200, "<html><body>请输入验证码 antispider</body></html>"), Verdict.BLOCKED),
    ("wechat_history", (200, "<html><body>此帐号已自主注销，内容无法查看</body></html>"), Verdict.EMPTY),
    ("wechat_article", (200, "<html><body>该内容已被发布者删除</body></html>"), Verdict.EMPTY),
    ("wechat_article", (200, "<html><body>环境异常，完成验证后即可继续访问</body></html>"), Verdict.BLOCKED),
    ("wechat_article", (302, CAPTCHA), Verdict.BLOCKED),
    ("wechat_history", (200, '{"ret":-3,"errmsg":"no session"}'), Verdict.LOGIN_REQUIRED),
    ("wechat_mp", (200, '{"base_resp":{"ret":200013,"err_msg":"freq control"}}'), Verdict.RATE_LIMITED),
    ("wechat_mp", (200, '{"base_resp":{"ret":200003,"err_msg":"invalid session"}}'), Verdict.LOGIN_REQUIRED),
]


@pytest.mark.parametrize(("feed", "answer", "verdict"), REFUSALS)
def test_a_refusal_has_its_verdict(feed: str, answer: tuple[int, str], verdict: Verdict) -> None:
    spider = spider_of(feed)(Job(feed=feed, query=QUERIES.get(feed, "*"), run_id="r", max_pages=5, delay=1))
    status, said = answer

    async def download(request: Request) -> Response:
        if request.url in (UNHUMAN, RESTRICTED, CAPTCHA):
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
