"""A guard's page in place of the one that was asked for is told as blocked by every feed, never as a changed one."""

from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.errors import Blocked
from crawlers.feeds import feeds
from crawlers.reading.challenge import is_challenge
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


@pytest.mark.parametrize(
    "page", [COOKIE_AND_RELOAD, LED_ON, CAPTCHA, MOMENT], ids=["cookie", "led", "captcha", "moment"]
)
@pytest.mark.parametrize("feed", feeds())
def test_a_guards_page_is_blocked(feed: str, page: str) -> None:
    spider, response = read_case(min((FIXTURES / feed).glob("*/request.json")).parent)
    with pytest.raises(Blocked):
        spider.parse_page(replace(response, body=page.encode(), headers={"content-type": "text/html; charset=utf-8"}))


def test_a_page_with_words_is_none_whatever_its_scripts_do() -> None:
    assert not is_challenge(f"<html><body><p>{'很多字' * 50}</p><script>document.cookie='a=b'</script></body></html>")
    assert not is_challenge("<html><body><h1>502 Bad Gateway</h1></body></html>")
