"""A malformed file is refused with file, line, field and remedy, and a right one is read."""

import traceback
from pathlib import Path

import pytest
from pydantic import BaseModel

from config.brand import Brand, Target, load_brands, targets
from config.channel import Channel
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
        ("name: 星河\nquery: 星河\nqueries: x\n", 3, "queries", "known: aliases, crawl"),
        ("name: 星河\nquery: 星河 AND (崩溃\n", 2, "query", "character"),
        ("name: 星河\nquery: NOT 星河\n", 2, "query", "must stand"),
        ("name: 星河\nquery: 'colour:红'\n", 2, "query", "colour"),
        ("name: 星河\nquery: 星河\nwords: 星河\n", 3, "words", "change it"),
        ("name: 星河\nquery: 星河\ncrawl:\n  - feed: rss\n", 4, "crawl.0.query", "add it"),
        ("name: 星河\nquery: 星河\ncrawl:\n  - {feed: Weibo Search, query: x}\n", 4, "crawl.0.feed", "change it"),
        ("name: 星河\nquery: 星河\nname: 银河\n", 3, "name", "keep one"),
        ("name: 星河\nquery: 星河\nid: x\n", 3, "id", "remove this field"),
        ("name: '星河\nquery: 星河\n", 3, "not YAML", "quotes"),
        ("query: 星河\naliases: [a\nwords: b\n", 3, "expected ',' or ']', but got ':'", "quotes"),
        ("name: 星河\nquery: 星河\nwords: 5\n", 3, "words: must be a list", "change it"),
        ("name: &a [*a]\n", 1, "within itself", "write out"),
        ("a: &a [x, x]\nb: &b [*a, *a]\n" + "c: [" + "*b, " * 50_000 + "*b]\n", 1, "thousands of times", "write out"),
        ("name: " + "[" * 3000, 1, "brackets in brackets", "remove them"),
        ("name: 360\nquery: x\n", 1, "name: YAML reads this as a number", "in quotes"),
        ("name:\nquery: x\n", 1, "name: YAML reads this as nothing", "write it"),
        ("name: x\nquery: x\nneutral: yes\n", 3, "neutral: YAML reads this as yes or no", "write the number"),
        ("name: x\nquery: x\non: 1\n", 3, "on: YAML reads this key as yes or no", "in 'on':"),
        ("name: x\nquery: x\n? 2026-11-01\n: 1\n", 3, "reads this key as a date", "in quotes"),
        ("query: x\nname: 2026-13-01\n", 2, "name: YAML reads this as a date that there cannot be", "in quotes"),
        ("name: x\nquery: x\nneutral: " + "9" * 5000, 3, "a number that there cannot be", "mend it"),
        ('name: "a\\e[31m"\nquery: x\n', 1, "name: holds a control character (U+001B)", "remove it"),
        ("query: x\nname: a\x00b\n", 2, "not YAML: holds a character that no text has (U+0000)", "remove it"),
        ('name: "a\\nb"\nquery: x\n', 1, "name: must be one line", "at most 100"),
        ("name: x\nquery: x\naliases:\n\tnames: [y]\n", 4, "not YAML: a tab stands here", "indent with spaces"),
        ("name: x\n\tquery: x\n", 2, "not YAML: a tab stands here", "indent with spaces"),
        ("name: x\n \tquery: x\n", 2, "not YAML: a tab stands here", "indent with spaces"),
        ("name: x\nquery: x\naliases: y\n", 3, "aliases: must be a mapping", "change it"),
        ("- 星河\n", 1, "mapping", "name: 小米"),
        ("", 1, "mapping", "name: 小米"),
        (
            "name: 星河\nquery: 星河\ncrawl:\n  - {feed: rss, query: a}\n  - {feed: rss, query: a}\n",
            3,
            "crawl",
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


@pytest.mark.parametrize(
    "query",
    [
        '"星河 X9 Pro" OR 星河X9',
        "[怒] OR 👎",
        "星河: 手机",
        "星河 #话题#",
        "#话题# 星河",
        "星河\n  手机 #话题#",
        "[怒]",
        "{星河}",
        "*星河",
        "&手机 星河",
        "!手机 星河",
        "@星河",
        "%星河",
        "'星河 X9' OR 手机",
        "12306",
        "no",
        "2026-11-01",
        "",
        "'星河",
    ],
)
@pytest.mark.parametrize("before", ["name: 星河\n", "name: 星河\nwords: [手机]\n"], ids=["second", "third"])
def test_a_query_that_yaml_reads_otherwise_says_how_it_is_quoted(tmp_path: Path, before: str, query: str) -> None:
    path = written(tmp_path, f"{before}query: {query}\nneutral: 1\n")
    with pytest.raises(ConfigError, match="put the whole query in single quotes") as refused:
        load(path, Brand)
    assert f"{path}:{before.count(chr(10)) + 1}: query: " in str(refused.value)


def test_words_that_yaml_would_cut_are_refused_and_comments_are_not(tmp_path: Path) -> None:
    good = "name: 星河 # 手机\nquery: '星河 #话题#' #x\nwords:\n  # one\n  - 星河手机   # two\n#end\n"
    assert load(written(tmp_path, good), Brand).query == "星河 #话题#"
    with pytest.raises(ConfigError, match=r"xinghe.yaml:4: words.0: YAML drops all from # on: .*single quotes"):
        load(written(tmp_path, "name: 星河\nquery: 星河\nwords:\n  - 星河 #话题#\n"), Brand)


SECRETS = ("SUB=_2AkMS3cr3t; SUBP=0033", "s3cr3t", "https://bot.example.org/send?key=s3cr3t", "[s3cr3t]", "{a: s3cr3t}")


@pytest.mark.parametrize("secret", [*SECRETS, "'s3cr3t", "*s3cr3t", "!s3cr3t x", '"s3cr3t" x', "s3cr3t: x", "- s3cr3t"])
@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Platform, "cookie_env"),
        (Platform, "base_url"),
        (Platform, "delay"),
        (Channel, "url_env"),
        (Channel, "secret_env"),
        (Channel, "timeout"),
        (Channel, "url"),
    ],
)
def test_a_pasted_secret_is_never_shown(tmp_path: Path, model: type[BaseModel], field: str, secret: str) -> None:
    path = written(tmp_path, f"kind: webhook\n{field}: {secret}\n" if model is Channel else f"{field}: {secret}\n")
    try:
        load(path, model)
    except ConfigError as error:
        shown = "".join(traceback.format_exception(error))
        if not (field in ("delay", "timeout") and secret == "s3cr3t"):
            assert "s3cr3t" not in shown.lower(), shown
        assert f"{path}:" in shown
    else:
        assert field == "base_url", "only an address may be written as it is"
