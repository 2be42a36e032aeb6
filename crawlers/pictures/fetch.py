"""Pictures' addresses → fingerprints: each fetched once, in its host's turn, within a budget; no picture is kept."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import httpx

from config.pictures import Pictures
from crawlers.errors import Unreachable
from crawlers.network.fetch import Forbidden
from crawlers.network.robots import obey
from crawlers.network.turn import turn
from crawlers.pictures import kept
from crawlers.pictures.fingerprint import MOST_BYTES, NoPicture, fingerprint
from crawlers.pictures.kept import Known
from crawlers.pictures.public import Allowed, NotPublic, Place, is_public, place_of

__all__ = ["Finder"]

_TIMEOUT = 10.0
_MOST_REDIRECTS = 3
_HOSTS_AT_ONCE = 8
_AGENT = "tingfeng (compares pictures of public posts)"
_Robots = dict[str, tuple[int, str]]
"""What each origin answered to /robots.txt: HTTP status and text."""


class Finder:
    """Finds fingerprints for one turn."""

    def __init__(self, config: Pictures, *, allowed: Allowed = is_public) -> None:
        self._config, self._allowed = config, allowed
        self._left, self._until = config.at_most, time.monotonic() + config.seconds

    @property
    def distance(self) -> int:
        """Bits in which two pictures may differ and count as the same."""
        return self._config.distance

    def find(self, pictures: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Return the fingerprints of each post's first pictures, where they have any.

        An address that was met before is not asked again; beyond the budget, none is.
        """
        wanted = {post: list(dict.fromkeys(some))[: self._config.of_a_post] for post, some in pictures.items()}
        addresses = dict.fromkeys(address for some in wanted.values() for address in some)
        known = {address: found for address in addresses if (found := kept.read(address))}
        fresh = [address for address in addresses if address not in known][: self._left]
        self._left -= len(fresh)
        if fresh and time.monotonic() < self._until:
            known |= asyncio.run(self._fetch_all(fresh))
        return {
            post: tuple(dict.fromkeys(one.hash for address in some if (one := known.get(address)) and one.hash))
            for post, some in wanted.items()
        }

    async def _fetch_all(self, addresses: Iterable[str]) -> dict[str, Known]:
        """Fetch host by host, each host's one after the other."""
        by_host: defaultdict[str, list[str]] = defaultdict(list)
        for address in addresses:
            by_host[_host(address)].append(address)
        found: dict[str, Known] = {}
        gate = asyncio.Semaphore(_HOSTS_AT_ONCE)

        async def of_host(some: list[str]) -> None:
            async with (
                gate,
                httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, headers={"User-Agent": _AGENT}) as client,
            ):
                robots: _Robots = {}
                for address in some:
                    found[address] = await self._fetch(client, address, robots)

        waiting = [asyncio.ensure_future(of_host(some)) for some in by_host.values()]
        _, late = await asyncio.wait(waiting, timeout=max(0.0, self._until - time.monotonic()))
        for task in late:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return found

    async def _fetch(self, client: httpx.AsyncClient, address: str, robots: _Robots) -> Known:
        now = datetime.now(UTC)
        try:
            content = await self._get(client, address, robots)
            made = Known(hash=await asyncio.to_thread(fingerprint, content), at=now)
        except (NoPicture, NotPublic, Forbidden) as error:
            made = Known(reason=str(error), at=now)
        except (httpx.HTTPError, Unreachable) as error:
            return Known(reason=f"{type(error).__name__}: {error}", at=now)  # it may pass: not kept
        kept.keep(address, made)
        return made

    async def _get(self, client: httpx.AsyncClient, address: str, robots: _Robots) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            place = await place_of(address, self._allowed)
            await self._obey(client, address, place, robots)
            status, location, content = await self._ask(client, address, place)
            if location is None:
                if status != httpx.codes.OK:
                    raise NoPicture(f"HTTP {status}")
                return content
            address = urljoin(address, location)
        raise NoPicture("redirected too often")

    async def _ask(self, client: httpx.AsyncClient, address: str, place: Place) -> tuple[int, str | None, bytes]:
        """Return status, where it leads, and the body, cut off where it is too large."""
        url = httpx.URL(address).copy_with(host=place.ip, port=place.port)
        headers = {"Host": httpx.URL(address).netloc.decode("ascii"), "Accept": "image/*"}
        async with turn(place.host, self._config.delay):
            request = client.build_request("GET", url, headers=headers, extensions={"sni_hostname": place.host})
            answer = await client.send(request, stream=True)
            try:
                location = answer.headers.get("location") if answer.is_redirect else None
                content = b""
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > MOST_BYTES:
                        break
            finally:
                await answer.aclose()
        return answer.status_code, location, content

    async def _obey(self, client: httpx.AsyncClient, address: str, place: Place, known: _Robots) -> None:
        """Return where the host's robots.txt lets us there; one that has none, or does not say, does."""
        origin = f"{place.scheme}://{httpx.URL(address).netloc.decode('ascii')}"
        if origin not in known:
            status, _, content = await self._ask(client, f"{origin}/robots.txt", place)
            known[origin] = status, content.decode("utf-8", "replace")
        obey(address, _AGENT, *known[origin])


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
