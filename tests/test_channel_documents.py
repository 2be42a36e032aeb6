"""docs/channels.md promises what is sent: fields, headers, and which of Apprise's services are certain."""

import gc
import json
import re
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import Message as Headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from config.channel import Channel
from indexing.alerts.alert import Delivery
from indexing.alerts.apprise_services import JUDGED, OWN_KINDS, looks_at_status_alone
from indexing.alerts.channels import send
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.message import of_alert
from indexing.elasticsearch.alert_fields import ALERT
from tests.alert_examples import example
from tests.test_oncall_commands import Run
from tests.test_oncall_commands import run as run

# Apprise imports on Python 3.11 and 3.12 what goes with 3.13
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

DOCUMENT = Path(__file__).parents[1] / "docs" / "channels.md"
SECRET = "secret-of-the-receiver-never-to-be-seen"


@dataclass
class Receiver:
    """A receiver on loopback that answers HTTP 200 with a body of the test's choice."""

    says: str = "{}"
    got: list[tuple[Headers, bytes]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.got.append((self.headers, self.rfile.read(int(self.headers.get("Content-Length") or 0))))
            raw = made.says.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def table(head: str) -> dict[str, str]:
    """Return the rows of the document's table whose first column has this head, by their first cells."""
    lines = DOCUMENT.read_text(encoding="utf-8").partition(f"| {head} |")[2].splitlines()[2:]
    rows = [line.strip("|").split("|") for line in lines[: next(n for n, line in enumerate(lines) if not line)]]
    return {cells[0].strip(): cells[1].strip() for cells in rows}


def test_a_test_message_and_an_alerts_have_just_the_fields_that_are_promised(
    run: Run, receiver: Receiver, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "config" / "channels" / "hook.yaml").write_text("kind: webhook\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CHANNEL_HOOK_URL", f"http://127.0.0.1:{receiver.port}/hook")
    monkeypatch.setenv("TINGFENG_CHANNEL_HOOK_SECRET", SECRET)
    monkeypatch.setenv("TINGFENG_PUBLIC_URL", "https://alerts.example.org")
    code, said = run("channels", "test", "hook")
    assert code == 0, said
    send(of_alert(example(), Delivery(channel="hook")), Channel(id="hook", kind="webhook"))
    promised = {name.strip("`") for name in table("field")}
    of_the_index = {one.name.partition(".")[0] for one in ALERT} - {"delivery", "held"}
    for headers, raw in receiver.got:
        body = json.loads(raw)
        assert set(body) == promised
        assert set(body["alert"]) == of_the_index
        assert {name.strip("`") for name in table("header")} <= set(headers)
        assert len(body["links"]) == 5
        assert all(set(link) == {"label", "url"} for link in body["links"])
        assert all(link["label"] and link["url"] for link in body["links"])
    (_, test), (_, real) = ((headers, json.loads(raw)) for headers, raw in receiver.got)
    assert (test["test"], real["test"]) == (True, False)
    assert "测试预警" in test["title"]
    assert "这是一条测试消息" in test["text"]
    run("channels", "test", "hook")
    assert len({headers["Idempotency-Key"] for headers, _ in receiver.got}) == 3, "a second test is no repetition"


def plugins() -> dict[str, list[Any]]:
    from apprise.manager_plugins import NotificationManager

    manager: Any = cast(Any, NotificationManager)()
    manager.load_modules()
    found: dict[str, list[Any]] = {}
    for plugin in manager.plugins():
        found.setdefault(plugin.__module__.rpartition("plugins.")[2].partition(".")[0], []).append(plugin)
    return found


def test_the_list_of_apprises_services_is_that_of_the_installed_version() -> None:
    there = plugins()
    alone = {name for name, found in there.items() if any(map(looks_at_status_alone, found))}
    assert {*OWN_KINDS, *JUDGED} <= alone, "what a plugin of Apprise reads itself need not be read again"
    listed = [set(re.findall(r"`(\w+)`", names)) for names in table("services")]
    assert listed == [set(OWN_KINDS), set(JUDGED), set(there) - alone, alone - {*OWN_KINDS, *JUDGED}]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("dingtalk://SEC0123456789@0123456789abcdef0123456789abcdef", "dingtalk"),
        ("feishu://0123456789abcdef0123456789abcdef", "feishu"),
        ("lark://0123456789abcdef0123456789abcdef", "feishu"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/01234567-89ab-cdef-0123-456789abcdef", "feishu"),
        ("wecombot://01234567-89ab-cdef-0123-456789abcdef", "wecom"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=01234567-89ab-cdef-0123-456789abcdef", "wecom"),
        ("json://127.0.0.1:1/, wecombot://01234567-89ab-cdef-0123-456789abcdef", "wecom"),
    ],
)
def test_a_service_with_a_kind_of_our_own_is_refused_by_its_name(
    address: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT", address)
    with pytest.raises(NotDelivered, match=f"write `kind: {kind}`") as caught:
        send(of_alert(example(), Delivery(channel="chat")), Channel(id="chat", kind="apprise", url_env="CHAT"))
    assert (caught.value.retry, caught.value.unsure) == (False, False)
    assert "0123456789" not in str(caught.value)


ANSWERS: list[tuple[str, str, str, str]] = [
    (
        "bark",
        "bark://127.0.0.1:{port}/devicekey",
        '{"code": 200, "message": "success"}',
        '{"code": 400, "message": "no"}',
    ),
    ("pushdeer", "pushdeer://127.0.0.1:{port}/pushkey", '{"code": 0, "content": {}}', '{"code": 80501, "error": "no"}'),
    (
        "synology",
        "synology://127.0.0.1:{port}/token",
        '{"success": true}',
        '{"error": {"code": 407}, "success": false}',
    ),
    ("kodi", "kodi://127.0.0.1:{port}", '{"id": 1, "result": "OK"}', '{"id": 1, "error": {"code": -32601}}'),
    ("serverchan", "schan://SCT0123456789", '{"code": 0, "data": {"errno": 0}}', '{"code": 40001, "message": "no"}'),
    ("serverchan", "schan://SCT0123456789", '{"errno": 0, "errmsg": "success"}', '{"errno": 1024, "errmsg": "no"}'),
    (
        "qq",
        "qq://0123456789abcdef0123456789abcdef",
        '{"success": true, "code": 0}',
        '{"success": false, "reason": "no"}',
    ),
    ("spugpush", "spugpush://abc123def456ghi789jkl012mno345pq", '{"code": 200}', '{"code": 204, "msg": "no"}'),
    ("pushme", "pushme://key0123456789", "success", "no such key"),
]


@pytest.mark.parametrize(("service", "address", "taken", "refused"), ANSWERS)
def test_a_refusal_with_http_200_is_no_delivery(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, service: str, address: str, taken: str, refused: str
) -> None:
    for plugin in plugins()[service]:
        for name in ("notify_url", "webhook_url"):
            if str(getattr(plugin, name, "")).startswith("https://"):  # a service at one address of its own
                monkeypatch.setattr(
                    plugin, name, f"http://127.0.0.1:{receiver.port}/{{token}}".replace("{token}", "x/")
                )
    monkeypatch.setenv("CHAT", address.format(port=receiver.port))
    channel = Channel(id="chat", kind="apprise", url_env="CHAT", timeout=60)
    message = of_alert(example(), Delivery(channel="chat"))
    receiver.says = taken
    assert send(message, channel) is None, "what the service itself confirms is certain"
    for said in (refused, "<html>gateway</html>"):
        receiver.says = said
        with pytest.raises(NotDelivered, match=f"^{service} answered: ") as caught:
            send(message, channel)
        assert caught.value.retry is False
    assert len(receiver.got) == 3


def test_what_is_taken_at_its_status_alone_says_so(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT", f"json://127.0.0.1:{receiver.port}/x")
    channel = Channel(id="chat", kind="apprise", url_env="CHAT", timeout=60)
    remark = send(of_alert(example(), Delivery(channel="chat")), channel)
    assert remark
    assert remark.startswith("by HTTP status alone: custom_json ")


def test_channels_listen_to_their_own_answers(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two channels of one service at once: the refusal of one is not the other's."""
    receiver.says = '{"code": 200}'
    monkeypatch.setenv("GOOD", f"bark://127.0.0.1:{receiver.port}/devicekey")
    monkeypatch.setenv("BAD", f"pushdeer://127.0.0.1:{receiver.port}/pushkey")
    channels = [Channel(id=name.lower(), kind="apprise", url_env=name, timeout=60) for name in ("GOOD", "BAD") * 4]

    def outcome(channel: Channel) -> bool:
        try:
            send(of_alert(example(), Delivery(channel=channel.id)), channel)
        except NotDelivered:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, channels)) == [True, False] * 4


def test_services_are_judged_in_many_threads_at_once() -> None:
    """Channels send in threads; Python 3.11.2's own parser fails where two of them read a plugin at once."""
    import apprise

    class Finalised:
        """Lets other threads run in the middle of a parse, whenever its garbage is collected."""

        def __init__(self) -> None:
            self.circle = self

        def __del__(self) -> None:
            sum(range(300))

    def judged(_: int) -> bool:
        Finalised()
        return looks_at_status_alone(plugin)

    plugin = type(apprise.Apprise.instantiate("pover://user@token"))
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    try:
        sys.setswitchinterval(1e-6)
        gc.set_threshold(50)
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(judged, range(60)))) == 1
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*threshold)
