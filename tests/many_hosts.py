"""Many hosts on the loopback network, each with feeds of a few entries, and a log of when each was asked for what."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate

_ENTRIES = 5


@dataclass(kw_only=True)
class Hosts:
    """`addresses` are served at `port`; `asked` is by address, each its time and path, in order."""

    addresses: list[str]
    port: int = 0
    asked: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    """What a host answers with, where that is not 200."""
    under_way: dict[str, int] = field(default_factory=dict)
    most_at_once: int = 0

    def url(self, number: int) -> str:
        """Return the address of a feed; feeds are spread over the hosts."""
        return f"http://{self.addresses[number % len(self.addresses)]}:{self.port}/{number}.xml"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        address = str(writer.get_extra_info("sockname")[0])
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                self.asked.setdefault(address, []).append((time.monotonic(), path))
                self.under_way[address] = self.under_way.get(address, 0) + 1
                self.most_at_once = max(self.most_at_once, self.under_way[address])
                await asyncio.sleep(0.01)
                self.under_way[address] -= 1
                status = self.status.get(address, 200)
                body = b"" if path == "/robots.txt" else _feed(path).encode()
                writer.write(
                    b"HTTP/1.1 %d x\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
                )
                writer.write(body)
                await writer.drain()
        writer.close()


def _feed(path: str) -> str:
    now = time.time()
    items = "".join(
        f"<item><guid>https://n.example{path}/{n}</guid><title>第{n}篇</title>"
        f"<pubDate>{formatdate(now - 60 * n - 60)}</pubDate></item>"
        for n in range(_ENTRIES)
    )
    return f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'


@contextmanager
def serving_hosts(count: int) -> Iterator[Hosts]:
    """Serve as many hosts, at most 60,000, while the block runs."""
    hosts = Hosts(addresses=[f"127.1.{n // 250}.{n % 250 + 1}" for n in range(count)])
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        first = await asyncio.start_server(hosts.answer, hosts.addresses[0], 0)
        hosts.port = first.sockets[0].getsockname()[1]
        others = [await asyncio.start_server(hosts.answer, hosts.addresses[1:], hosts.port)] if count > 1 else []
        ready.set()
        await over.wait()
        for server in (first, *others):
            server.close()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield hosts
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
