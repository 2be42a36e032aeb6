"""Publishing: what is sent, that a second time changes nothing, and what is told when Kibana does not do as asked."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from typer.testing import CliRunner

from config.errors import UserError
from dashboards.kibana.build import objects
from dashboards.kibana.publish import SETTINGS
from dashboards.kibana.server import kibana
from tingfeng import app

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

Json = dict[str, Any]

KEY = "a-key-of-the-test"


class Fake(ThreadingHTTPServer):
    """A Kibana as far as publishing needs one: it keeps objects and settings, and minds the rules of 8.12."""

    version = "8.12.2"
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kept: dict[str, dict[tuple[str, str], Json]] = {"": {}, "pr": {}}
        self.settings: Json = {}
        self.writes: list[str] = []
        self.heads: list[tuple[str | None, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Fake

    def do_GET(self) -> None:
        space, path = self._place()
        if path == "/api/status":
            self._answer({"version": {"number": self.server.version}, "status": {"overall": {"level": "available"}}})
        elif found := re.fullmatch(r"/api/spaces/space/(\w+)", path):
            self._answer(
                {"id": found[1]} if found[1] in self.server.kept else {}, 200 if found[1] in self.server.kept else 404
            )
        elif path == "/api/kibana/settings":
            given = {name: {"userValue": value} for name, value in self.server.settings.items()}
            self._answer({"settings": {"buildNum": {"userValue": 70281}, **given}})
        else:
            self._answer({}, 404)

    def do_POST(self) -> None:
        space, path = self._place()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heads.append((self.headers["kbn-xsrf"], self.headers["Authorization"]))
        kept = self.server.kept[space]
        if not self.headers["kbn-xsrf"]:
            self._answer({"message": "Request must contain a kbn-xsrf header."}, 400)
        elif self.headers["Authorization"] != f"ApiKey {KEY}":
            self._answer({"message": "Unauthorized"}, 401)
        elif path == "/api/saved_objects/_bulk_get":
            asked = [(one["type"], one["id"]) for one in json.loads(body)]
            self._answer({"saved_objects": [kept.get(name, {"error": {"statusCode": 404}}) for name in asked]})
        elif path == "/api/saved_objects/_export":
            asked = [(one["type"], one["id"]) for one in json.loads(body)["objects"]]
            self._answer("\n".join(json.dumps({**kept[name], "managed": False}) for name in asked))
        elif path == "/api/saved_objects/_import?overwrite=true":
            self._import(kept, body)
        elif path == "/api/kibana/settings":
            self.server.writes.append(path)
            self.server.settings |= json.loads(body)["changes"]
            self._answer({"settings": {}})
        else:
            self._answer({}, 404)

    def _import(self, kept: dict[tuple[str, str], Json], body: bytes) -> None:
        assert self.headers["Content-Type"].startswith("multipart/form-data; boundary=")
        assert b'name="file"; filename="tingfeng.ndjson"' in body
        self.server.writes.append("import")
        taken = [json.loads(line) for line in body.splitlines() if line.startswith(b'{"attributes"')]
        known = {*kept, *((one["type"], one["id"]) for one in taken)}
        errors = [
            {"type": one["type"], "id": one["id"], "error": {"type": "missing_references", "references": missing}}
            for one in taken
            if (missing := [ref for ref in one["references"] if (ref["type"], ref["id"]) not in known])
        ]
        if not errors:
            kept |= {(one["type"], one["id"]): {**one, "version": "WzEsMV0="} for one in taken}
        self._answer({"success": not errors, "successCount": 0 if errors else len(taken), "errors": errors})

    def _place(self) -> tuple[str, str]:
        found = re.match(r"/s/(\w+)(/.*)", self.path)
        return (found[1], found[2]) if found else ("", self.path)

    def _answer(self, content: Any, status: int = 200) -> None:
        sent = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    monkeypatch.setenv("KIBANA_API_KEY", KEY)
    server = Fake()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def publish(fake: Fake, *more: str) -> str:
    done = CliRunner().invoke(app, ["dashboards", "publish", "--kibana", fake.url, *more])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_everything_is_published_and_a_second_time_changes_nothing(fake: Fake) -> None:
    count = len(objects())
    first = publish(fake)
    assert f"{count} new, 0 changed, 0 as defined, 2 settings to change" in first
    assert f"{count} objects published" in first
    assert fake.settings == SETTINGS
    assert fake.writes == ["import", "/api/kibana/settings"]
    assert "0 new, 0 changed" in publish(fake)
    assert fake.writes == ["import", "/api/kibana/settings"]
    assert {head for head, _ in fake.heads} == {"tingfeng"}


def test_a_dry_run_tells_what_would_change_and_changes_nothing(fake: Fake) -> None:
    publish(fake)
    name = ("lens", "tingfeng-overview-mentions")
    fake.kept[""][name]["attributes"]["title"] = "somebody's own title"
    fake.settings["dateFormat:tz"] = "Browser"
    fake.writes.clear()
    told = publish(fake, "--dry-run")
    assert "0 new, 1 changed" in told
    assert '-  "title": "somebody\'s own title"' in told
    assert '+  "title": "声量"' in told
    assert "dateFormat:tz: Browser -> Asia/Shanghai" in told
    assert fake.writes == []
    assert "1 changed" in publish(fake)
    assert fake.kept[""][name]["attributes"]["title"] == "声量"


def test_the_first_dry_run_lists_its_objects(fake: Fake) -> None:
    told = publish(fake, "--dry-run")
    for one in objects():
        assert f"new  {one['type']} {one['id']}" in told
    assert "new  dashboard tingfeng-overview  听风 · 品牌总览 Brand overview" in told
    assert fake.writes == []


def test_what_is_no_longer_defined_is_taken_away(fake: Fake) -> None:
    publish(fake)
    name = ("index-pattern", "tingfeng-customers")
    fake.kept[""][name]["attributes"]["timeFieldName"] = "@timestamp"
    assert "0 new, 1 changed" in publish(fake)
    assert "timeFieldName" not in fake.kept[""][name]["attributes"]


def test_a_space_has_objects_of_its_own(fake: Fake) -> None:
    publish(fake, "--space", "pr")
    assert fake.kept[""] == {}
    assert ("dashboard", "pr-tingfeng-overview") in fake.kept["pr"]
    fake.kept["pr"].clear()
    assert f"open {fake.url}/s/pr/app/dashboards" in publish(fake, "--space", "pr")
    assert "0 new, 0 changed" in publish(fake, "--space", "pr")
    with pytest.raises(UserError, match="is there a space of this name"):
        publish(fake, "--space", "nowhere")


def test_an_older_kibana_is_left_alone(fake: Fake) -> None:
    fake.version = "8.11.4"
    with pytest.raises(UserError, match="too old for these dashboards: use 8.12 or newer"):
        publish(fake)
    assert fake.writes == []


def test_a_refused_key_says_what_to_set_and_does_not_show_it(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIBANA_API_KEY", "another-key")
    with pytest.raises(UserError, match="Kibana refuses the credential in KIBANA_API_KEY") as told:
        publish(fake)
    assert "another-key" not in str(told.value)


def test_without_a_credential_it_says_which_to_set(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIBANA_API_KEY")
    with pytest.raises(UserError, match="no credential was given: set KIBANA_API_KEY, or KIBANA_USER"):
        publish(fake)


def test_a_kibana_that_keeps_its_version_to_itself_refused_the_credential(fake: Fake) -> None:
    fake.version = ""
    with pytest.raises(UserError, match="Kibana refuses the credential in KIBANA_API_KEY"):
        publish(fake)


def test_https_to_a_port_that_speaks_http_is_told(fake: Fake) -> None:
    with pytest.raises(UserError, match="this port does not speak https") as told:
        publish(fake, "--kibana", fake.url.replace("http://", "https://"))
    assert f"write {fake.url}" in str(told.value)


def test_http_to_a_port_that_answers_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIBANA_API_KEY", KEY)
    with socket.create_server(("127.0.0.1", 0)) as listening:  # as a port that speaks https does
        closing = threading.Thread(target=lambda: listening.accept()[0].close())
        closing.start()
        port = listening.getsockname()[1]
        done = CliRunner().invoke(app, ["dashboards", "publish", "--kibana", f"http://127.0.0.1:{port}"])
        closing.join()
    assert f"if it speaks https, write https://127.0.0.1:{port}" in str(done.exception)


def test_elasticsearchs_address_is_told(store: "Store", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIBANA_API_KEY", KEY)
    (node,) = store.client.transport.node_pool.all()
    done = CliRunner().invoke(app, ["dashboards", "publish", "--kibana", node.base_url])
    assert "this is Elasticsearch: give Kibana's address" in str(done.exception)


@pytest.mark.parametrize(
    ("response", "says"),
    [
        (
            httpx.Response(401, json={"error": {"root_cause": [{"type": "security_exception"}]}, "status": 401}),
            "Elastic",
        ),
        (httpx.Response(503, text="Kibana server is not ready yet"), "not ready yet"),
        (httpx.Response(302, headers={"location": "https://login.example.com/"}), "leads on to https://login.example"),
        (httpx.Response(400, text="Client sent an HTTP request to an HTTPS server."), "write https://kibana.example"),
        (
            httpx.Response(200, text="<!doctype html><title>Welcome</title>"),
            "without JSON: is it the address of",
        ),
        (httpx.Response(403, json={"statusCode": 403, "message": "Forbidden"}), "the credential in KIBANA_API_KEY is"),
    ],
)
def test_what_answers_instead_of_kibana_is_told(
    response: httpx.Response, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIBANA_API_KEY", KEY)
    transport = httpx.MockTransport(lambda _: response)
    with kibana("https://kibana.example.com", transport=transport) as server, pytest.raises(UserError) as told:
        server.version()
    assert says in str(told.value)


def test_what_kibana_refuses_is_named(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboards.kibana.publish import publish as send

    without = [one for one in objects() if one["id"] != "tingfeng-runs"]
    with kibana(fake.url) as server, pytest.raises(UserError, match="lacks index-pattern tingfeng-runs"):
        send(server, without)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--kibana", "kibana.example.com"], "write it as https://"),
        (["--kibana", "https://me:word@kibana.example.com"], "no password in the address"),
        (["--kibana", "http://kibana.example.com"], "a password does not go over http"),
        (["--kibana", "https://kibana.example.com", "--space", "../x"], "a space's identifier"),
        (["--kibana", "http://127.0.0.1:9"], "does not answer"),
    ],
)
def test_an_address_that_cannot_serve_is_told(given: list[str], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIBANA_API_KEY", KEY)
    done = CliRunner().invoke(app, ["dashboards", "publish", *given])
    assert isinstance(done.exception, UserError)
    assert says in str(done.exception)


def test_a_user_needs_a_password(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIBANA_API_KEY")
    monkeypatch.setenv("KIBANA_USER", "analyst")
    with pytest.raises(UserError, match="KIBANA_PASSWORD: missing for KIBANA_USER=analyst"):
        publish(fake)
