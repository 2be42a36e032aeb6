"""`tingfeng record`: a live page becomes a fixture without its authors, and its shape is held against the fixtures."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import tingfeng
from crawlers.errors import CrawlError
from crawlers.feeds import feeds
from crawlers.page import Response
from crawlers.recording.pseudonyms import pseudonymised
from crawlers.recording.record import outcome, read_case, write_case
from crawlers.recording.shape import Change, Difference, differences, shape_of, together
from crawlers.spider import PlatformSpider
from tests.crawl_server import Said, serving

FIXTURES = Path(__file__).parent / "fixtures"


def pages_with_posts(feed: str) -> Iterator[tuple[PlatformSpider, Response]]:
    for path in sorted((FIXTURES / feed).glob("*/request.json")):
        if json.loads((path.parent / "posts.json").read_bytes()).get("posts"):
            yield read_case(path.parent)


@pytest.mark.parametrize("feed", feeds())
def test_a_recorded_page_of_any_platform_reads_the_same_and_names_nobody(feed: str, tmp_path: Path) -> None:
    for number, (spider, response) in enumerate(pages_with_posts(feed)):
        posts = spider.parse_page(response).posts
        authors = [post.author for post in posts if post.author]
        folder = tmp_path / feed / str(number)
        write_case(folder, spider, replace(response, body=pseudonymised(response, authors, keep=spider.job.query)))
        read = outcome(*read_case(folder))
        assert len(read["posts"]) == len(posts)
        for post, told in zip(posts, read["posts"], strict=True):
            assert (told["kind"], told.get("time_precision")) == (post.kind, post.time_precision)
            assert len(told["text"]) > 0 or not post.text
        (body,) = folder.glob("response.*")
        text = body.read_text(encoding="utf-8") + (folder / "posts.json").read_text(encoding="utf-8")
        for author in authors:
            number_ = author.id.rpartition("/")[2]
            assert author.name is None or author.name in spider.job.query or f'"{author.name}"' not in text
            assert len(number_) < 6 or not number_.isdecimal() or number_ in spider.job.query or number_ not in text


def test_what_only_html_and_jsonp_hide_is_hidden() -> None:
    spider, response = read_case(FIXTURES / "weibo_html" / "cards")
    face = b'<img class="face" src="https://tvax1.sinaimg.cn/crop.1/face.jpg"><div class="card-wrap"'
    shown = replace(response, body=response.body.replace(b'<div class="card-wrap"', face, 1))
    authors = [post.author for post in spider.parse_page(shown).posts if post.author]
    hidden = pseudonymised(shown, authors).decode()
    assert "face.jpg" not in hidden
    assert spider.parse_page(replace(shown, body=hidden.encode())).posts
    spider, response = read_case(FIXTURES / "qzone" / "messages")
    called = pseudonymised(response, [])
    assert called.startswith(b"_preloadCallback({")
    assert b"1000200302" in response.body, "somebody who is only spoken to"
    assert len(spider.parse_page(replace(response, body=called)).posts) == len(spider.parse_page(response).posts)


def places(value: Any, path: str = "") -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield each object, each of its keys, and the path of that."""
    if isinstance(value, dict):
        for key, inner in value.items():
            below = f"{path}.{key}" if path else key
            yield value, key, below
            yield from places(inner, below)
    elif isinstance(value, list):
        for inner in value:
            yield from places(inner, f"{path}[]")


JSON_FEEDS = [feed for feed in feeds() if any(page.body.lstrip()[:1] == b"{" for _, page in pages_with_posts(feed))]


@pytest.mark.parametrize("feed", JSON_FEEDS)
def test_a_field_that_goes_comes_or_changes_its_type_is_named(feed: str) -> None:
    luck = random.Random(feed)  # noqa: S311
    pages = [page for _, page in pages_with_posts(feed) if page.body.lstrip()[:1] == b"{"]
    page = max(pages, key=lambda one: len(one.body))
    before = shape_of(page)
    assert differences(before, shape_of(page)) == []
    names = sorted({(key, path) for _, key, path in places(json.loads(page.body)) if path in before})
    for key, path in luck.sample(names, min(12, len(names))):
        renamed, retyped = (_changed(page, path, key, how) for how in ("rename", "retype"))
        found = {(one.change, one.path) for one in differences(before, renamed)}
        above = path.rpartition(".")[0]
        assert (Change.VANISHED, path) in found
        assert (Change.APPEARED, f"{above}.{key}Xx" if above else f"{key}Xx") in found
        if set(before[path].types) - {"null"}:
            [typed] = [one for one in differences(before, retyped) if one.change is Change.TYPE]
            assert (typed.path, typed.now) == (path, ("boolean",) if "boolean" not in typed.before else ("string",))


def _changed(page: Response, path: str, key: str, how: str) -> Any:
    value = json.loads(page.body)
    for holder, name, at in list(places(value)):
        if at == path and name == key:
            old = holder[key]
            if how == "rename":
                holder[f"{key}Xx"] = holder.pop(key)
            elif old is not None:
                holder[key] = "x" if isinstance(old, bool) else True
    return shape_of(replace(page, body=json.dumps(value).encode()))


def test_classes_of_web_pages_and_tags_of_feeds_are_compared_too() -> None:
    _, page = read_case(FIXTURES / "weibo_html" / "cards")
    before = shape_of(page)
    now = shape_of(replace(page, body=page.body.replace(b'class="card-wrap"', b'class="feed-card"')))
    said = {(one.change, one.path.rpartition(" ")[2]) for one in differences(before, now)}
    assert (Change.VANISHED, "<div.card-wrap>") in said
    assert (Change.APPEARED, "<div.feed-card>") in said
    _, feed = read_case(FIXTURES / "rss" / "rss_2")
    now = shape_of(replace(feed, body=feed.body.replace(b"pubDate>", b"issued>")))
    assert [(one.change, one.path) for one in differences(shape_of(feed), now)] == [
        (Change.VANISHED, "rss > channel > item > pubDate"),
        (Change.APPEARED, "rss > channel > item > issued"),
    ]


def test_what_was_only_sometimes_there_is_told_with_its_share() -> None:
    def page(*rows: Mapping[str, Any]) -> Response:
        return replace(read_case(FIXTURES / "rss" / "rss_2")[1], body=json.dumps({"list": rows}).encode())

    before = together([shape_of(page({"a": 1, "b": 1}, {"a": 2})), shape_of(page({"a": 1, "c": None}, {"a": 3}))])
    found = differences(before, shape_of(page({"d": 1}, {"d": 2, "c": "x"})))
    assert [(one.change, one.path, one.share) for one in found] == [
        (Change.VANISHED, "list[].a", 1.0),
        (Change.VANISHED, "list[].b", 0.25),
        (Change.APPEARED, "list[].d", 1.0),
    ]
    assert differences(before, shape_of(page())) == [], "an empty list says nothing of what stands in it"
    assert [(one.change, one.path) for one in differences(shape_of(page({"a": 1})), {})] == [(Change.VANISHED, "list")]
    assert isinstance(found[0], Difference)


def tingfeng_(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(tingfeng.app, list(words), env={"COLUMNS": "200"})
    return result.exit_code, result.output + str(result.exception or "")


def test_a_live_page_is_recorded_and_compared_over_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config" / "platforms").mkdir(parents=True)
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XINGHE_COOKIE", "cookie-that-nobody-may-see")
    (tmp_path / "config" / "platforms" / "weibo_search.yaml").write_text("cookie_env: XINGHE_COOKIE\n")
    spider, response = read_case(FIXTURES / "weibo_search" / "text_and_markup")
    body = response.body

    def answers(path: str, headers: Mapping[str, str], before: int) -> Said:
        assert "cookie-that-nobody-may-see" in {name.lower(): value for name, value in headers.items()}["cookie"]
        return Said(body=body + b" " + b"cookie-that-nobody-may-see")

    with serving(lambda *given: replace(answers(*given), body=body)) as server:
        made = ("record", "weibo_search", "星河", "--base-url", server.url, "--fixtures", str(tmp_path / "fixtures"))
        assert "CASE: missing" in tingfeng_(*made)[1]
        code, output = tingfeng_(*made[:3], "a_case", *made[3:])
        assert code == 0, output
        folder = tmp_path / "fixtures" / "weibo_search" / "a_case"
        whole = b"".join(path.read_bytes() for path in folder.iterdir())
        assert b"cookie-that" not in whole
        assert "测试用户1".encode() not in whole
        assert outcome(*read_case(folder))["posts"]
        assert tingfeng_(*made, "--diff")[0] == 0
        body = body.replace(b'"created_at"', b'"createdAt"')
        code, output = tingfeng_(*made, "--diff")
        assert code == 1
        assert "mblog.created_at" in output and "mblog.createdAt" in output
        code, output = tingfeng_(*made, "--diff", "--json")
        assert {"vanished", "appeared"} == {one["change"] for one in json.loads(output.rpartition("]")[0] + "]")}
        kept = tmp_path / "kept.page"
        kept.write_bytes(body)
        asked = len(server.asked)
        assert tingfeng_(*made, "--diff", "--page", str(kept))[0] == 1
        assert len(server.asked) == asked, "a page that was kept needs no request"
        body = b'{"ok":-100}'
        code, output = tingfeng_(*made[:3], "another", *made[3:])
        assert code == 1 and "no authors that could be hidden" in output
        assert not (tmp_path / "fixtures" / "weibo_search" / "another").exists()
    with serving(lambda *_: Said(status=404)) as server:
        assert "HTTP 404" in tingfeng_("record", "weibo_search", "x", "--base-url", server.url, "--diff")[1]


def test_any_bytes_have_a_shape_or_none() -> None:
    luck = random.Random(7)  # noqa: S311
    for feed in feeds():
        for _, page in pages_with_posts(feed):
            for _ in range(10):
                at = luck.randrange(len(page.body))
                cut = replace(page, body=page.body[:at] + luck.randbytes(8) + page.body[at + 40 :])
                try:
                    assert isinstance(shape_of(cut), dict)
                except CrawlError:
                    continue


@pytest.mark.parametrize("body", [b"", b"<!doctype html>", b"<html", b"<!doctype html><!-- only -->", b"[" * 9_000])
def test_a_page_without_a_tag_has_no_shape(body: bytes) -> None:
    page = Response(url="http://x.example/", status=200, headers={}, body=body, fetched_at=datetime.now(UTC))
    assert shape_of(page) == {}
