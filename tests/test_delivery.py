"""Alerts reach their receivers over real HTTP: at least once, never again after a recorded success, never silently."""

import hashlib
import hmac
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import Message as Headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.channel import Channel
from indexing.alerts import outbox, records
from indexing.alerts.alert import Alert, Delivery, DeliveryState, Evidence, Quote
from indexing.alerts.channels import send
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.message import of_alert
from indexing.alerts.operations import notify
from indexing.alerts.outbox import deliver
from tests.alert_examples import NOW, example
from tests.killing import dying
from tests.soaking import in_part

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

# Apprise imports on Python 3.11 and 3.12 what goes with 3.13
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SECRET = "token-2f6b-should-never-be-seen"
PATIENT, HASTY = 60, 1
"""Seconds: longer than a busy machine takes to answer on loopback; and what a receiver that never answers is given."""


@dataclass
class Receiver:
    """A receiver on loopback: answers as its script says, then 200; remembers what it has confirmed."""

    script: list[str] = field(default_factory=list)
    got: list[tuple[Headers, dict[str, Any], bytes]] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers["Content-Length"]))
        body = json.loads(raw)
        self.got.append((handler.headers, body, raw))
        what = self.script.pop(0) if self.script else "200"
        if what == "hang":
            handler.rfile.read(1)  # until the sender gives up and closes
        elif what == "kill":
            os.kill(body["pid"], signal.SIGKILL)
        elif what.isdecimal():
            handler.send_response(int(what))
            handler.send_header("Location", self.url)
            handler.send_header("Content-Length", "2")
            handler.end_headers()
            handler.wfile.write(b"no")
        handler.close_connection = True
        if what == "200":
            self.confirmed.append(handler.headers.get("Idempotency-Key", ""))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.answer(self)

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/{SECRET}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hook(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setenv("TINGFENG_CHANNEL_HOOK_URL", receiver.url)
    monkeypatch.setattr(outbox, "_PAUSE", 0.0)
    return Channel(id="hook", kind="webhook", timeout=PATIENT)


def begin(store: "Store", *alerts: Alert) -> None:
    assert all(records.begin(store, alert) for alert in alerts or (example(),))


def delivery(store: "Store", id: str = "burst.xinghe.1", channel: str = "hook") -> Delivery:
    alert = records.change(store, id, lambda old: old)
    return next(one for one in alert.delivery if one.channel == channel)


def events(store: "Store") -> list[tuple[str, str | None]]:
    store.refresh("alert-events")
    found = store.client.search(index=store.alias("alert-events"), size=100, sort=[{"@timestamp": "asc"}])
    return [(hit["_source"]["event"], hit["_source"].get("detail")) for hit in found["hits"]["hits"]]


def test_a_webhook_gets_the_alert_once(emptied_store: "Store", receiver: Receiver, hook: Channel) -> None:
    begin(emptied_store)
    assert deliver(emptied_store, [hook]).sent == 1
    assert deliver(emptied_store, [hook]).sent == 0
    ((headers, body, _),) = receiver.got
    assert headers["Idempotency-Key"] == "burst.xinghe.1:hook"
    assert "X-Tingfeng-Signature" not in headers
    assert (body["id"], body["repeat"], body["alert"]["figures"][0]["value"]) == ("burst.xinghe.1", False, 30)
    assert body["alert"]["evidence"]["ids"] == ["weibo:post:1:xinghe"]
    assert "delivery" not in body["alert"]
    assert body["title"] == "【危机预警】负面突增 xinghe"
    for part in ("负面 30 条", "30 negative mentions", "又闪退了", "https://example.org/run", "burst.xinghe.1"):
        assert part in body["text"]
    kept = delivery(emptied_store)
    assert (kept.state, kept.attempts, kept.claim, kept.last_error) == (DeliveryState.SENT, 1, None, None)
    assert [name for name, _ in events(emptied_store)] == ["firing", "sending", "sent"]


def test_the_signature_covers_time_and_body(receiver: Receiver, hook: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_CHANNEL_HOOK_SECRET", SECRET)
    send(of_alert(example(), Delivery(channel="hook")), hook)
    headers, _, raw = receiver.got[0]
    signed = f"{headers['X-Tingfeng-Timestamp']}.".encode() + raw
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Tingfeng-Signature"] == f"v1={expected}"
    assert abs(int(headers["X-Tingfeng-Timestamp"]) - time.time()) < 5
    assert SECRET not in raw.decode()


@pytest.mark.parametrize(
    ("script", "attempts", "repeat", "told"),
    [
        (["500"], 2, False, "HTTP 500"),
        (["429", "503"], 3, False, "HTTP 503"),
        (["cut"], 2, True, "no answer"),
    ],
)
def test_a_failing_receiver_is_tried_again_within_the_call(
    emptied_store: "Store", receiver: Receiver, hook: Channel, script: list[str], attempts: int, repeat: bool, told: str
) -> None:
    receiver.script = script
    begin(emptied_store)
    assert deliver(emptied_store, [hook]).sent == 1
    assert len(receiver.got) == attempts
    assert receiver.confirmed == ["burst.xinghe.1:hook"]
    assert receiver.got[-1][1]["repeat"] is repeat
    assert ("重发" in receiver.got[-1][1]["title"]) is repeat
    assert any(name == "unsent" and told in (detail or "") for name, detail in events(emptied_store))


def test_a_receiver_that_hangs_is_given_up_and_told_again_as_a_repeat(
    emptied_store: "Store", receiver: Receiver, hook: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.script = ["hang"]
    begin(emptied_store)
    with monkeypatch.context() as once:
        once.setattr(outbox, "_ATTEMPTS", 1)
        assert deliver(emptied_store, [hook.model_copy(update={"timeout": HASTY})]).sent == 0
    assert "no answer" in (delivery(emptied_store).last_error or "")
    assert deliver(emptied_store, [hook]).sent == 1
    assert [body["repeat"] for _, body, _ in receiver.got] == [False, True]
    assert receiver.confirmed == ["burst.xinghe.1:hook"]


@pytest.mark.parametrize("status", ["400", "404", "302"])
def test_a_refusal_is_not_repeated_until_the_next_evaluation(
    emptied_store: "Store", receiver: Receiver, hook: Channel, status: str
) -> None:
    receiver.script = [status]
    begin(emptied_store)
    assert deliver(emptied_store, [hook]).waiting == 1
    assert len(receiver.got) == 1
    assert delivery(emptied_store).last_error == f"the receiver answered HTTP {status}"
    assert deliver(emptied_store, [hook]).sent == 1
    assert receiver.got[-1][1]["repeat"] is False


def test_nobody_there_is_told_and_tried_again_later(
    emptied_store: "Store", receiver: Receiver, hook: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(emptied_store)
    monkeypatch.setenv("TINGFENG_CHANNEL_HOOK_URL", f"http://127.0.0.1:1/{SECRET}")
    assert deliver(emptied_store, [hook]).sent == 0
    kept = delivery(emptied_store)
    assert (kept.state, kept.attempts, kept.unsure) == (DeliveryState.PENDING, 3, False)
    assert "no connection" in (kept.last_error or "")
    monkeypatch.setenv("TINGFENG_CHANNEL_HOOK_URL", receiver.url)
    assert deliver(emptied_store, [hook]).sent == 1


@pytest.mark.parametrize("url", [None, "not an address", "ftp://example.org/x"])
def test_a_missing_or_wrong_address_names_its_variable(
    emptied_store: "Store", hook: Channel, monkeypatch: pytest.MonkeyPatch, url: str | None
) -> None:
    if url is None:
        monkeypatch.delenv("TINGFENG_CHANNEL_HOOK_URL")
    else:
        monkeypatch.setenv("TINGFENG_CHANNEL_HOOK_URL", url)
    begin(emptied_store)
    deliver(emptied_store, [hook])
    kept = delivery(emptied_store)
    assert "TINGFENG_CHANNEL_HOOK_URL" in (kept.last_error or "")
    assert kept.attempts == 1


def test_a_channel_that_fails_or_hangs_holds_up_no_other(
    emptied_store: "Store", receiver: Receiver, hook: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_CHANNEL_DEAD_URL", "http://127.0.0.1:1/")
    channels = [Channel(id="dead", kind="webhook", timeout=PATIENT), hook, Channel(id="odd", kind="pigeon")]
    begin(emptied_store, *(example(f"burst.xinghe.{n}", ("dead", "odd", "gone", "hook")) for n in range(3)))
    done = deliver(emptied_store, channels)
    assert (done.sent, done.waiting) == (3, 9)
    assert len(receiver.confirmed) == 3
    errors = {name: delivery(emptied_store, "burst.xinghe.0", name).last_error for name in ("dead", "odd", "gone")}
    assert "no connection" in (errors["dead"] or "")
    assert "no channel kind 'pigeon'" in (errors["odd"] or "")
    assert "no channel is called 'gone'" in (errors["gone"] or "")


def test_a_message_that_the_receiver_cannot_take_holds_up_no_other(
    emptied_store: "Store", receiver: Receiver, hook: Channel
) -> None:
    begin(emptied_store, example("burst.a.1", raised_at=NOW - timedelta(hours=1)))
    receiver.script = ["500", "500", "500"]
    assert deliver(emptied_store, [hook]).sent == 0
    begin(emptied_store, example("burst.b.1"))
    receiver.script = ["200", "500", "500", "500"]
    assert deliver(emptied_store, [hook]).sent == 1
    assert receiver.confirmed == ["burst.b.1:hook"]


def test_what_cannot_be_delivered_for_days_is_given_up_and_recorded(
    emptied_store: "Store", receiver: Receiver, hook: Channel
) -> None:
    begin(emptied_store, example(raised_at=NOW - timedelta(days=4)))
    receiver.script = ["400"]
    deliver(emptied_store, [hook])
    assert delivery(emptied_store).state is DeliveryState.GIVEN_UP
    assert deliver(emptied_store, [hook]).waiting == 0
    assert "given_up" in [name for name, _ in events(emptied_store)]


@pytest.mark.parametrize("step", in_part(range(8), 1, 3, 5))
def test_a_kill_between_any_two_writes_loses_nothing(
    emptied_store: "Store", receiver: Receiver, hook: Channel, step: int
) -> None:
    with dying(step, records, "send"):
        records.begin(emptied_store, example())
        deliver(emptied_store, [hook])
    records.begin(emptied_store, example())
    deliver(emptied_store, [hook])
    deliver(emptied_store, [hook])
    assert delivery(emptied_store).state is DeliveryState.SENT
    bodies = [body for _, body, _ in receiver.got]
    assert [body["repeat"] for body in bodies] in ([False], [False, True], [True])
    assert len({headers["Idempotency-Key"] for headers, _, _ in receiver.got}) == 1
    names = [name for name, _ in events(emptied_store)]
    assert names.count("firing") == 1
    assert names.count("sent") >= 1


KILLED = """
import os, sys
from elasticsearch import Elasticsearch
from config.channel import Channel
from indexing.alerts import outbox
from indexing.elasticsearch.store import Store

made = outbox.of_alert

def with_pid(*arguments, **named):
    message = made(*arguments, **named)
    message.body["pid"] = os.getpid()
    return message

outbox.of_alert = with_pid
store = Store(Elasticsearch(sys.argv[1]), prefix=sys.argv[2])
outbox.deliver(store, [Channel(id="hook", kind="webhook")])
"""


def test_a_real_kill_after_the_receipt_repeats_once_and_says_so(
    emptied_store: "Store", es_url: str, receiver: Receiver, hook: Channel
) -> None:
    begin(emptied_store)
    receiver.script = ["kill"]
    command = [sys.executable, "-c", KILLED, es_url, emptied_store.prefix]
    killed = subprocess.run(command, cwd=Path(__file__).parent.parent, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert delivery(emptied_store).state is DeliveryState.SENDING
    assert deliver(emptied_store, [hook]).sent == 1
    assert [body["repeat"] for _, body, _ in receiver.got] == [False, True]
    assert deliver(emptied_store, [hook]).sent == 0


def test_two_deliveries_at_once_send_once(emptied_store: "Store", receiver: Receiver, hook: Channel) -> None:
    begin(emptied_store)
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: deliver(emptied_store, [hook]), range(3)))
    assert sum(one.sent for one in done) == len(receiver.got) == 1


def test_a_claim_of_another_machine_holds_until_its_lease_ends(
    emptied_store: "Store", receiver: Receiver, hook: Channel
) -> None:
    claimed = Delivery(
        channel="hook", state=DeliveryState.SENDING, attempts=1, claim="elsewhere:1:abc", at=datetime.now(UTC)
    )
    begin(emptied_store, example(delivery=(claimed,)))
    assert deliver(emptied_store, [hook]).sent == 0
    stale = replace(claimed, at=datetime.now(UTC) - timedelta(minutes=6))
    records.change(emptied_store, "burst.xinghe.1", lambda old: replace(old, delivery=(stale,)))
    assert deliver(emptied_store, [hook]).sent == 1
    assert receiver.got[0][1]["repeat"] is True


@pytest.fixture
def apprise_hook(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setenv("CHAT", receiver.url.replace("http://", "json://"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Channel(id="chat", kind="apprise", url_env="CHAT", timeout=PATIENT)


def test_apprise_delivers_and_reports_failure(
    emptied_store: "Store", receiver: Receiver, apprise_hook: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_PAUSE", 0.0)
    begin(emptied_store, example(channels=("chat",)))
    receiver.script = ["500"] * 3
    assert deliver(emptied_store, [apprise_hook]).sent == 0
    assert delivery(emptied_store, channel="chat").last_error == "Apprise reports a failure"
    assert deliver(emptied_store, [apprise_hook]).sent == 1
    body = receiver.got[-1][1]
    assert body["title"].startswith("【危机预警】")
    assert "又闪退了" in body["message"]


def test_apprise_without_a_readable_address_names_the_variable(
    apprise_hook: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT", f"nosuchservice://{SECRET}")
    with pytest.raises(NotDelivered, match="^CHAT holds no address") as caught:
        send(of_alert(example(), Delivery(channel="chat")), apprise_hook)
    assert SECRET not in str(caught.value)


def test_no_secret_is_logged_recorded_or_told(
    emptied_store: "Store",
    receiver: Receiver,
    hook: Channel,
    apprise_hook: Channel,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("TINGFENG_CHANNEL_HOOK_SECRET", SECRET)
    receiver.script = ["500", "500", "cut", "cut", "400", "400"]
    begin(emptied_store, example(channels=("hook", "chat")))
    deliver(emptied_store, [hook, apprise_hook])
    monkeypatch.setenv("CHAT", f"nosuchservice://{SECRET}")
    monkeypatch.setenv("TINGFENG_CHANNEL_HOOK_URL", f"http://{SECRET}:{SECRET}@[bad")
    begin(emptied_store, example("burst.xinghe.2", channels=("hook", "chat")))
    deliver(emptied_store, [hook, apprise_hook])
    emptied_store.client.indices.refresh(index=f"{emptied_store.prefix}-v*")
    documents = emptied_store.client.search(index=f"{emptied_store.prefix}-v*", size=100)
    assert caplog.records
    assert SECRET not in caplog.text
    assert SECRET not in json.dumps(documents.body)


def test_operations_are_told_of_a_failed_step(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    assert notify("crawl.weibo", "no such channel yet") is False
    (tmp_path / "channels").mkdir()
    (tmp_path / "channels" / "operations.yaml").write_text("kind: webhook\n", encoding="utf-8")
    assert notify("crawl.weibo", "no address yet") is False
    monkeypatch.setenv("TINGFENG_CHANNEL_OPERATIONS_URL", receiver.url)
    assert notify("crawl.weibo", "the platform <b>refuses</b> us") is True
    assert receiver.got[0][1]["step"] == "crawl.weibo"
    assert "<b>" not in receiver.got[0][1]["text"]


def test_a_long_alert_stays_a_message_of_bounded_length() -> None:
    quote = Quote(
        id="i", platform="p", published_at=NOW, text="长" * 140, author="名" * 40, url="https://e.org/" + "a" * 480
    )
    alert = example(evidence=Evidence(ids=tuple(map(str, range(500))), total=9_999, quotes=(quote,) * 5))
    message = of_alert(alert, Delivery(channel="hook", unsure=True))
    assert len(message.text) < 5_000
    assert message.title.startswith("【危机预警】【重发】")
