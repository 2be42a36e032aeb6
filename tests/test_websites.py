"""What a browser has seen of X, Facebook and 公众号: the same posts as by official ways, and nothing of the reader."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from typer.testing import CliRunner

import tingfeng
from crawlers.imports.har import import_har
from crawlers.page import Page, Response
from crawlers.post import Kind, Post
from crawlers.recording.pseudonyms import pseudonymised
from crawlers.recording.record import read_case
from crawlers.spider import CannotCrawl, Job, spider_of

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SECRET = "not-a-real"
ONE = "2124714052285366273"
OTHER = "2124709522437046278"
GRAPHQL, NAME = "api/graphql/", "fb_api_req_friendly_name"
BIZ = "MzAwMDAwMDAwMA=="
KEY = f"__biz={BIZ}&mid=2650000005&idx=1&sn=00000000000000000000000000000005"


def parsed(feed: str, body: Any, *, query: str = "星河", url: str = "https://x.example/") -> Page:
    spider = spider_of(feed)(Job(feed=feed, query=query, run_id="r"))
    return spider.parse_page(Response(url=url, body=json.dumps(body).encode(), fetched_at=NOW))


def posts_of(case: str) -> dict[str, Post]:
    spider, response = read_case(FIXTURES / case)
    return {post.native_id: post for post in spider.parse_page(response).posts}


def same(post: Post) -> Post:
    """Return a post without what tells its routes apart: feed, query, and what only people see of an account."""
    author = replace(post.author, avatar=None, verification=None) if post.author else None
    return replace(post, feed="", query="", author=author)


def test_a_post_of_x_is_the_same_by_the_interface_and_by_the_page() -> None:
    counts = {"retweet_count": 7, "reply_count": 2, "quote_count": 1, "bookmark_count": 3}
    links = [{"url": "https://t.co/a", "expanded_url": "https://shop.example.com/5"}]
    told = {
        "created_at": "2026-11-23T03:58:00Z",
        "text": "上市 &amp; 开卖 #星河 https://t.co/a",
        "lang": "zh",
        "author_id": "9",
    }
    beside = {"entities": {"urls": links, "hashtags": [{"tag": "星河"}]}, "conversation_id": ONE, "id": ONE}
    media = {
        "attachments": {"media_keys": ["3_1"]},
        "public_metrics": {**counts, "like_count": 4, "impression_count": 90},
    }
    quoting = {"id": OTHER, "text": "看", "created_at": "2026-11-23T03:40:00Z", "lang": "zh", "author_id": "9",
               "referenced_tweets": [{"type": "quoted", "id": ONE}]}  # fmt: skip
    user = {
        "id": "9",
        "name": "星河官方",
        "username": "xinghe",
        "public_metrics": {"followers_count": 12},
        "verified": True,
    }
    by_interface = parsed("x_search", {
        "data": [{**told, **beside, **media}, quoting],
        "includes": {"users": [user], "media": [{"media_key": "3_1", "url": "https://pbs.twimg.com/media/a.jpg"}]},
        "meta": {"result_count": 2},
    })  # fmt: skip
    account = {"__typename": "User", "rest_id": "9", "core": {"name": "星河官方", "screen_name": "xinghe"},
               "is_blue_verified": True, "legacy": {"followers_count": 12}}  # fmt: skip
    legacy = {"full_text": told["text"], "created_at": "Mon Nov 23 03:58:00 +0000 2026", "lang": "zh", **counts,
              "conversation_id_str": ONE, "favorite_count": 4, "user_id_str": "9",
              "entities": {"urls": links, "hashtags": [{"text": "星河"}]},
              "extended_entities": {"media": [{"media_url_https": "https://pbs.twimg.com/media/a.jpg"}]}}  # fmt: skip
    core = {"user_results": {"result": account}}
    first = {"__typename": "Tweet", "rest_id": ONE, "core": core, "legacy": legacy, "views": {"count": "90"}}
    second = {"__typename": "Tweet", "rest_id": OTHER, "core": core, "quoted_status_result": {"result": first},
              "legacy": {"full_text": "看", "created_at": "Mon Nov 23 03:40:00 +0000 2026", "lang": "zh"}}  # fmt: skip
    entries = [{"content": {"itemContent": {"tweet_results": {"result": one}}}} for one in (first, second)]
    by_page = parsed("x_website", {"data": {"home": {"instructions": [{"entries": entries}]}}})
    assert [same(post) for post in by_page.posts] == [same(post) for post in by_interface.posts]


def encoded(id: str) -> str:
    return base64.b64encode(id.encode()).decode()


def test_a_post_and_a_comment_of_facebook_are_the_same_by_the_interface_and_by_the_page() -> None:
    seen = posts_of("facebook_website/timeline")
    told = posts_of("facebook_page/feed") | posts_of("facebook_page/comments")
    shared = seen.keys() & told.keys()
    assert {"100000000000001_205", "205_301"} <= shared
    for id in shared:
        assert (seen[id].id, seen[id].root_id, seen[id].parent_id) == (
            told[id].id,
            told[id].root_id,
            told[id].parent_id,
        )
    one, other = seen["100000000000001_205"], told["100000000000001_205"]
    assert (one.text.split(" ")[0], one.published_at, one.engagement) == (
        "星河手机",
        other.published_at,
        other.engagement,
    )
    assert one.author and other.author and one.author.id == other.author.id


def test_a_page_known_by_two_numbers_has_its_own() -> None:
    seen = posts_of("facebook_website/timeline")
    assert seen["100000000000001_211"].author
    assert seen["100000000000001_211"].author.id == "100000000000001"
    assert seen["300000000000001_207"].kind is Kind.POST, "of a group, not of who wrote there"


def test_an_article_is_the_same_in_the_history_in_the_back_office_and_on_its_own_page() -> None:
    own = posts_of("wechat_article/article")
    assert own.keys() == posts_of("wechat_article/article_by_its_short_name").keys()
    assert own.keys() == posts_of("wechat_article/article_of_the_newer_make").keys()
    assert own.keys() <= posts_of("wechat_history/messages").keys()
    [post] = own.values()
    listed = posts_of("wechat_history/messages")[post.native_id]
    assert (post.id, post.published_at) == (listed.id, listed.published_at)
    assert post.author and listed.author and post.author.id == listed.author.id


def test_what_is_not_for_everybody_and_what_was_paid_for_is_left_out() -> None:
    texts = {
        post.text for case in ("facebook_website/timeline", "x_website/search") for post in posts_of(case).values()
    }
    assert texts.isdisjoint({"只给好友", "好友的评论", "广告", "信息流广告", "只给朋友看"})
    assert {"群里的问题", "被限流的一条"} <= texts


@pytest.mark.parametrize("feed", ["x_website", "facebook_website"])
def test_no_crawl_asks_for_pages_that_are_made_for_people(feed: str, tmp_path: Path) -> None:
    with pytest.raises(CannotCrawl, match=rf"{feed}: .*import har FILE.*{feed.partition('_')[0]}_\w+$"):
        spider_of(feed)(Job(feed=feed, query="q", run_id="r")).first()
    (tmp_path / "config" / "brands").mkdir(parents=True)
    brand = f"name: 星河\nquery: 星河\ncrawl:\n  - feed: {feed}\n    query: 星河\n"
    (tmp_path / "config" / "brands" / "xinghe.yaml").write_text(brand, encoding="utf-8")
    env = {"TINGFENG_CONFIG": str(tmp_path / "config"), "TINGFENG_DATA": str(tmp_path / "data"), "COLUMNS": "240"}
    told = CliRunner().invoke(tingfeng.app, ["doctor", "--feeds"], env=env)
    assert (told.exit_code, "import har FILE" in told.output, "cookie" in told.output) == (1, True, False)


@pytest.mark.parametrize(
    ("feed", "url", "posted", "query"),
    [
        ("x_website", 'graphql/a/SearchTimeline?variables={"rawQuery":"\\"星河\\" +5","count":20}', "", '"星河" +5'),
        ("x_website", "graphql/a/SearchTimeline", '{"variables":{"rawQuery":"星河"},"queryId":"a"}', "星河"),
        ("x_website", 'graphql/a/UserTweets?variables={"userId":"9","cursor":"x"}', "", "9"),
        ("x_website", f'graphql/a/TweetDetail?variables={{"focalTweetId":"{ONE}"}}', "", ONE),
        ("x_website", 'graphql/a/HomeTimeline?variables={"count":20}', "", "HomeTimeline"),
        ("x_website", "graphql/a/UserByScreenName?variables={}", "", None),
        ("x_website", "graphql/a/CreateTweet", "{}", None),
    ],
)
def test_a_page_of_x_is_known_by_its_address(feed: str, url: str, posted: str, query: str | None) -> None:
    known = spider_of(feed).in_browser
    assert known
    for host in ("https://x.com/i/api/", "https://twitter.com/i/api/", "https://api.x.com/"):
        assert known.query_of(host + quote(url, safe="/?=&"), posted) == query


@pytest.mark.parametrize(
    ("url", "posted", "query"),
    [
        (GRAPHQL, {NAME: "ProfileCometTimelineFeedRefetchQuery"}, "ProfileCometTimelineFeedRefetchQuery"),
        (GRAPHQL, {NAME: "CommentListComponentsRootQuery"}, "CommentListComponentsRootQuery"),
        (GRAPHQL, {NAME: "CometUFIFeedbackReactMutation"}, None),
        (GRAPHQL, {NAME: "MWChatReadQuery"}, None),
        ("xinghe", {}, "xinghe"),
        ("xinghe/posts/pfbid02?__cft__[0]=x&__tn__=R", {}, "xinghe/posts/pfbid02"),
        ("permalink.php?story_fbid=1&id=2", {}, "permalink.php?story_fbid=1&id=2"),
        ("search/posts/?q=星河 手机", {}, "search/posts/?q=星河 手机"),
        ("messages/t/1", {}, None),
        ("ajax/bootloader-endpoint/?x=1", {}, None),
    ],
)  # fmt: skip
def test_a_page_of_facebook_is_known_by_its_address(url: str, posted: Mapping[str, str], query: str | None) -> None:
    known = spider_of("facebook_website").in_browser
    assert known
    sent = urlencode({"fb_dtsg": SECRET, **posted, "variables": "{}"}) if posted else ""
    assert known.query_of(f"https://www.facebook.com/{url}", sent) == query


@pytest.mark.parametrize(
    ("address", "query"),
    [
        (f"s?{KEY}&key={SECRET}&uin=1&pass_ticket={SECRET}", f"https://mp.weixin.qq.com/s?{KEY}"),
        (f"s?scene=1&sn=0&{KEY.replace('&sn', '&x=1&sn')}", None),
        (f"s?mid=2650000005&{KEY.replace('&mid=2650000005', '')}&a=b", f"https://mp.weixin.qq.com/s?{KEY}"),
        ("s/AbCdEfGhIjKlMnOpQrStUv?scene=1&token=x", "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"),
        ("s?src=11&timestamp=1&ver=2&signature=a*b=&new=1",
         "https://mp.weixin.qq.com/s?src=11&timestamp=1&ver=2&signature=a*b="),
        ("mp/getappmsgext?a=1", None),
    ],
)  # fmt: skip
def test_an_article_is_known_by_what_lasts_of_its_address(address: str, query: str | None) -> None:
    known = spider_of("wechat_article").in_browser
    assert known
    found = known.query_of(f"https://mp.weixin.qq.com/{address}")
    assert found == query or (query is None and found and SECRET not in found)


def test_nothing_of_the_reader_is_written(tmp_path: Path, data: Path) -> None:
    """The pages hold cookies, keys and marks of the one who looked; a post that cannot be read is set aside without."""
    entries = []
    for feed in ("x_website", "facebook_website", "wechat_article"):
        for path in sorted((FIXTURES / feed).glob("*/request.json")):
            spider, page = read_case(path.parent)
            posted = urlencode({"fb_dtsg": SECRET, "fb_api_req_friendly_name": spider.job.query})
            entries.append({
                "startedDateTime": page.fetched_at.isoformat(),
                "request": {"method": "POST", "url": page.url, "postData": {"text": posted}},
                "response": {"status": page.status, "content": {"mimeType": "text/html", "text": page.body.decode()}},
            })  # fmt: skip
    (tmp_path / "visit.har").write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    report = import_har(tmp_path / "visit.har", now=NOW)
    assert report.foreign == 1, "the page that asks for a proof of being a person"
    assert sum(len(found.dead) for found in report.read.values()) > 3
    for feed, query in report.read:
        assert SECRET not in feed + query
    for file in data.rglob("*"):
        if file.is_file() and file.name != "visit.har":
            assert SECRET.encode() not in file.read_bytes(), file


def test_a_number_within_an_encoded_id_is_hidden() -> None:
    spider, response = read_case(FIXTURES / "facebook_website" / "timeline_in_parts")
    authors = [post.author for post in spider.parse_page(response).posts if post.author]
    hidden = pseudonymised(response, authors)
    inside = encoded("S:_I100000000000001:205:205").encode()
    assert inside in response.body
    assert inside not in hidden
    assert len(spider.parse_page(replace(response, body=hidden)).posts) == len(authors)
