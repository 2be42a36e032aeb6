"""Feeds in every dialect: no entry goes without a word, no parser's error leaves the spider, no date is a guess."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.errors import CrawlError, SchemaChanged, Unreachable
from crawlers.page import Page, Response
from crawlers.post import Precision
from crawlers.reading.dates import read_date
from crawlers.reading.markup import text_of
from crawlers.spider import Job, spider_of

FETCHED = datetime(2026, 11, 27, 12, tzinfo=UTC)
FEED = "https://news.example.org/feed.xml"
MEDIA = (
    '<media:content url="https://news.example.org/x.jpg"><media:title>资料图</media:title>'
    "<media:description>发布会现场</media:description></media:content>",
    "<media:group><media:title>视频</media:title><media:description>视频说明</media:description></media:group>",
    "<itunes:summary>播客简介</itunes:summary>",
    "<itunes:title>播客标题</itunes:title>",
    "<image><title>图标</title><link>https://other.example/</link><description>图</description></image>",
    '<source url="https://other.example/feed">别家</source>',
    "<itunes:owner><itunes:name>老板</itunes:name></itunes:owner>",
)
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "media": "http://search.yahoo.com/mrss/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "slash": "http://purl.org/rss/1.0/modules/slash/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    }.items()
)


def rss(*items: str, channel: str = "<language>zh-cn</language>", end: str = "</channel></rss>") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel><title>新闻</title>{channel}{inner}{end}'


def read(body: str | bytes, *, query: str = FEED, seen: frozenset[str] = frozenset(), kind: str = "") -> Page:
    spider = spider_of("rss")(Job(feed="rss", query=query, run_id="r", seen=seen))
    raw = body.encode() if isinstance(body, str) else body
    return spider.parse_page(Response(url=query, body=raw, fetched_at=FETCHED, headers={"content-type": kind}))


def dialects() -> Iterator[str]:
    yield rss("<title>甲</title><link>https://e.org/1</link>", "<title>乙</title>", "<description>丙</description>")
    yield rss("<title>甲</title>", "<title>乙</title>", "<title>丙</title>").replace('version="2.0"', 'version="0.91"')
    yield (
        f'<rdf:RDF {NAMESPACES} xmlns="http://purl.org/rss/1.0/"><channel><title>t</title></channel>'
        + "".join(f'<item rdf:about="https://e.org/{n}"><title>{n}</title></item>' for n in range(3))
        + "</rdf:RDF>"
    )
    for uri in ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"):
        made = "".join(f"<entry><id>tag:e.org,2026:{n}</id><title>{n}</title></entry>" for n in range(3))
        yield f'<feed xmlns="{uri}"><title>t</title>{made}</feed>'
    made = "".join(f'<item href="https://e.org/{n}"><title>{n}</title></item>' for n in range(3))
    yield f'<channel href="https://e.org/">{made}</channel>'
    yield json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": n, "content_text": str(n)} for n in range(3)]}
    )


@pytest.mark.parametrize("body", [*dialects()])
def test_each_dialect_gives_all_its_entries(body: str) -> None:
    page = read(body)
    assert (len(page.posts), page.dead) == (3, ())
    assert len({post.id for post in page.posts}) == 3


@pytest.mark.parametrize(("own", "foreign"), [*product((0, 1), MEDIA)])
def test_what_stands_below_an_entry_is_not_its_own(own: int, foreign: str) -> None:
    said = (
        "<title>甲</title><link>https://news.example.org/1</link><description>正文</description><author>作者</author>"
    )
    [post] = read(rss(foreign + said if own else said + foreign)).posts
    assert (post.title, post.text, post.url) == ("甲", "正文", "https://news.example.org/1")
    assert post.author and post.author.name == "作者"


EMPTY = (
    "<!DOCTYPE html><html></html>", "<!-- nothing -->", "<?php ?>", "<html><body></body></html>", "<frameset/>",
    "<head></head>", " ", "\x00", "<" * 1_000, "<div>" * 10_000, "&" * 1_000, "<![CDATA[]]>", "\ud800", "]]>", "<p/>",
)  # fmt: skip


@pytest.mark.parametrize("text", EMPTY)
def test_no_parsers_error_takes_the_other_entries_along(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for inside in (escaped, f"<![CDATA[{text.replace(']]>', '')}]]>"):
        body = rss("<title>甲</title>", f"<title>乙</title><description>{inside}</description>", "<title>丙</title>")
        page = read(body.encode("utf-8", "surrogatepass"))
        assert [post.title for post in page.posts] == ["甲", "乙", "丙"]
    page = read(json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"id": 1, "content_html": text}]}))
    assert len(page.posts) + len(page.dead) == 1
    assert isinstance(text_of(text), str)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_broken_feed_ends_in_posts_dead_letters_or_a_verdict(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(list(dialects()))).encode()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    try:
        read(body[:start] + data.draw(st.binary(max_size=12)) + body[end:])
    except CrawlError:
        return


def test_a_guid_that_several_entries_have_makes_none_of_them_vanish() -> None:
    def item(name: str) -> str:
        at = "<pubDate>Fri, 20 Nov 2026 09:15:00 +0800</pubDate>"
        return (
            f"<title>{name}</title><link>https://news.example.org/{name}</link><guid isPermaLink='false'>7</guid>{at}"
        )

    ids = [post.id for post in read(rss(*map(item, "abcde"))).posts]
    assert len(set(ids)) == 5
    assert [post.id for post in read(rss(item("f"), item("a")), seen=frozenset(ids)).posts][1] == ids[0]
    [alone] = read(rss(item("b")), seen=frozenset(ids)).posts
    assert alone.id == ids[1], "it is told apart as before when it stands alone"
    twice = read(rss(item("a"), item("a")))
    assert len(twice.posts) == len(twice.dead) == 1
    one, other = (read(rss(item("a")), query=f"https://news.example.org/{feed}").posts[0].id for feed in ("x", "y"))
    assert one != other, "a guid means something within its feed alone"
    none = rss(*(item(name).replace(">7<", ">0<") for name in "ab"))
    assert [post.native_id for post in read(none).posts] == [f"https://news.example.org/{name}" for name in "ab"]
    permanent = "<title>x</title><guid>https://news.example.org/1</guid>"
    assert {read(rss(permanent), query=f"https://a.org/{n}").posts[0].id for n in "xy"} == {
        "rss:article:https://news.example.org/1"
    }


@pytest.mark.parametrize(
    ("written", "title"),
    {
        "<![CDATA[新手指南：&lt;script&gt; 标签怎么写]]>": "新手指南：<script> 标签怎么写",
        "新手指南：&lt;script&gt; 标签": "新手指南：<script> 标签",
        "小米R&D投入": "小米R&D投入",
        "AT&T与H&M&ZARA合作": "AT&T与H&M&ZARA合作",
        "甲&nbsp;乙&copy; 2026": "甲 乙© 2026",
        "甲 &amp;amp; 乙": "甲 & 乙",
        "&lt;b&gt;重磅&lt;/b&gt;新闻": "重磅新闻",
        "&amp;lt;b&amp;gt;重磅&amp;lt;/b&amp;gt;新闻": "重磅新闻",
        "1 &lt; 2 且 3 &gt; 2": "1 < 2 且 3 > 2",
        "List&lt;String&gt; 用法": "List<String> 用法",
    }.items(),
)
def test_a_title_is_the_text_as_written(written: str, title: str) -> None:
    assert read(rss(f"<title>{written}</title>")).posts[0].title == title
    [post] = read(rss(f"<title>x</title><description>{written}</description>")).posts
    assert post.text == title


MOMENT = datetime(2026, 11, 20, 9, 15, tzinfo=timezone(timedelta(hours=8)))
ZONES = {
    "+0800": 8, "+08:00": 8, "+08": 8, "GMT+8": 8, "UTC+8": 8, "UTC+08:00": 8, "GMT+0800": 8, "HKT": 8, "CST": 8,
    "BJT": 8, "-05:00": -5, "EST": -5, "Z": 0, "GMT": 0, "UT": 0, "JST": 9, "GMT-05:00": -5, "PDT": -7, "-0330": -3.5,
}  # fmt: skip
FORMS = (
    "%a, %d %b %Y %H:%M:%S {}", "%d %b %Y %H:%M:%S {}", "%A, %d-%b-%y %H:%M:%S {}", "%Y-%m-%d %H:%M:%S {}",
    "%a %b %d %H:%M:%S {} %Y", "%B %d, %Y %I:%M:%S %p {}", "%Y/%m/%d %H:%M:%S {}", "%a %b %d %Y %H:%M:%S {} (x)",
    "%Y年%m月%d日 %H:%M:%S {}", "%Y-%m-%dT%H:%M:%S{}", "%Y%m%dT%H%M%S{}",
    "%G-W%V-%uT%H:%M:%S{}", "%Y-%jT%H:%M:%S{}",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_date_in_any_form_and_zone_is_that_moment(form: str) -> None:
    for name, hours in ZONES.items():
        local = MOMENT.astimezone(timezone(timedelta(hours=hours)))
        assert read_date(local.strftime(form).format(name)) == (MOMENT, Precision.SECOND), (form, name)


@pytest.mark.parametrize(
    "written",
    [
        "03/04/2026", "03/04/2026 10:00", "2026", "2026-11", "31 Jun 2026 10:00 GMT", "Fri, 20 Nov 2026 25:00:00 GMT",
        "20 Nov 2026 10:00 +9900", "yesterday", "20 Nov", "2026-13-01", "2026-02-30", "1", "20 Foo 2026", "",
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_told_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        read_date(written)


def test_whose_clock_it_is_is_known_or_the_hour_is_not_told() -> None:
    undecided = ("Fri, 20 Nov 2026 09:15:00", "Fri, 20 Nov 2026 09:15:00 BST", "2026-11-20T09:15:00")
    for written in undecided:
        assert read_date(written, chinese=False)[1] is Precision.DAY
    assert read_date("Fri, 20 Nov 2026 09:15:00 CST", chinese=False)[0] == MOMENT + timedelta(hours=14)
    english = rss(
        "<title>news</title><pubDate>Fri, 20 Nov 2026 09:15:00 CST</pubDate>", channel="<language>en</language>"
    )
    assert read(english).posts[0].published_at == MOMENT + timedelta(hours=14)
    unknown = read(rss("<title>甲</title><pubDate>03/04/2026</pubDate>")).posts[0]
    assert (unknown.published_at, unknown.time_precision) == (FETCHED, Precision.UNKNOWN)
    later = "<title>甲</title><pubDate>no date</pubDate><dc:date>2026-11-20T01:15:00Z</dc:date>"
    assert read(rss(later)).posts[0].published_at == MOMENT, "a date that can be read stands in for one that cannot"


CANTONESE = "恒生指數裏面嘅新聞，啲市民話佢哋唔滿意手機電池，客服又唔覆，要求退款"


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (CANTONESE, "big5hkscs", "big5"),
        (CANTONESE, "big5hkscs", None),
        (CANTONESE, "big5hkscs", "gb2312"),
        ("小米手机电池鼓包，多名用户投诉客服不处理，发布会延期，售后服务态度很差", "gb18030", None),
        ("小米手机电池鼓包，多名用户投诉客服不处理，发布会延期，售后服务态度很差", "gb18030", "iso-8859-1"),
        ("삼성전자가 새로운 스마트폰을 발표했다. 소비자들은 배터리 문제에 대해 불만을 제기했다", "cp949", None),
        (
            "ソニーは新しいスマートフォンを発表しました。利用者からは電池の問題について苦情が寄せられています",
            "cp932",
            None,
        ),
        ("Le président a déclaré que la société était à l'écoute des clients européens", "cp1252", "iso-8859-1"),
    ],
)
def test_a_charset_is_found_or_the_feed_refused(text: str, codec: str, declared: str | None) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    body = rss(f"<title>{text}</title><description>{text}</description>", channel="").partition("?>")[2]
    assert read(f"{head}{body}".replace("新闻", "").encode(codec)).posts[0].title == text


def test_bytes_that_are_no_text_are_said_and_not_stored() -> None:
    noise = bytes(range(0x80, 0x100)) * 3
    with pytest.raises(SchemaChanged, match="no charset that gives sense"):
        read(rss("<title>x</title>").encode().replace(b"x", noise + b"\x80\x81\xff\xfe" * 40))


@pytest.mark.parametrize(
    "spoilt",
    [
        "小米发布会今天举行".encode().decode("latin-1"),
        "小米发布会今天举行".encode("gb18030").decode("latin-1"),
        "锟斤拷" * 8,
        "烫烫烫烫屯屯屯屯" * 3,
        "\ufffd" * 20,
    ],
)
def test_text_that_was_spoilt_before_is_said_and_not_stored(spoilt: str) -> None:
    with pytest.raises(SchemaChanged, match="nonsense|no charset"):
        read(rss(f"<title>{spoilt}</title><description>{spoilt * 3}</description>", channel=""))
    assert read(rss(f"<title>屏幕上出现 {spoilt[:6]} 是怎么回事，各位用户请看下面这一篇很长的说明文章</title>")).posts


def test_a_document_without_its_end_gives_what_is_whole() -> None:
    page = read(rss("<title>甲</title>", "<title>乙</title>", end=""))
    assert ([post.title for post in page.posts], page.dead) == (["甲", "乙"], ())
    assert page.left_out
    cut = rss("<title>甲</title>", "<title>乙</title><description>正")
    page = read(cut[: cut.rindex("正")])
    assert ([post.title for post in page.posts], len(page.dead)) == (["甲"], 1)


@pytest.mark.parametrize("piece", ["&amp;lt;", "<a", "&lt;a", "a@", "<![CDATA[", "<!--", "&#38;", "<b>", "]]>"])
def test_twice_the_text_takes_twice_the_time(piece: str) -> None:
    def took(times: int) -> float:
        body = rss(f"<title>x</title><author>{piece * 99}</author><description>{piece * times}").encode()
        began = time.process_time()
        read(body)
        return time.process_time() - began

    took(10)
    few = min(took(4_000) for _ in range(3))
    # what disturbs one measurement seldom disturbs two
    assert any(took(32_000) < 30 * few + 0.5 for _ in range(2)), "eight times the text took sixty-four times as long"


def test_numbers_and_names_of_json_feed_are_read_in_any_type() -> None:
    odd = {
        "id": 7,
        "title": ["x"],
        "author": "小明",
        "tags": "a",
        "url": 3,
        "date_published": "2026-11-20T09:15:00+08:00",
    }
    lists = {"id": "8", "title": "乙", "authors": ["小红", None], "date_published": 1_795_000_000, "content_text": None}
    page = read(json.dumps({"version": "https://jsonfeed.org/version/1", "items": [odd, lists, None, 3]}))
    assert [post.author.name for post in page.posts if post.author] == ["小明", "小红"]
    assert [post.tags for post in page.posts] == [("a",), ()]
    assert len(page.dead) == 2
    assert re.match("2026-11-", page.posts[1].published_at.isoformat())


def test_text_with_no_end_swallows_no_entry_without_a_word() -> None:
    for opened in ("<![CDATA[", "<!-- "):
        page = read(
            rss("<title>甲</title>", f"<title>乙</title><description>{opened}丙</description>", "<title>丁</title>")
        )
        assert len(page.posts) == 3 or page.left_out


@pytest.mark.parametrize("tag", ["b", "div", "span", "blockquote"])
def test_text_below_thousands_of_tags_is_still_there(tag: str) -> None:
    text = text_of(f"前{f'<{tag}>' * 3_000}深{f'</{tag}>' * 3_000}后")
    assert [letter for letter in text if letter in "前深后"] == ["前", "深", "后"]


def test_an_address_in_a_title_keeps_its_fields() -> None:
    assert read(rss("<title>见 ?a=1&copy=2&amp;reg=1</title>")).posts[0].title == "见 ?a=1&copy=2&reg=1"


def test_an_atom_feeds_author_is_its_entries() -> None:
    author = "<author><name>编辑部</name></author>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{author}<entry><id>urn:x:1</id></entry></feed>'
    [post] = read(feed.replace("<id>", "<title>甲</title><id>")).posts
    assert post.author and post.author.name == "编辑部"


JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": '说 "items": [ 的人',
        "items": [{"id": f"https://e.org/{n}", "content_text": f"第 {n} 条，[半角] {{括号}}"} for n in range(4)],
        "language": "zh",
    },
    ensure_ascii=False,
)


@pytest.mark.parametrize("end", [*range(JSON_FEED.index("}, {") + 1, len(JSON_FEED), 7)])
def test_a_json_feed_that_is_cut_off_gives_what_is_whole(end: int) -> None:
    page = read(JSON_FEED[:end])
    whole = JSON_FEED[:end].count('括号}"}')
    assert [post.native_id for post in page.posts] == [f"https://e.org/{n}" for n in range(whole)]
    assert page.left_out
    begun = JSON_FEED[:end].count('{"id"')
    assert len(page.dead) == begun - whole


def test_a_json_feed_of_which_nothing_is_whole_cannot_be_reached() -> None:
    with pytest.raises(Unreachable):
        read(JSON_FEED[: JSON_FEED.index("}, {") - 1])
    late = json.dumps(
        {"items": [{"id": "1", "content_text": "a"}, {"id": "2"}], "version": "https://jsonfeed.org/version/1"}
    )
    with pytest.raises(Unreachable):
        read(late[:-20])


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig", "utf-8"])
def test_a_json_feed_is_read_in_any_unicode(charset: str) -> None:
    assert len(read(JSON_FEED.encode(charset)).posts) == 4
