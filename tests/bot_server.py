"""Bots on loopback that behave as the real ones do: HTTP 200 whatever happened, and the truth in the body's code."""

import base64
import hashlib
import hmac
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "SEC-of-the-bot-91c7-never-to-be-seen"
TOKEN = "token-of-the-bot-55d2-never-to-be-seen"


@dataclass
class Bot:
    """One bot: what it got, what it confirmed, and what it is to answer next (a code, or the name of a fault)."""

    dialect: str
    script: list[int | str] = field(default_factory=list)
    got: list[dict[str, Any]] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    """The texts that it showed to its group."""
    times: list[float] = field(default_factory=list)
    url: str = ""
    victim: Callable[[], int] | None = None
    """Gives the process that the fault `kill` ends."""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        query = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        self.got.append(body)
        what = self.script.pop(0) if self.script else self.verdict(body, query, handler.path)
        if what == "hang":
            handler.rfile.read(1)  # until the sender gives up and closes
        elif what == "kill":
            self.show(body)
            assert self.victim
            os.kill(self.victim(), signal.SIGKILL)
        elif what == "500":
            _reply(handler, 502, b"<html>Bad Gateway</html>")
        elif isinstance(what, int):
            if what == 0:
                self.show(body)
            _reply(handler, 200, json.dumps(self.said(what)).encode())
        handler.close_connection = True

    def verdict(self, body: dict[str, Any], query: dict[str, str], path: str) -> int:
        """Return the code with which the real bot would answer."""
        if self.dialect == "dingtalk":
            told = f"{query.get('timestamp')}\n{SECRET}".encode()
            wanted = base64.b64encode(hmac.new(SECRET.encode(), told, hashlib.sha256).digest()).decode()
            fresh = abs(int(query.get("timestamp", 0)) / 1000 - time.time()) < 3600
            right = query.get("access_token") == TOKEN and query.get("sign") == wanted and fresh
            return 0 if right and "预警" in json.dumps(body, ensure_ascii=False) else 310000
        if self.dialect == "feishu":
            key = f"{body.get('timestamp')}\n{SECRET}".encode()
            wanted = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
            return 0 if body.get("sign") == wanted and path.endswith(TOKEN) else 19021
        content = body["markdown"]["content"]
        return (
            0 if query.get("key") == TOKEN and len(content.encode()) <= 4096 else 93000 if "key" not in query else 40058
        )

    def said(self, code: int) -> dict[str, Any]:
        """Return the body of an answer; a failure's words give the secrets back, as a careless server might."""
        words = "ok" if code == 0 else f"failed for {TOKEN} with {SECRET}"
        if self.dialect == "feishu":
            return {"code": code, "msg": words, "data": {}}
        return {"errcode": code, "errmsg": words}

    def show(self, body: dict[str, Any]) -> None:
        self.times.append(time.time())
        self.confirmed.append(shown(self.dialect, body))


def shown(dialect: str, body: dict[str, Any]) -> str:
    """Return what a group sees of a message."""
    if dialect == "feishu":
        post = body["content"]["post"]["zh_cn"]
        return "\n".join([post["title"], *("".join(run["text"] for run in row) for row in post["content"])])
    return str(body["markdown"].get("text") or body["markdown"]["content"])


@contextmanager
def serving(dialect: str) -> Iterator[Bot]:
    """Serve one bot until the block ends."""
    bot = Bot(dialect=dialect)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bot.answer(self)

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = f"http://127.0.0.1:{server.server_port}"
    bot.url = {
        "dingtalk": f"{host}/robot/send?access_token={TOKEN}",
        "feishu": f"{host}/open-apis/bot/v2/hook/{TOKEN}",
        "wecom": f"{host}/cgi-bin/webhook/send?key={TOKEN}",
    }[dialect]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield bot
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _reply(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
