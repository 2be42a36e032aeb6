"""Who signs the requests of a crawl, found by the signature's name, and the signing of each before it is sent."""

import asyncio
from collections.abc import Callable
from functools import partial
from http.client import OK
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from crawlers.page import Download, Request, Response
from crawlers.signer import Signer
from crawlers.spider import CannotCrawl, PlatformSpider, is_loopback

__all__ = ["GROUP", "signer_of", "signing"]

GROUP = "tingfeng.signers"


def signer_of(spider: PlatformSpider) -> Signer | None:
    """Return what signs this spider's requests; None where nothing must be signed, as on a mirror of one's own.

    CannotCrawl when a signature is wanted and nobody makes it, or when the one that config/ names cannot be used.
    """
    job, signature = spider.job, spider.signature
    if job.signer:
        return _made(partial(_named, job.signer), f"config/platforms/{job.feed}.yaml: signer: {job.signer}")
    if not signature or job.base_url or is_loopback(spider.base):
        return None
    for point in entry_points(group=GROUP, name=signature):
        return _made(point.load, f"{job.feed}: the signer {point.value}")
    if spider.own_signer:
        return spider.own_signer()
    raise CannotCrawl(
        f"{job.feed}: needs a signature ({signature}) that {spider.home} wants on every request and that tingfeng does "
        f"not make: name a class of your own as `signer: module:name` in config/platforms/{job.feed}.yaml, install a "
        f"package with an entry point {signature!r} in {GROUP!r}, or save what your browser sees as a HAR file and "
        "import that"
    )


def signing(download: Download, signer: Signer, cookie: str, is_own: Callable[[str], bool]) -> Download:
    """Return `download` with each request to an address that `is_own` signed before it is sent."""
    lock, ready = asyncio.Lock(), False

    async def signed(request: Request) -> Response:
        nonlocal ready
        if not is_own(request.url):
            return await download(request)
        async with lock:
            if not ready and (question := signer.asks()):
                answer = await download(question)
                if answer.status != OK:
                    return answer  # who refuses to say how to sign refuses the request
                signer.told(answer)
            ready = True
        return await download(signer.sign(request, cookie))

    return signed


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def _made(load: Callable[[], Any], place: str) -> Signer:
    """Make a signer; whatever the user's own code does wrong is told, and hinders no other feed."""
    try:
        factory = load()
    except Exception as error:
        raise CannotCrawl(f"{place} cannot be imported ({error})") from error
    try:
        made = factory() if callable(factory) else factory
    except Exception as error:
        raise CannotCrawl(f"{place} cannot be made ({error}): let it take no arguments") from error
    if missing := [name for name in ("asks", "told", "sign") if not callable(getattr(made, name, None))]:
        raise CannotCrawl(f"{place} has no {missing[0]}(): see crawlers/signer.py for what one has")
    signer: Signer = made
    return signer
