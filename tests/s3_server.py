"""An S3 on loopback: moto's server in a process of its own, and a way to it on which answers fail as told."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

__all__ = ["ACCESS", "Unreliable", "free_port", "make_bucket", "s3_server", "unreliable"]

ACCESS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
"""What the tests' clients say of themselves; moto lets everybody in."""
_UNFIT = ("connection", "content-length", "date", "server", "transfer-encoding")


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def s3_server() -> Iterator[str]:
    """Run moto's server, and give its address."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            assert process.poll() is None, "moto's server ended"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def make_bucket(address: str, bucket: str) -> None:
    """Make an empty bucket."""
    connection = HTTPConnection(urlsplit(address).netloc)
    connection.request("PUT", f"/{bucket}")
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


class Unreliable:
    """How the way to the S3 fails: `faults` are the next answers' (500, or "cut" in the middle), then it works."""

    def __init__(self, behind: str) -> None:
        self.behind, self.url = urlsplit(behind).netloc, ""
        self.faults: list[int | str] = []
        self.asked: list[str] = []
        """Method and path of every request."""


@contextmanager
def unreliable(behind: str) -> Iterator[Unreliable]:
    """Serve what `behind` does, with faults."""
    way = Unreliable(behind)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            with contextlib.suppress(ConnectionError):
                super().handle_one_request()

        def answer(self) -> None:
            way.asked.append(f"{self.command} {self.path}")
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = way.faults.pop(0) if way.faults else None
            if isinstance(fault, int):
                self.send_error(fault)
                self.close_connection = True
                return
            connection = HTTPConnection(way.behind)
            connection.request(self.command, self.path, content, dict(self.headers))
            found = connection.getresponse()
            body = found.read()
            connection.close()
            self.send_response(found.status)
            for name, value in found.getheaders():
                if name.lower() not in _UNFIT:
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            size = found.getheader("Content-Length") if self.command == "HEAD" else str(len(body))
            self.send_header("Content-Length", size or "0")
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
            self.close_connection = True

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        way.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield way
        finally:
            server.shutdown()
            thread.join()
