"""When the index is away, people still hear; when all is well, they hear that too; mail arrives in threads."""

import json
import logging
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.channel import Channel
from config.rota import Heartbeat, Person, Rota, Shift
from config.settings import DAY_ZONE
from indexing.alerts import heartbeat, outbox, records, spool
from indexing.alerts.alert import Delivery, DeliveryState
from indexing.alerts.channels import send
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.message import of_alert
from indexing.alerts.outbox import deliver
from indexing.elasticsearch.errors import Unreachable
from tests.alert_examples import NOW, example
from tests.bot_server import SECRET, Bot, serving
from tests.killing import dying

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ROTA = Rota(
    id="rota",
    people={"zhang": Person(name="张三", channels=("feishu",))},
    shifts=(Shift(name="班", people=("zhang",), begin=0, end=24 * 60),),
    heartbeat=Heartbeat(at=0, channels=("feishu",)),
)


@pytest.fixture
def bot(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    with serving("feishu") as made:
        monkeypatch.setenv("TINGFENG_CHANNEL_FEISHU_URL", made.url)
        monkeypatch.setenv("TINGFENG_CHANNEL_FEISHU_SECRET", SECRET)
        monkeypatch.setattr(outbox, "_PAUSE", 0.0)
        yield made


FEISHU = [Channel(id="feishu", kind="feishu", timeout=60)]


def test_an_outage_of_the_index_loses_no_message_and_repeats_none(emptied_store: "Store", bot: Bot) -> None:
    records.begin(emptied_store, example("burst.a.1", ("feishu",)))
    records.begin(emptied_store, example("burst.b.1", ("feishu",)))
    bot.script = [0, 12345]
    assert deliver(emptied_store, FEISHU).sent == 1
    spool.keep(emptied_store)
    bot.script = ["cut"]
    assert spool.page_directly(FEISHU, ROTA, now=NOW) == 0
    assert spool.page_directly(FEISHU, ROTA, now=NOW + 2 * MINUTE) == 1
    assert spool.page_directly(FEISHU, ROTA, now=NOW + 4 * MINUTE) == 0
    assert ["burst" in text for text in bot.confirmed] == [True, True, False]
    assert "【重发】" in bot.confirmed[1], "it may have arrived when the connection was cut"
    assert "索引无法访问" in bot.confirmed[2]
    assert f"{NOW.astimezone(DAY_ZONE):%H:%M}" in bot.confirmed[2]
    spool.page_directly(FEISHU, ROTA, now=NOW + 9 * MINUTE)
    assert len(bot.confirmed) == 3, "an outage is told once"
    assert spool.reconcile(emptied_store, FEISHU) == 1
    assert "索引恢复" in bot.confirmed[3]
    assert deliver(emptied_store, FEISHU).sent == 0
    assert len(bot.confirmed) == 4
    for alert in records.find(emptied_store, ["burst.a.1", "burst.b.1"]):
        assert alert.delivery[0].state is DeliveryState.SENT
        assert "sent" in [event["event"] for event in records.history(emptied_store, alert.id)]
    assert spool.reconcile(emptied_store, FEISHU) == 0


@pytest.mark.parametrize("step", range(4))
def test_a_kill_at_any_step_of_the_spool_repeats_at_most_once_and_says_so(
    emptied_store: "Store", bot: Bot, step: int
) -> None:
    records.begin(emptied_store, example(channels=("feishu",)))
    spool.keep(emptied_store)
    with dying(step, spool, "_write"):
        spool.page_directly(FEISHU, None, now=NOW)
    spool.page_directly(FEISHU, None, now=NOW + MINUTE)
    spool.reconcile(emptied_store, FEISHU)
    deliver(emptied_store, FEISHU)
    assert ["重发" in text for text in bot.confirmed] in ([False], [False, True], [True])
    assert records.find(emptied_store, ["burst.xinghe.1"])[0].delivery[0].state is DeliveryState.SENT


def test_the_watch_pages_directly_when_nothing_answers(
    emptied_store: "Store", bot: Bot, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexing.pipeline import watch

    records.begin(emptied_store, example(channels=("feishu",)))
    spool.keep(emptied_store)
    for folder, text in (("channels", "kind: feishu\n"), ("brands", "name: 星河\nquery: 星河\n")):
        (data / "config" / folder).mkdir(parents=True)
        (data / "config" / folder / "feishu.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        watch()
    assert "负面 30 条" in bot.confirmed[0]


def test_the_heartbeat_comes_once_a_day_with_its_figures(emptied_store: "Store", bot: Bot) -> None:
    records.begin(emptied_store, example())
    emptied_store.refresh("alerts")
    bot.script = [12345]
    assert heartbeat.beat(emptied_store, FEISHU, ROTA, now=NOW) == 0
    assert heartbeat.beat(emptied_store, FEISHU, ROTA, now=NOW + MINUTE) == 1
    assert heartbeat.beat(emptied_store, FEISHU, ROTA, now=NOW + 2 * MINUTE) == 0
    assert "1 alerts; 1 open, 1 undelivered" in bot.confirmed[0]
    assert heartbeat.beat(emptied_store, FEISHU, ROTA, now=NOW + DAY + 3 * MINUTE) == 1
    late = ROTA.model_copy(update={"heartbeat": Heartbeat(at=24 * 60, channels=("feishu",))})
    assert heartbeat.beat(emptied_store, FEISHU, late, now=NOW + 2 * DAY) == 0
    assert heartbeat.beat(emptied_store, FEISHU, None, now=NOW) == 0


def test_what_the_heartbeat_says_of_rules_is_worked_out_once(
    emptied_store: "Store", bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_CHANNEL_SECOND_URL", bot.url)
    monkeypatch.setenv("TINGFENG_CHANNEL_SECOND_SECRET", SECRET)
    both = (*FEISHU, FEISHU[0].model_copy(update={"id": "second"}))
    rota = ROTA.model_copy(update={"heartbeat": Heartbeat(at=0, channels=("feishu", "second"))})
    worked = iter(["Rule burst: 1 of 4 right"])
    assert heartbeat.beat(emptied_store, both, rota, now=NOW, further=lambda: next(worked)) == 2
    assert all("1 of 4 right" in told for told in bot.confirmed)


def test_the_watcher_elsewhere_is_pinged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked: list[str] = []
    status = 200

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    assert heartbeat.ping() is False
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("TINGFENG_DEADMAN_URL", f"http://127.0.0.1:{server.server_port}/ping/{SECRET}")
        assert heartbeat.ping() is True
        status = 500
        assert heartbeat.ping() is False
        server.shutdown()
        thread.join()
    assert heartbeat.ping() is False
    assert asked == [f"/ping/{SECRET}"] * 2
    assert SECRET not in caplog.text


@dataclass
class Mailbox:
    """A mail server on loopback: what it took, and with what it answers the end of the next mails."""

    got: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    script: list[str] = field(default_factory=list)
    refuse: str = ""
    port: int = 0


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            receivers: list[str] = []
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    refused = bool(box.refuse) and box.refuse in line
                    receivers += [] if refused else [line]
                    self.say("550 unknown" if refused else "250 ok")
                elif verb == "DATA":
                    self.say("354 go on")
                    lines = []
                    while (raw := self.rfile.readline()) != b".\r\n":
                        lines.append(raw)
                    what = box.script.pop(0) if box.script else "250 taken"
                    if what == "cut":
                        return
                    if what.startswith("250"):
                        box.got.append(message_from_bytes(b"".join(lines), policy=policy.default))
                        box.to.append(receivers)
                    self.say(what)
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield box
        server.shutdown()
        thread.join()


@pytest.fixture
def mail(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Channel:
    url = f"smtp://127.0.0.1:{mailbox.port}/?from=alerts@example.org&to=duty@example.org,boss@example.org"
    monkeypatch.setenv("TINGFENG_CHANNEL_MAIL_URL", url)
    return Channel(id="mail", kind="email", timeout=60)


def test_mail_comes_in_threads(mailbox: Mailbox, mail: Channel) -> None:
    for message in ("raised", "step.2"):
        send(of_alert(example(), Delivery(channel="mail", message=message)), mail)
    send(of_alert(example("burst.other.1"), Delivery(channel="mail")), mail)
    first, second, other = mailbox.got
    assert first["Subject"] == "【危机预警】负面突增 xinghe"
    assert second["Subject"] == "【危机预警】【升级】负面突增 xinghe"
    assert "负面 30 条" in first.get_content()
    assert second["References"] == second["In-Reply-To"] == first["Message-ID"]
    assert (first["References"], other["References"]) == (None, None)
    assert len({first["Message-ID"], second["Message-ID"], other["Message-ID"]}) == 3
    assert [len(receivers) for receivers in mailbox.to] == [2, 2, 2]


@pytest.mark.parametrize(
    ("script", "refuse", "expected", "retry", "unsure"),
    [
        ("451 later", "", "SMTP 451", True, False),
        ("554 no", "", "SMTP 554", False, False),
        ("cut", "", "no answer", True, True),
        ("250 ok", "@", "refuses every receiver .SMTP 550", False, False),
    ],
)
def test_a_mail_that_was_not_taken_is_told(
    mailbox: Mailbox, mail: Channel, script: str, refuse: str, expected: str, retry: bool, unsure: bool
) -> None:
    mailbox.script, mailbox.refuse = [script], refuse
    with pytest.raises(NotDelivered, match=expected) as caught:
        send(of_alert(example(), Delivery(channel="mail")), mail)
    assert (caught.value.retry, caught.value.unsure) == (retry, unsure)


def test_a_mail_that_one_receiver_refuses_has_arrived(mailbox: Mailbox, mail: Channel) -> None:
    mailbox.refuse = "boss"
    send(of_alert(example(), Delivery(channel="mail")), mail)
    assert len(mailbox.got) == 1


@pytest.mark.parametrize(
    "url", ["mailto:x@example.org", "smtp://host/?to=a@b.c", "smtp://host/?from=a@b.c", "smtp://h:x/"]
)
def test_a_wrong_mail_address_names_its_variable(mail: Channel, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TINGFENG_CHANNEL_MAIL_URL", url)
    with pytest.raises(NotDelivered, match="^TINGFENG_CHANNEL_MAIL_URL is no smtp"):
        send(of_alert(example(), Delivery(channel="mail")), mail)


def test_what_is_kept_for_an_outage_holds_no_secret(emptied_store: "Store", bot: Bot, data: Path) -> None:
    records.begin(emptied_store, replace(example(channels=("feishu",))))
    spool.keep(emptied_store)
    kept = "".join(path.read_text() for path in (data / "outbox").iterdir())
    assert json.loads((data / "outbox" / "pending.json").read_text())[0]["id"] == "burst.xinghe.1"
    assert SECRET not in kept
