"""Times, counts, HTML and charsets as Chinese platforms write them come out right, and odd ones never crash."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import DAY_ZONE
from crawlers.errors import CrawlError, SchemaChanged, Unreachable
from crawlers.page import Response
from crawlers.post import Precision
from crawlers.reading.charset import decode_text
from crawlers.reading.counts import count
from crawlers.reading.markup import text_of
from crawlers.reading.regions import region_of
from crawlers.reading.times import read_time, unix_time
from crawlers.reading.wire import decode_json, looks_like_html

NOON = datetime(2026, 11, 23, 12, 0, 30, tzinfo=DAY_ZONE)
NEW_YEAR = datetime(2026, 1, 1, 0, 1, tzinfo=DAY_ZONE)


@pytest.mark.parametrize(
    ("told", "meant", "precision"),
    [
        ("刚刚", "2026-11-23T12:00:30", "minute"),
        ("30秒前", "2026-11-23T12:00:00", "minute"),
        ("5分钟前", "2026-11-23T11:55:30", "minute"),
        ("半小时前", "2026-11-23T11:30:30", "hour"),
        ("一小时前", "2026-11-23T11:00:30", "hour"),
        ("两天前", "2026-11-21T12:00:30", "day"),
        ("3 小时前", "2026-11-23T09:00:30", "hour"),
        ("剛剛", "2026-11-23T12:00:30", "minute"),
        ("5 分鐘前", "2026-11-23T11:55:30", "minute"),
        ("3小時前", "2026-11-23T09:00:30", "hour"),
        ("2個月前", "2026-09-24T12:00:30", "month"),
        ("3周前", "2026-11-02T12:00:30", "week"),
        ("1年前", "2025-11-23T12:00:30", "year"),
        ("just now", "2026-11-23T12:00:30", "minute"),
        ("a minute ago", "2026-11-23T11:59:30", "minute"),
        ("3 hours ago", "2026-11-23T09:00:30", "hour"),
        ("2 Months ago", "2026-09-24T12:00:30", "month"),
        ("2天前", "2026-11-21T12:00:30", "day"),
        ("今天 08:05", "2026-11-23T08:05:00", "minute"),
        ("今天08:05", "2026-11-23T08:05:00", "minute"),
        ("今天 23:59", "2026-11-22T23:59:00", "minute"),
        ("昨天 18:30", "2026-11-22T18:30:00", "minute"),
        ("昨天 11:11 PM", "2026-11-22T23:11:00", "minute"),
        ("昨天 下午 3:05", "2026-11-22T15:05:00", "minute"),
        ("今天 凌晨1:05", "2026-11-23T01:05:00", "minute"),
        ("昨天", "2026-11-22T00:00:00", "day"),
        ("前天 07:00", "2026-11-21T07:00:00", "minute"),
        ("11月20日 09:08", "2026-11-20T09:08:00", "minute"),
        ("11-20", "2026-11-20T00:00:00", "day"),
        ("12月31日", "2025-12-31T00:00:00", "day"),
        ("02-29", "2024-02-29T00:00:00", "day"),
        ("2023年1月2日 10:11", "2023-01-02T10:11:00", "minute"),
        ("2023-01-02 10:11:12", "2023-01-02T10:11:12", "second"),
        ("23-1-2", "2023-01-02T00:00:00", "day"),
        ("2023-01-02 11:11:05 PM", "2023-01-02T23:11:05", "second"),
        ("2023/1/2 下午 11:11:05", "2023-01-02T23:11:05", "second"),
        ("2023-01-02 星期一 10:11:12", "2023-01-02T10:11:12", "second"),
        ("星期一, 02 十二月 2022 10:11:12 +0800", "2022-12-02T10:11:12", "second"),
        ("周一, 02 1月 2023 10:11:12 +0800", "2023-01-02T10:11:12", "second"),
        ("１１月２０日 ０９：０８", "2026-11-20T09:08:00", "minute"),
        ("Sat Jan 14 18:39:37 +0800 2023", "2023-01-14T18:39:37", "second"),
        ("Sat Jan 14 18:39:37 CST 2023", "2023-01-14T18:39:37", "second"),
        ("Sat Jan 14 18:39:37 2023", "2023-01-14T18:39:37", "second"),
        ("Sat, 14 Jan 2023 10:39:37 GMT", "2023-01-14T18:39:37", "second"),
        ("Sat, 14 Jan 2023 18:39:37", "2023-01-14T18:39:37", "second"),
        ("2023-01-14T10:39:37Z", "2023-01-14T18:39:37", "second"),
        ("2019-05-17T16:24:04+0000", "2019-05-18T00:24:04", "second"),
        ("2023-01-14", "2023-01-14T00:00:00", "day"),
    ],
)
def test_a_time_means_what_it_meant_when_the_page_was_made(told: str, meant: str, precision: str) -> None:
    for moment in (NOON, NOON.astimezone(UTC), NOON.astimezone(timezone(timedelta(hours=-9)))):
        found, exact = read_time(told, moment)
        assert (found.astimezone(DAY_ZONE).replace(tzinfo=None).isoformat(), exact) == (meant, precision)


def test_on_new_years_day_the_last_of_december_is_last_years() -> None:
    assert read_time("12月31日", NEW_YEAR)[0] == datetime(2025, 12, 31, tzinfo=DAY_ZONE)
    assert read_time("昨天 23:59", NEW_YEAR)[0] == datetime(2025, 12, 31, 23, 59, tzinfo=DAY_ZONE)
    assert read_time("2分钟前", NEW_YEAR)[0] == datetime(2025, 12, 31, 23, 59, tzinfo=DAY_ZONE)
    assert read_time("01-01", NEW_YEAR)[0] == datetime(2026, 1, 1, tzinfo=DAY_ZONE)


_SHAPES = st.sampled_from(
    (
        "{0}秒前",
        "{0} 分鐘前",
        "{0} weeks ago",
        "{0}分钟前",
        "{0}小时前",
        "{0}天前",
        "{0}年前",
        "今天 {0}:{1}",
        "昨天{0}:{1}",
        "{0}月{1}日",
        "{0}-{1} {1}:{2}",
    )
)


@given(_SHAPES, *[st.integers(0, 99)] * 3, st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1)))
def test_a_relative_time_is_never_in_the_future(shape: str, a: int, b: int, c: int, moment: datetime) -> None:
    here = moment.replace(tzinfo=DAY_ZONE)
    try:
        found, _ = read_time(shape.format(a, b, c), here)
    except ValueError:
        return
    assert found <= here


@given(st.text(max_size=40), st.text("0123456789:-年月日分秒前小时今昨天 +TZ/.", max_size=25))
def test_what_is_no_time_is_refused_in_one_way(anything: str, almost: str) -> None:
    for told in (anything, almost):
        try:
            found, precision = read_time(told, NOON)
        except ValueError:
            continue
        assert found.tzinfo and isinstance(precision, Precision)


def test_unix_times_may_be_seconds_or_milliseconds() -> None:
    assert unix_time(1_763_870_400) == unix_time(1_763_870_400_000) == (datetime(2025, 11, 23, 4, tzinfo=UTC), "second")
    for number in (1e300, -1e300, 10**30, float("nan")):
        with pytest.raises(ValueError, match="no time|NaN|out of range"):
            unix_time(number)


def test_the_page_was_made_at_its_date_unless_that_cannot_be() -> None:
    def moment(date: str) -> datetime:
        return Response(url="https://x", body=b"", fetched_at=NOON, headers={"date": date}).moment

    assert moment("Mon, 23 Nov 2026 03:00:00 GMT") == datetime(2026, 11, 23, 11, tzinfo=DAY_ZONE)
    for wrong in (
        "",
        "x",
        "Mon, 23 Nov 2026 05:00:00 GMT",
        "Mon, 23 Nov 2020 03:00:00 GMT",
        "Mon, 23 Nov 2026 03:00:00",
    ):
        assert moment(wrong) == NOON


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("105.9万", 1_059_000),
        ("100万+", 1_000_000),
        ("1.2亿", 120_000_000),
        ("7万次播放", 70_000),
        ("1千万", 10_000_000),
        ("转发", 0),
        ("评论", 0),
        ("赞", 0),
        ("赞同", 0),
        ("添加评论", 0),
        ("赞 12", 12),
        ("1,234", 1234),
        ("999+", 999),
        ("3.4k", 3400),
        ("2w", 20_000),
        ("２.５万", 25_000),
        (" 312 ", 312),
        (0, 0),
        (12, 12),
        (3.0, 3),
        ("", None),
        ("不公开", None),
        ("-5", None),
        (-5, None),
        (None, None),
        (True, None),
        ({}, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**20, None),
        ("9" * 30, None),
        ("1.2萬", 12_000),
        ("3億", 300_000_000),
        ("两千", 2_000),
        ("1 234", 1234),
        ("7 views", 7),
        *(
            (odd, None)
            for odd in ("3万5千", "3-5万", "3至5万", "廿万", "5min", "3kg", "1e5", "1'234", "½", "²", "−5", "50%")
        ),
        (10**400, None),
    ],
)
def test_a_count_is_read_as_people_read_it(shown: object, meant: int | None) -> None:
    assert count(shown) == meant


@given(st.one_of(st.text(), st.floats(), st.integers(), st.text("0123456789.,万亿千+ ")))
def test_a_count_is_none_or_not_negative(shown: object) -> None:
    found = count(shown)
    assert found is None or 0 <= found <= 10**15


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ("没有标签", "没有标签"),
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
        ('闪退<span class="url-icon"><img alt="[允悲]" src="x"></span>了', "闪退[允悲]了"),
        ('<img alt="一张照片"><img class="emoji" alt="smile"><img alt="😀">', "smile😀"),
        ("<p>一</p><p>二</p>三<br>四<br/>五", "一\n二\n三\n四\n五"),
        ("<ul><li>甲</li><li>乙</li></ul><table><tr><td>丙</td><td>丁</td></tr></table>", "甲\n乙\n丙 丁"),
        ("前<script>var a='<b>x</b>';</script><style>p{}</style><!-- 注 -->后", "前后"),
        ("<b>没关<i>乱</b>套</i>", "没关乱套"),
        ("<![CDATA[外面<b>里面</b>]]>", "外面里面"),
        ("零\u200b宽\ufeff\x00<b>x</b>\ud83d", "零宽x"),
        ("多   个\u3000 空格\n\n\n换行", "多 个 空格\n换行"),
        ("", ""),
    ],
)
def test_html_becomes_what_a_reader_sees(markup: str, seen: str) -> None:
    assert text_of(markup) == seen


@given(st.one_of(st.text(), st.text("<>/&;!-[]#xbp123 \"'=")))
def test_any_markup_gives_some_text(markup: str) -> None:
    text_of(markup).encode()


class _Shape(msgspec.Struct):
    a: int
    b: str = ""


def test_json_says_what_is_wrong_with_it() -> None:
    whole = '{"a": 1, "b": "{\\"x\\": [1, 2]} 中文"}'.encode()
    assert decode_json(whole, _Shape).b == '{"x": [1, 2]} 中文'
    for length in range(len(whole)):
        with pytest.raises(Unreachable, match="ended early"):
            decode_json(whole[:length], _Shape)
    for other in (
        b"<html>",
        b"callback({})",
        b'{"a": 1,, "b": 2}',
        b'{"a": 1} x',
        b'{"a": "x"}',
        b"[]",
        b"3",
        b"[" * 9999,
    ):
        with pytest.raises(SchemaChanged):
            decode_json(other, _Shape)
    mended = decode_json(b'\xef\xbb\xbf{"a": 1, "b": "\\ud83d \xff \\ud83d\\ude00"}', _Shape)
    assert mended.b == "\ufffd \ufffd 😀"


@given(st.binary())
def test_any_bytes_are_text_and_no_json_is_a_crash(body: bytes) -> None:
    for read in (
        lambda: decode_text(body, "text/xml; charset=big5").encode(),
        lambda: decode_text(b'<?xml version="1.0" encoding="no-such"?>' + body).encode(),
        lambda: decode_json(body, _Shape),
    ):
        with suppress(CrawlError):
            read()


def test_the_charset_is_found_whatever_is_declared() -> None:
    text = '<?xml version="1.0" encoding="{}"?><a>“喆”和“堃”是两个不常见的字，人名里倒是常有</a>'
    for declared in ("gb2312", "GBK", "utf-8", "no-such"):
        page = text.format(declared)
        assert decode_text(page.encode("gb18030")) == page
        assert decode_text(page.encode(), "text/xml; charset=gb2312") == page
    assert decode_text("繁體中文".encode("big5"), "text/html; charset=big5") == "繁體中文"
    assert decode_text("日本".encode("iso-2022-jp"), "text/html; charset=iso-2022-jp") == "日本"
    assert decode_text("中文".encode("utf-16")) == "中文"
    assert "你好" in decode_text("你好，这一句话里有一个坏的字节，别的都是好好的".encode("gbk") + b"\xff")
    with pytest.raises(SchemaChanged, match="no charset that gives sense"):
        decode_text("小米".encode("gbk"))  # as likely Korean


def test_a_page_for_people_is_told_from_data() -> None:
    assert looks_like_html(b"  <!DOCTYPE html><p>") and looks_like_html(b"<?xml version='1.0'?>\n<html xmlns=''>")
    assert not looks_like_html(b'{"html": "<html>"}') and not looks_like_html(b"<rss><channel/></rss>")


@pytest.mark.parametrize(
    ("said", "region"),
    [
        ("发布于 浙江", "浙江"),
        ("来自浙江", "浙江"),
        ("IP属地：浙江", "浙江"),
        ("IP 属地浙江", "浙江"),
        ("IP归属地：浙江", "浙江"),
        ("IP地址：浙江", "浙江"),
        ("IP：浙江", "浙江"),
        ("作者 IP 属地 : 浙江", "浙江"),
        ("IP属地未知", None),
    ],
)
def test_a_region_stands_alone(said: str, region: str | None) -> None:
    assert region_of(said) == region
