"""A guard's page in place of the one that was asked for is told as blocked by every feed, never as a changed one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.errors import Blocked, CrawlError, Unreachable
from crawlers.feeds import feeds
from crawlers.reading.stand_in import stand_in
from crawlers.recording.record import read_case

FIXTURES = Path(__file__).parent / "fixtures"
COOKIE_AND_RELOAD = (
    "<html><script>var arg1='B1E4';function setCookie(name,value){document.cookie=name+'='+value+';max-age=3600';}"
    "setCookie('acw_sc__v2',arg1);document.location.reload();</script></html>"
)
LED_ON = "<html><body><script>var a='/forum.php?fid=2&_dsign=12ab';location.replace(a);</script></body></html>"
CAPTCHA = (
    "<!DOCTYPE html><html><head><title>…</title><script src='https://captcha.example.com/TCaptcha.js'></script></head>"
    "<body><div id='captcha'></div><script>new TencentCaptcha('19', answered)</script></body></html>"
)
MOMENT = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript</noscript>"
    "<script>window._cf_chl_opt={cvId:'3'};</script></body></html>"
)


GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"


def refusals(feed: str, page: str) -> set[type[CrawlError]]:
    """Return what a page means in place of each that the feed has posts or topics from."""
    told = sorted((FIXTURES / feed).glob("*/posts.json"))
    found = set()
    for case in [path.parent for path in told if {"posts", "listed"} & json.loads(path.read_bytes()).keys()]:
        spider, response = read_case(case)
        with pytest.raises(CrawlError) as refused:
            spider.parse_page(
                replace(response, body=page.encode(), headers={"content-type": "text/html; charset=utf-8"})
            )
        found.add(refused.type)
    return found


@pytest.mark.parametrize("page", [COOKIE_AND_RELOAD, LED_ON, CAPTCHA, MOMENT], ids=["set", "led", "asked", "moment"])
@pytest.mark.parametrize("feed", feeds())
def test_a_guards_page_is_blocked(feed: str, page: str) -> None:
    assert refusals(feed, page) == {Blocked}


@pytest.mark.parametrize(
    "feed", ["discuz", "rss", "mastodon_tag", "nodebb", "tieba_forum", "weibo_html", "wechat_sogou"]
)
def test_a_gateways_page_is_tried_again(feed: str) -> None:
    assert refusals(feed, GATEWAY) == {Unreachable}


def test_a_page_with_words_is_none_whatever_its_scripts_do() -> None:
    assert stand_in(f"<html><body><p>{'很多字' * 50}</p><script>document.cookie='a=b'</script></body></html>") is None
    assert stand_in(f"<html><body><p>{'很多字' * 50}，昨天是 502 Bad Gateway</p></body></html>") is None
    assert stand_in("<html><body><p>系统维护中，请稍候</p></body></html>") is Unreachable
    assert stand_in("<html><body><h1>502 个帖子</h1></body></html>") is None
