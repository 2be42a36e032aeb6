"""Ids, signatures and times that platforms make by rules: the published examples come out."""

from datetime import UTC, datetime

import pytest

from crawlers.errors import LoginRequired, SchemaChanged
from crawlers.formats.bilibili_id import VIDEO, aid_of, bvid_of
from crawlers.formats.native_id import published
from crawlers.formats.wbi import Wbi, mixed, signed
from crawlers.page import Request, Response
from crawlers.platforms.qzone import Bkn, g_tk
from crawlers.reading.hashtags import hashtags

IMAGE_KEY, SUB_KEY = "7cd084941338484aae1ad9425b84077c", "4932caff0ff746eab6f01bf08b70ac45"
KEY = "ea1db124af3c7062474693fa704f4ff8"
NAV = b"""{"code": -101, "message": "x", "data": {"isLogin": false, "wbi_img": {
    "img_url": "https://i0.hdslb.com/bfs/wbi/7cd084941338484aae1ad9425b84077c.png",
    "sub_url": "https://i0.hdslb.com/bfs/wbi/4932caff0ff746eab6f01bf08b70ac45.png"}}}"""


def test_the_published_example_of_wbi_comes_out() -> None:
    assert mixed(IMAGE_KEY, SUB_KEY) == KEY
    moment = datetime.fromtimestamp(1702204169, UTC)
    found = signed({"foo": "114", "bar": "514", "zab": "1919810"}, KEY, moment)
    assert found == "bar=514&foo=114&wts=1702204169&zab=1919810&w_rid=8f6f2b5b3d485fe1886cec6a0be8c5d4"
    assert "foo=one%20one%204&" in signed({"foo": "one (one)! '4'*"}, KEY, moment)


def test_requests_are_signed_with_the_keys_of_the_day() -> None:
    signer = Wbi()
    question = signer.asks()
    signer.told(Response(url=question.url, body=NAV, fetched_at=datetime.now(UTC)))
    made = signer.sign(Request(url="https://api.bilibili.com/x?keyword=%E6%98%9F%E6%B2%B3&page=1", optional=True), "")
    assert made.url.startswith("https://api.bilibili.com/x?keyword=%E6%98%9F%E6%B2%B3&page=1&wts=")
    assert "&w_rid=" in made.url and made.optional
    with pytest.raises(SchemaChanged):
        signer.told(Response(url=question.url, body=NAV.replace(b"4077c", b"4077"), fetched_at=datetime.now(UTC)))


@pytest.mark.parametrize(("aid", "bvid"), [(170001, "BV17x411w7KC"), (111298867365120, "BV1L9Uoa9EUx")])
def test_a_video_has_one_number_and_one_name(aid: int, bvid: str) -> None:
    assert bvid_of(aid) == bvid
    assert aid_of(bvid) == aid
    assert VIDEO.fullmatch(f"https://www.bilibili.com/video/{bvid}/?p=2")
    assert VIDEO.fullmatch(f"av{aid}")


@pytest.mark.parametrize(
    ("platform", "id", "at"),
    [
        ("x", "1585341984679469056", datetime(2022, 10, 26, 18, 45, 58, tzinfo=UTC)),
        ("x", "20", None),
        ("x", "9" * 19, None),
        ("x", "٣" * 19, None),
        ("mastodon", "a.example/109382845112345678", datetime(2022, 11, 21, 16, 56, tzinfo=UTC)),
        ("mastodon", "a.example/12345", None),
        ("mastodon", "a.example/AbCdEf", None),
    ],
)
def test_ids_carry_their_time_where_they_do(platform: str, id: str, at: datetime | None) -> None:
    assert published(platform, id) == at


def test_topics_are_found_in_both_ways_of_writing_them() -> None:
    assert hashtags("看 #星河手机# 和 #数码 开箱，a#b，http://x.example/#top ##") == ("星河手机", "数码")


def test_the_number_beside_a_qzone_cookie_is_made_of_it() -> None:
    assert g_tk("") == 5381
    assert g_tk("abc") == ((5381 * 33 + 97) * 33 + 98) * 33 + 99
    made = Bkn().sign(Request(url="https://user.qzone.qq.com/x?a=1"), "uin=o1; p_skey=abc; p_uin=o1")
    assert made.url == f"https://user.qzone.qq.com/x?a=1&g_tk={g_tk('abc')}"
    assert 0 <= g_tk("长" * 50) < 2**31
    with pytest.raises(LoginRequired):
        Bkn().sign(Request(url="https://user.qzone.qq.com/x?a=1"), "uin=o1")
