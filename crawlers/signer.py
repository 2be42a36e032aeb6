"""Signatures that platforms want on every request: what one that makes them has.

Only algorithms that were published are made here (`PlatformSpider.own_signer`). Any other is the user's own, found by
crawlers/network/signing.py:

1. a class named as `signer: module:name` in config/platforms/<feed>.yaml
2. an installed package with an entry point of the signature's name in the group `tingfeng.signers`

    class MySigner:
        def asks(self) -> Request | None: ...
        def told(self, response: Response) -> None: ...
        def sign(self, request: Request, cookie: str) -> Request: ...
"""

from typing import Protocol

from crawlers.page import Request, Response

__all__ = ["Signer"]


class Signer(Protocol):
    """Signs the requests of one crawl; it may raise any CrawlError."""

    def asks(self) -> Request | None:
        """Return what to fetch before the first request, such as keys that anyone is told; None for nothing."""

    def told(self, response: Response) -> None:
        """Take the answer to what was asked."""

    def sign(self, request: Request, cookie: str) -> Request:
        """Return the request with its signature; `cookie` is what will be sent with it, or empty."""
