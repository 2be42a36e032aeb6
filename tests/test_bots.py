"""DingTalk, Feishu and WeCom bots on loopback, failing as the real ones do: nothing is lost, nothing told twice."""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.channel import Channel
from indexing.alerts import claims, outbox, posting, records
from indexing.alerts.alert import Delivery, DeliveryState, Evidence, Quote
from indexing.alerts.channels import send
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.formatting import split_message, to_markdown
from indexing.alerts.message import of_alert
from indexing.alerts.outbox import deliver
from indexing.alerts.rate import pause
from tests.alert_examples import NOW, example
from tests.bot_server import SECRET, TOKEN, Bot, serving
from tests.killing import dying

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

ROOT = Path(__file__).resolve().parent.parent
DIALECTS = ("dingtalk", "feishu", "wecom")
TOO_FAST = {"dingtalk": 130101, "feishu": 9499, "wecom": 45009}
WRONG = {"dingtalk": 310000, "feishu": 19021, "wecom": 93000}

Ready = Callable[[str], tuple[Bot, Channel]]


@pytest.fixture
def ready(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ready]:
    """Give a maker of a bot and the channel that leads to it; counts of messages are kept in a folder of the test's."""
    monkeypatch.setattr(outbox, "_PAUSE", 0.0)
    with ExitStack() as stack:

        def make(dialect: str) -> tuple[Bot, Channel]:
            bot = stack.enter_context(serving(dialect))
            monkeypatch.setenv(f"TINGFENG_CHANNEL_{dialect.upper()}_URL", bot.url)
            monkeypatch.setenv(f"TINGFENG_CHANNEL_{dialect.upper()}_SECRET", SECRET)
            return bot, Channel(id=dialect, kind=dialect, timeout=60)

        yield make


def begin(store: "Store", channel: str, **fields: Any) -> None:
    assert records.begin(store, example(channels=(channel,), **fields))


def kept(store: "Store", channel: str, message: str = "raised") -> Delivery:
    (alert,) = records.find(store, ["burst.xinghe.1"])
    return next(one for one in alert.delivery if one.key == (message, channel))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_signed_message_is_shown_once(emptied_store: "Store", ready: Ready, dialect: str) -> None:
    bot, channel = ready(dialect)
    begin(emptied_store, dialect)
    assert deliver(emptied_store, [channel]).sent == 1
    assert deliver(emptied_store, [channel]).sent == 0
    (text,) = bot.confirmed
    for part in ("危机预警", "负面 30 条", "又闪退了", "https://example.org/run", "burst.xinghe.1"):
        assert part in text


@pytest.mark.parametrize(
    ("dialect", "problem"),
    [
        *((dialect, problem) for dialect in DIALECTS for problem in ("too fast", "wrong")),
        *zip(DIALECTS * 2, (-1, 12345, "cut", "500"), strict=False),
    ],
)
def test_a_failure_in_the_body_or_on_the_way_loses_nothing(
    emptied_store: "Store", ready: Ready, dialect: str, problem: int | str
) -> None:
    bot, channel = ready(dialect)
    code = {"too fast": TOO_FAST[dialect], "wrong": WRONG[dialect]}.get(str(problem), problem)
    bot.script = [code]
    begin(emptied_store, dialect)
    deliver(emptied_store, [channel])
    delivery = kept(emptied_store, dialect)
    if problem == "too fast":  # the bot wants to be left alone
        assert (delivery.state, len(bot.got)) == (DeliveryState.PENDING, 1)
        assert delivery.not_before
        assert 50 < (delivery.not_before.timestamp() - time.time()) <= 600
        assert deliver(emptied_store, [channel]).waiting == 0, "it is not due yet"
        edited = claims.edit(("raised", dialect), lambda _, old: Delivery(channel=dialect, attempts=old.attempts))
        records.change(emptied_store, "burst.xinghe.1", edited)
    deliver(emptied_store, [channel])
    assert len(bot.confirmed) == 1
    assert kept(emptied_store, dialect).state is DeliveryState.SENT
    assert ("重发" in bot.confirmed[0]) is (problem == "cut"), "only what may have arrived is marked"
    before = len(bot.got)
    deliver(emptied_store, [channel])
    assert len(bot.got) == before, "never again after a recorded success"


def test_a_bot_that_hangs_gets_the_message_again_marked_as_a_repeat(
    emptied_store: "Store", ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, channel = ready("feishu")
    bot.script = ["hang"]
    begin(emptied_store, "feishu")
    with monkeypatch.context() as once:
        once.setattr(outbox, "_ATTEMPTS", 1)
        assert deliver(emptied_store, [channel.model_copy(update={"timeout": 1})]).sent == 0
    assert deliver(emptied_store, [channel]).sent == 1
    assert ["重发" in text for text in bot.confirmed] == [True]


def test_http_200_is_no_success(ready: Ready) -> None:
    for dialect in DIALECTS:
        bot, channel = ready(dialect)
        bot.script = [WRONG[dialect]]
        with pytest.raises(NotDelivered, match=f"code {WRONG[dialect]}") as caught:
            send(of_alert(example(), Delivery(channel=dialect)), channel)
        assert (caught.value.retry, caught.value.unsure) == (False, False)


@pytest.mark.parametrize(("dialect", "step"), [*zip(DIALECTS * 2, range(6), strict=True)])
def test_a_kill_between_any_two_writes_repeats_at_most_once_and_says_so(
    emptied_store: "Store", ready: Ready, dialect: str, step: int
) -> None:
    bot, channel = ready(dialect)
    with dying(step, records, "send"):
        records.begin(emptied_store, example(channels=(dialect,)))
        deliver(emptied_store, [channel])
    records.begin(emptied_store, example(channels=(dialect,)))
    deliver(emptied_store, [channel])
    deliver(emptied_store, [channel])
    assert kept(emptied_store, dialect).state is DeliveryState.SENT
    assert ["重发" in text for text in bot.confirmed] in ([False], [False, True], [True])


KILLED = """
import sys
from elasticsearch import Elasticsearch
from config.channel import Channel
from indexing.alerts.outbox import deliver
from indexing.elasticsearch.store import Store
deliver(Store(Elasticsearch(sys.argv[1]), prefix=sys.argv[2]), [Channel(id=sys.argv[3], kind=sys.argv[3])])
"""


def test_a_real_kill_after_the_bots_receipt_repeats_once_marked(
    emptied_store: "Store", es_url: str, ready: Ready
) -> None:
    bot, channel = ready("dingtalk")
    begin(emptied_store, "dingtalk")
    bot.script = ["kill"]
    process = subprocess.Popen([sys.executable, "-c", KILLED, es_url, emptied_store.prefix, "dingtalk"], cwd=ROOT)
    bot.victim = lambda: process.pid
    assert process.wait(60) == -9
    assert kept(emptied_store, "dingtalk").state is DeliveryState.SENDING
    assert deliver(emptied_store, [channel]).sent == 1
    assert ["重发" in text for text in bot.confirmed] == [False, True]
    assert deliver(emptied_store, [channel]).sent == 0


def long_alert(channel: str) -> Any:
    quote = Quote(
        id="i", platform="p", published_at=NOW, text="长" * 140, author="名" * 40, url="https://e.org/" + "a" * 480
    )
    evidence = Evidence(ids=("i",), total=9, quotes=(quote,) * 5)
    return example(channels=(channel,), evidence=evidence, runbook="处" * 400)


def test_a_long_message_comes_in_parts_that_wecom_takes(emptied_store: "Store", ready: Ready) -> None:
    bot, channel = ready("wecom")
    alert = long_alert("wecom")
    assert records.begin(emptied_store, alert)
    assert deliver(emptied_store, [channel]).sent == 1
    assert len(bot.confirmed) > 1
    assert all(len(text.encode()) <= 4096 for text in bot.confirmed)
    assert f"(1/{len(bot.confirmed)})" in bot.confirmed[0]
    whole = "\n".join(bot.confirmed)
    for line in of_alert(alert, Delivery(channel="wecom")).lines:
        assert to_markdown(line) in whole, "parts end with lines"


def test_parts_that_were_confirmed_are_not_sent_again(emptied_store: "Store", ready: Ready) -> None:
    bot, channel = ready("wecom")
    assert records.begin(emptied_store, long_alert("wecom"))
    bot.script = [0, 12345]
    assert deliver(emptied_store, [channel]).sent == 0
    assert kept(emptied_store, "wecom").parts == 1
    assert deliver(emptied_store, [channel]).sent == 1
    assert [text.split(")")[0].rsplit("(")[-1][0] for text in bot.confirmed] == [
        str(n + 1) for n in range(len(bot.confirmed))
    ]


@pytest.mark.parametrize("limit", [3, 4, 7, 10, 100])
def test_parts_are_cut_between_characters_and_say_all(limit: int) -> None:
    lines = ["听风tingfeng", "", "一二三四五六七八九十" * 3, "😀😀"]
    parts = split_message(lines, max(limit, 4))
    assert all(len(part.encode()) <= max(limit, 4) for part in parts)
    assert "".join(parts).replace("\n", "") == "".join(lines)
    assert "\ufffd" not in "".join(parts)


def test_markdown_shows_what_the_line_says() -> None:
    line = to_markdown("**粗** [点我](http://evil.example/a) <@all> `x` # _y_ https://ok.example/p?a=1")
    assert not set("*`<>#_") & set(line.replace("https://ok.example/p?a=1", ""))
    assert line.count("](") == 2  # both addresses as links whose words are ours
    assert "[点我]" not in line


def test_any_sixty_seconds_hold_no_more_than_the_bot_takes(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is shared by threads here, and by processes below."""
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: pause("bot", 20), range(30)))
    assert sum(wait == 0 for wait in waits) == 20
    assert all(0 < wait <= 60 for wait in waits if wait)
    code = "from indexing.alerts.rate import pause; print(sum(pause('shared', 20) == 0 for _ in range(15)))"
    runs = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in "12"]
    assert sum(int(run.communicate()[0]) for run in runs) == 20
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert pause("bot", 20) == 0


def test_a_full_minute_leaves_the_rest_for_the_next_call(
    emptied_store: "Store", ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, channel = ready("dingtalk")
    monkeypatch.setattr(posting, "_PATIENCE", 0.0)
    slow = channel.model_copy(update={"per_minute": 2})
    for number in range(4):
        records.begin(emptied_store, example(f"burst.xinghe.{number}", ("dingtalk",)))
    done = deliver(emptied_store, [slow])
    assert (done.sent, done.waiting, len(bot.got)) == (4, 0, 2), "one by itself, and three in one message"
    for number in range(4, 6):
        records.begin(emptied_store, example(f"burst.xinghe.{number}", ("dingtalk",)))
    done = deliver(emptied_store, [slow])
    assert (done.sent, done.waiting, len(bot.got)) == (0, 2, 2)
    waiting = [one for alert in records.undelivered(emptied_store) for one in alert.delivery]
    assert len(waiting) == 2
    assert any("used up" in (one.last_error or "") for one in waiting)


def test_a_dead_bot_is_replaced_and_reported(
    emptied_store: "Store", ready: Ready, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a bot refuses, another channel is told in the same call, and operations hear of the bot, once."""
    dead, dead_channel = ready("dingtalk")
    other, other_channel = ready("feishu")
    operations, _ = ready("wecom")
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    (data / "config" / "channels").mkdir(parents=True)
    written = "kind: wecom\nurl_env: TINGFENG_CHANNEL_WECOM_URL\n"
    (data / "config" / "channels" / "operations.yaml").write_text(written, encoding="utf-8")
    dead_channel = dead_channel.model_copy(update={"instead": "feishu"})
    dead.script = [310000, 310000]
    begin(emptied_store, "dingtalk")
    assert deliver(emptied_store, [dead_channel, other_channel]).sent == 1
    assert "代 dingtalk 发送" in other.confirmed[0]
    assert "负面 30 条" in other.confirmed[0]
    assert "channel dingtalk" in operations.confirmed[0]
    assert "feishu is told instead" in operations.confirmed[0]
    deliver(emptied_store, [dead_channel, other_channel])
    assert (len(other.confirmed), len(operations.confirmed)) == (1, 1)
    assert deliver(emptied_store, [dead_channel, other_channel]).sent == 1, "mended, it has its message too"
    assert len(dead.confirmed) == 1


def test_no_secret_of_a_bot_is_logged_recorded_or_told(
    emptied_store: "Store", ready: Ready, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channels = []
    for dialect in DIALECTS:
        bot, channel = ready(dialect)
        bot.script = [WRONG[dialect], 12345, "500", "cut"]
        channels.append(channel)
    records.begin(emptied_store, example(channels=DIALECTS))
    for _ in range(3):
        deliver(emptied_store, channels)
    emptied_store.client.indices.refresh(index=f"{emptied_store.prefix}-v*")
    documents = json.dumps(emptied_store.client.search(index=f"{emptied_store.prefix}-v*", size=100).body)
    assert "***" in documents, "the bots' words were kept, without what is secret"
    for secret in (SECRET, TOKEN):
        assert secret not in documents
        assert secret not in caplog.text
