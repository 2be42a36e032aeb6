"""The console lists all posts of a choice by pages, for whoever may see the console."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from config.settings import DAY_ZONE
from dashboards.console import render
from dashboards.console.phrases import PHRASES
from tests.console_server import serving_console

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=DAY_ZONE)
HOSTILE = "</article><script>alert(1)</script>"


def document(number: int) -> dict[str, Any]:
    return {
        "@timestamp": (NOON - timedelta(minutes=number // 3)).isoformat(),  # three at a time share their moment
        "brand": ("a", "b")[number % 2],
        "platform": ("weibo", "forum")[number % 3 == 0],
        "kind": "post",
        "native_id": f"n{number:04}",
        "text": f"第{number}条 {HOSTILE}",
        "url": {"full": f"https://ok.example/{number}"},
        "author": {"id": f"u{number}", "name": f"用户{number:08}"},
        "sentiment": {"label": ("negative", "neutral", "positive")[number % 3]},
        "keywords": ["退款"] if number % 10 == 0 else [],
        **({"engagement": {"total": 1_000 + number}} if number % 5 == 0 else {}),
        **({"customer": {"id": f"secret-{number}"}} if number % 7 == 0 else {}),
    }


DOCUMENTS = [document(number) for number in range(130)]


@pytest.fixture(scope="module")
def console(new_store: "Callable[[], Store]") -> Iterator[str]:
    from elasticsearch.helpers import bulk

    store = new_store()
    store.open_months({"2026.11"})
    index = store.month_alias("2026.11")
    bulk(store.client, [{"_index": index, "_id": one["native_id"], "_source": one} for one in DOCUMENTS], refresh=True)
    evidence = {"evidence": {"ids": ["n0003", "n0001", "n0129"], "total": 3}}
    store.client.index(index=store.alias("alerts"), id="burst.a.1", document=evidence, refresh=True)
    with serving_console(store) as address:
        yield address


@pytest.fixture(autouse=True)
def nothing_set(data: "Path", tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> None:
    brands = tmp_path / "config" / "brands"
    brands.mkdir(parents=True)
    (brands / "a.yaml").write_text("name: 晨星\nquery: 晨星\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("TINGFENG_PUBLIC_URL", raising=False)


def walked(address: str) -> list[str]:
    """Follow the pages to their end; return the posts' links."""
    import lxml.html

    links: list[str] = []
    for _ in range(20):
        answer = httpx.get(address)
        assert answer.status_code == 200, answer.text
        tree = lxml.html.fromstring(answer.text)
        links += tree.xpath("//article//a/@href")
        following = tree.xpath("//a[@rel='next']/@href")
        if not following:
            return links
        address = address.partition("?")[0] + following[0]
    raise AssertionError("the pages never end")


def wanted(**fits: Any) -> list[str]:
    chosen = [one for one in DOCUMENTS if all(one[key] == value for key, value in fits.items())]
    return [one["url"]["full"] for one in sorted(chosen, key=lambda one: one["native_id"])]


def test_the_pages_hold_every_post_once_and_in_order(console: str) -> None:
    assert walked(f"{console}/posts") == wanted()


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("brand=a&sentiment=negative", [n for n in range(130) if n % 2 == 0 and n % 3 == 0]),
        ("brand=a&brand=b&platform=forum", [n for n in range(130) if n % 3 == 0]),
        ("word=%E9%80%80%E6%AC%BE", list(range(0, 130, 10))),
        ("customer=*", list(range(0, 130, 7))),
        ("from=2026-11-20T12&to=2026-11-20T12", [0, 1, 2]),
        ("from=2026-11-20&to=2026-11-20", list(range(130))),
        ("to=2026-11-19", []),
        ("alert=burst.a.1", [1, 3, 129]),
        ("alert=burst.a.1&brand=b&sentiment=neutral", [1]),
    ],
)
def test_the_same_addresses_as_the_pages_choose_the_same_posts(console: str, query: str, numbers: list[int]) -> None:
    assert walked(f"{console}/posts?{query}") == [f"https://ok.example/{number}" for number in numbers]


def test_names_are_shown_and_texts_are_escaped(console: str) -> None:
    answer = httpx.get(f"{console}/posts?brand=a&customer=*")
    assert "晨星" in answer.text
    assert "<script" not in answer.text
    assert "secret-" not in answer.text, "who a customer is stays in the index"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Filter" in httpx.get(f"{console}/posts?lang=en").text


@pytest.mark.parametrize(
    "query",
    [
        *("colour=red", "from=yesterday", "from=2026-13-40", "voice=all", "alert=none"),
        *("after=nonsense", "after=[1]", "after=" + "[" * 5_000),
        *(f"after=[{first},%22a%22,%22b%22,%22c%22,%22d%22]" for first in ("true", "1e3", "9" * 30)),
    ],
)
def test_an_address_that_cannot_be_read_is_told(console: str, query: str) -> None:
    answer = httpx.get(f"{console}/posts?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


def test_others_come_by_a_link_only(console: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from indexing.alerts.links import listing_address as listing

    monkeypatch.setenv("TINGFENG_PUBLIC_URL", "https://alerts.example.org")
    assert httpx.get(f"{console}/posts").status_code == 403
    key = urlsplit(listing(datetime.now(UTC))).query
    assert walked(f"{console}/posts?{key}&brand=b") == wanted(brand="b")
    late = urlsplit(listing(datetime.now(UTC) - timedelta(days=1))).query
    assert httpx.get(f"{console}/posts?{late}").status_code == 410


def test_a_post_says_how_much_engagement_it_found(console: str) -> None:
    assert "engagement 1,005" in httpx.get(f"{console}/posts?lang=en").text


def test_every_phrase_is_given_what_it_names() -> None:
    found = 0
    for page in (Path(render.__file__).parent / "templates").glob("*.html"):
        for name, given in re.findall(r'say\("(\w+)"((?:[^()]|\([^()]*\))*)\)', page.read_text(encoding="utf-8")):
            filled = set(re.findall(r"(\w+)=", given))
            for phrase in PHRASES.get(name, ()):
                wanted_ = {field for _, field, _, _ in Formatter().parse(phrase) if field}
                assert wanted_ <= filled, f"{page.name}: {name} wants {wanted_}"
                found += bool(wanted_)
    assert found > 4
