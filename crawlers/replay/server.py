"""The HTTP server of a replay: it finds the wire that knows an address, and goes wrong where it was told to."""

import hashlib
import logging
import socket
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from crawlers.replay.errors import SourceError
from crawlers.replay.failures import CUT, LOGIN, FailurePlan, Failures
from crawlers.replay.wires import Response, Wire, json_response, posted
from crawlers.synthetic import HEADER, declare

__all__ = ["HOST", "Server"]

HOST = "127.0.0.1"
_log = logging.getLogger(__name__)
_REMEMBERED = 10_000
_IDLE = 60
_LONGEST_BODY = 1024 * 1024
_BACKLOG = 128
_ROBOTS = Response(body=b"User-agent: *\nAllow: /\n", content_type="text/plain; charset=utf-8")
_MISSING = json_response({"error": "not found"}, status=404)


class Server(ThreadingHTTPServer):
    """Serves wires on the loopback address; port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = _BACKLOG

    def __init__(self, wires: Sequence[Wire], failures: Failures, port: int) -> None:
        self.wires, self.plan = wires, FailurePlan(failures)
        self.requests: deque[tuple[str, int]] = deque(maxlen=_REMEMBERED)
        self._open: set[socket.socket] = set()
        try:
            super().__init__((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            raise SourceError(f"{HOST}:{port}: cannot listen there ({error}): choose another port, or 0") from error

    @property
    def url(self) -> str:
        """The address without a slash at the end."""
        return f"http://{HOST}:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection and serve it in a thread of its own."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and end it."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what went wrong; that a client left early is nothing to speak of."""
        left = isinstance(sys.exception(), ConnectionError | TimeoutError)
        _log.log(logging.DEBUG if left else logging.ERROR, "a connection of the replay failed", exc_info=True)

    def hang_up(self) -> None:
        """End the connections that clients keep open, so that their threads end."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was faster


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "tingfeng-replay", ""
    timeout = _IDLE
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        given = dict(parse_qsl(parts.query, keep_blank_values=True)) | posted(self._body())
        response, cut = self._answer(unquote(parts.path), given)
        self.server.requests.append((self.path, response.status))
        self._send(response, cut)

    do_HEAD = do_POST = do_GET

    def _body(self) -> bytes:
        said = self.headers.get("Content-Length", "")
        return self.rfile.read(min(int(said), _LONGEST_BODY)) if said.isdecimal() else b""

    def _answer(self, path: str, query: Mapping[str, str]) -> tuple[Response, bool]:
        """Return the answer, and whether its body is to be cut."""
        server = self.server
        own = {
            "/robots.txt": lambda: _ROBOTS,
            "/healthz": lambda: json_response({"ok": True}),
            "/targets.json": self._targets,
        }
        if path in own:
            return own[path](), False
        for wire in server.wires:
            response = wire.response(path, query)
            if response is not None:
                break
        else:
            return _MISSING, False
        if server.plan.failures.delay:
            time.sleep(server.plan.failures.delay)
        status = server.plan.next(self.path)
        if status == LOGIN:
            return wire.login_wanted() or json_response({"error": "log in first"}, status=401), False
        if status not in (200, CUT):
            return json_response({"error": "on purpose"}, status=status), False
        return response, status == CUT

    def _targets(self) -> Response:
        found = [target for wire in self.server.wires for target in wire.targets(self.server.url)]
        return json_response([target.model_dump(exclude_none=True) for target in found])

    def _send(self, response: Response, cut: bool) -> None:
        headers = {"Content-Type": response.content_type, **response.headers}
        if made_up := declare(response.posts):
            headers[HEADER] = made_up
        body = response.body
        if response.modified is not None and response.status == 200:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            headers["Last-Modified"] = format_datetime(response.modified.astimezone(UTC), usegmt=True)
            if self._has_it(headers, response.modified):
                self._write(304, headers, b"")
                return
        headers["Content-Length"] = str(len(body))
        self._write(response.status, headers, body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def _has_it(self, headers: Mapping[str, str], modified: datetime) -> bool:
        if tag := self.headers.get("If-None-Match"):
            return headers["ETag"] in (part.strip().removeprefix("W/") for part in tag.split(","))
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except ValueError:
            return False
        return since.tzinfo is not None and modified.replace(microsecond=0) <= since

    def _write(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        _log.debug(format, *args)
