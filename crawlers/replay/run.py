"""Running a replay: in this process beside the caller, or alone until it is told to stop."""

import json
import os
import signal
import threading
import urllib.request
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from urllib.error import URLError

from crawlers.post import Post
from crawlers.replay.errors import SourceError
from crawlers.replay.failures import Failures
from crawlers.replay.server import Server
from crawlers.replay.wires import wires

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["Replay", "serve_forever", "targets"]

_PATIENCE = 10
_POLL = 0.05


class Replay:
    """A replay server in a thread of its own: `with Replay(posts) as replay: crawl(replay.targets()[0], …)`.

    SourceError when the posts cannot be served, or the port is taken.
    """

    def __init__(self, posts: Iterable[Post], *, failures: Failures | None = None, port: int = 0) -> None:
        self._wires, self._failures, self._port = wires(posts), failures or Failures(), port

    @property
    def url(self) -> str:
        """The server's address, without a slash at the end."""
        return self._server.url

    @property
    def requests(self) -> deque[tuple[str, int]]:
        """The latest 10,000 requests, each with the status that it was answered with."""
        return self._server.requests

    def targets(self) -> "list[Target]":
        """Return what to crawl to get every post."""
        return [target for wire in self._wires for target in wire.targets(self.url)]

    def __enter__(self) -> "Replay":
        self._server = Server(self._wires, self._failures, self._port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL,), name="replay", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()


def targets(url: str) -> "list[Target]":
    """Return what to crawl to get every post of the replay server at `url`; SourceError when it does not answer."""
    from config.brand import Target

    address = f"{url.rstrip('/')}/targets.json"
    if not address.startswith(("http://", "https://")):
        raise SourceError(f"{url}: not the address of a replay server: give one such as http://127.0.0.1:8420")
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE) as response:  # noqa: S310  # http and https only
            return [Target(**target) for target in json.load(response)]
    except (URLError, OSError, ValueError) as error:
        raise SourceError(f"{address}: no replay server answers there ({error}): start `tingfeng replay`") from error


def serve_forever(
    posts: Iterable[Post],
    *,
    port: int = 0,
    failures: Failures | None = None,
    port_file: Path | None = None,
    ready: Callable[[Replay], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then stop cleanly; runs in the main thread and prints nothing.

    Once it listens, it calls `ready` and writes the port to `port_file`, whole, which it removes at the end.
    """
    stop = threading.Event()

    def stopping(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {name: signal.signal(name, stopping) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        with Replay(posts, failures=failures, port=port) as replay:
            if port_file is not None:
                _write(port_file, replay.url.rpartition(":")[2])
            if ready is not None:
                ready(replay)
            stop.wait()
    finally:
        if port_file is not None:
            port_file.unlink(missing_ok=True)
        for name, handler in before.items():
            signal.signal(name, handler)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text + "\n", encoding="ascii")
    temporary.replace(path)
