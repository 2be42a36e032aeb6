"""The receiver of callbacks on a port of its own, as uvicorn serves it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import uvicorn

from crawlers.wecom import inbox
from crawlers.wecom.account import Receiver
from crawlers.wecom.callback import PATH, create
from crawlers.wecom.event import Event


@contextmanager
def receiving(
    to: Receiver,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    keep: Callable[[Event], bool] = inbox.keep,
) -> Iterator[str]:
    """Serve the receiver while the block runs; give the callback's address."""
    config = uvicorn.Config(create(to, now=now, keep=keep), port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{PATH}"
    finally:
        server.should_exit = True
        thread.join()
