"""A small HTTP server on the loopback address that answers as a test tells it, and remembers what it was asked."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer; `cut` sends half of the body that Content-Length announces."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


Answers = Callable[[str, Mapping[str, str], int], Said]
"""(path with its query, the request's headers, how often it was asked before) → the answer."""


class Server:
    """Serves `answers`; `asked` are the requests so far, each its path and headers, `asked_at` their times."""

    def __init__(self, answers: Answers, address: str) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.asked_at: list[float] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                before = server.count(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.asked.append((self.path, headers))
                server.asked_at.append(time.monotonic())
                said = answers(self.path, headers, before)
                self.send_response(said.status)
                for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said.body[: len(said.body) // 2] if said.cut else said.body)
                self.close_connection = self.close_connection or said.cut

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer((address, 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://{address}:{self._http.server_address[1]}"

    def count(self, path: str) -> int:
        """Return how often `path` was asked."""
        return sum(asked == path for asked, _ in self.asked)

    def paths(self, part: str = "") -> list[str]:
        """Return the asked paths that hold `part`."""
        return [path for path, _ in self.asked if part in path]

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@contextmanager
def serving(answers: Answers, address: str = "127.0.0.1") -> Iterator[Server]:
    """Serve while the block runs."""
    server = Server(answers, address)
    server.start()
    try:
        yield server
    finally:
        server.close()


def message(number: int, minutes: float, **fields: Any) -> dict[str, Any]:
    """Return a post of Weibo's that is so many minutes old."""
    at = NOW - timedelta(minutes=minutes)
    mid = str((int(at.timestamp()) - 515_483_463 << 22) + number)
    told = at.strftime("%a %b %d %H:%M:%S +0000 %Y")
    return {"id": mid, "mid": mid, "created_at": told, "text": f"第{number}条", "user": {"id": number}, **fields}


def cards(*messages: Mapping[str, Any]) -> bytes:
    """Return a page of Weibo's search."""
    made = [{"card_type": 9, "mblog": message} for message in messages]
    return json.dumps({"ok": 1, "data": {"cards": made}}).encode()


NOTHING = json.dumps({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}, ensure_ascii=False).encode()


def page_of(path: str) -> int:
    """Return the number of the page that is asked for."""
    return int(parse_qs(urlsplit(path).query)["page"][0])
