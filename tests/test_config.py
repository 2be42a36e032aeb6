"""A malformed file is refused with file, line, field and remedy, and a right one is read."""

from pathlib import Path

import pytest

from config.brand import Brand, Target, load_brands, targets
from config.load import ConfigError, load
from config.platform import Platform, platform

GOOD = """\
name: 星河手机
query: 星河 AND (崩溃 OR 闪退) NOT 星河湾
words: [星河手机, 星河X1]
own_accounts:
  - {platform: weibo, id: "1000001"}
crawl:
  - feed: weibo_search
    query: 星河
  - {feed: rss, query: "https://example.org/feed.xml"}
"""


def written(folder: Path, text: str, name: str = "xinghe.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_right_brand_is_read(tmp_path: Path) -> None:
    brand = load(written(tmp_path, GOOD), Brand)
    assert brand.id == "xinghe"
    assert brand.crawl[1] == Target(feed="rss", query="https://example.org/feed.xml")
    assert brand.own_accounts[0].id == "1000001"


@pytest.mark.parametrize(
    ("text", "line", "field", "remedy"),
    [
        ("name: 星河\n", 1, "query", "add it"),
        ("name: 星河\nquery: 星河\nqueries: x\n", 3, "queries", "known: crawl"),
        ("name: 星河\nquery: 星河 AND (崩溃\n", 2, "query", "character"),
        ("name: 星河\nquery: NOT 星河\n", 2, "query", "must stand"),
        ("name: 星河\nquery: 'colour:红'\n", 2, "query", "colour"),
        ("name: 星河\nquery: 星河\nwords: 星河\n", 3, "words", "change it"),
        ("name: 星河\nquery: 星河\ncrawl:\n  - feed: rss\n", 4, "crawl.0.query", "add it"),
        ("name: 星河\nquery: 星河\ncrawl:\n  - {feed: Weibo Search, query: x}\n", 4, "crawl.0.feed", "change it"),
        ("name: 星河\nquery: 星河\nname: 银河\n", 3, "name", "keep one"),
        ("name: 星河\nquery: 星河\nid: x\n", 3, "id", "remove this field"),
        ("name: '星河\nquery: 星河\n", 3, "not YAML", "quotes"),
        ("- 星河\n", 1, "mapping", "name: 小米"),
        ("", 1, "mapping", "name: 小米"),
        (
            "name: 星河\nquery: 星河\ncrawl:\n  - {feed: rss, query: a}\n  - {feed: rss, query: a}\n",
            1,
            "file",
            "keep one",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_remedy(
    tmp_path: Path, text: str, line: int, field: str, remedy: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as told:
        load(path, Brand)
    first = str(told.value).splitlines()[0]
    assert first.startswith(f"{path}:{line}: "), first
    assert field in first
    assert remedy in first


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, "name: 星河\nquery: ''\nother: 1\n", "a.yaml")
    written(tmp_path, "query: x\n", "b.yaml")
    with pytest.raises(ConfigError) as told:
        load_brands(tmp_path)
    assert [line.split(":")[0].rsplit("/")[-1] for line in str(told.value).splitlines()] == [
        "a.yaml",
        "a.yaml",
        "b.yaml",
    ]


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("name: 星河\nquery: 星河\n".encode("gb18030"))
    with pytest.raises(ConfigError, match="gbk.yaml: not UTF-8.*save the file as UTF-8"):
        load(path, Brand)


def test_a_brand_file_with_a_space_in_its_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the brand's id"):
        load(written(tmp_path, GOOD, "xing he.yaml"), Brand)


def test_brands_that_ask_for_the_same_feed_share_it(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "a.yaml")
    written(tmp_path, GOOD.replace("星河手机", "星河平板"), "b.yaml")
    assert len(targets(load_brands(tmp_path))) == 2


def test_a_platform_is_overridden_by_its_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    assert platform("rss") == Platform(id="rss")
    (tmp_path / "platforms").mkdir()
    written(tmp_path / "platforms", "delay: 2.5\ncookie_env: WEIBO_COOKIE\n", "rss.yaml")
    assert platform("rss").delay == 2.5
    written(tmp_path / "platforms", "cookie: SUB=abc\n", "rss.yaml")
    with pytest.raises(ConfigError, match=r"rss.yaml:1: cookie: unknown field.*cookie_env"):
        platform("rss")
