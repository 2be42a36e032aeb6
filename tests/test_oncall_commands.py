"""The on-call commands as people use them: list, explain, answer, silence, and a test of a channel."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tingfeng
from indexing.alerts import records
from indexing.elasticsearch.store import Store
from tests.alert_examples import example
from tests.bot_server import SECRET, TOKEN, serving

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(data: Path, es_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command in an installation of the test's own; give its exit code and what it said on both channels."""
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    monkeypatch.setenv("COLUMNS", "200")
    (data / "config" / "channels").mkdir(parents=True)
    (data / "config" / "channels" / "bot.yaml").write_text("kind: dingtalk\n", encoding="utf-8")

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["tingfeng", *arguments])
        capfd.readouterr()
        code: object = 0
        try:
            tingfeng.main()
        except SystemExit as ended:
            code = ended.code
        said = capfd.readouterr()
        return int(str(code or 0)), said.out + said.err

    return call


def test_a_channel_is_tested(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = run("channels", "list")
    assert (code, "TINGFENG_CHANNEL_BOT_URL is NOT set" in said) == (0, True)
    with serving("dingtalk") as bot:
        monkeypatch.setenv("TINGFENG_CHANNEL_BOT_URL", bot.url)
        code, said = run("channels", "test", "bot")
        assert code == 1
        assert "bot: not confirmed: the bot answered code 310000" in said
        assert "signing secret" in said
        monkeypatch.setenv("TINGFENG_CHANNEL_BOT_SECRET", SECRET)
        code, said = run("channels", "test", "bot")
        assert (code, "the receiver confirmed the message" in said) == (0, True)
        assert "这是一条测试消息" in bot.confirmed[0]
    assert TOKEN not in said
    code, said = run("channels", "test", "nobody")
    assert code == 1
    assert "known: bot" in said


def test_an_alert_is_answered(run: Run, emptied_es: "Elasticsearch") -> None:
    store = Store(emptied_es)
    store.ensure()
    id = "burst.xinghe.1"
    records.begin(store, example(raised_at=datetime.now(UTC), channels=()))
    assert f"CRISIS  {id}" in run("alerts", "list")[1]
    done: tuple[tuple[tuple[str, ...], str], ...] = (
        (("ack", id, "--by", "zhang"), "acknowledged, zhang"),
        (("assign", id, "--to", "li", "--by", "zhang"), "assigned, li"),
        (("snooze", id, "--for", "2h", "--by", "li"), "snoozed until"),
        (("resolve", id, "--by", "li", "--reason", "误会"), "resolved, li"),
    )
    for command, told in done:
        code, said = run("alerts", *command)
        assert code == 0, said
        assert told in said
    code, said = run("alerts", "explain", id)
    assert code == 0
    events = re.findall(r"^\d\d-\d\d \d\d:\d\d:\d\d  (\S+)", said, re.MULTILINE)
    assert events == ["发现", "认领", "转交", "暂缓", "解除"]
    assert run("alerts", "list")[1].strip() == "0 条未解除 firing"
    refused: tuple[tuple[tuple[str, ...], str], ...] = (
        (("ack", "nothing", "--by", "li"), "there is no alert 'nothing'"),
        (("snooze", id, "--for", "soon", "--by", "li"), "write a number and a unit"),
        (("silence", "--for", "1h", "--reason", "x", "--by", "li"), "name a rule"),
        (("silence", "--for", "1h", "--reason", "x", "--by", "li", "--severity", "bad"), "notice, warning"),
        (("silences", "--end", "nothing", "--by", "li"), "no running silence 'nothing'"),
    )
    for command, told in refused:
        code, said = run("alerts", *command)
        assert (code, told in said, "Traceback" in said) == (1, True, False), said


def test_a_silence_is_made_listed_and_ended(run: Run, emptied_es: "Elasticsearch") -> None:
    code, said = run("alerts", "silence", "--for", "2h", "--reason", "发布会", "--by", "li", "--brand", "xinghe")
    assert code == 0, said
    made = re.search(r"Silence (\w+) holds", said)
    assert made
    listed = run("alerts", "silences")[1]
    assert re.search(r"brand = xinghe\s+至 until", listed)
    assert "by li: 发布会" in listed
    assert "0 个静默 silences" in run("alerts", "silences", "--end", made[1], "--by", "li")[1]
