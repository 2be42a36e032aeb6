"""The on-call console on a port of its own, as uvicorn serves it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store


@contextmanager
def serving_console(store: "Store") -> Iterator[str]:
    """Serve the console of this store while the block runs; give its address."""
    import uvicorn

    from dashboards.console import create

    server = uvicorn.Server(uvicorn.Config(create(lambda: store), port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
