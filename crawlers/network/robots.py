"""What a site's robots.txt says of an address, and that nothing is asked for while it cannot be read (RFC 9309)."""

from functools import lru_cache
from typing import TYPE_CHECKING

from crawlers.errors import RateLimited, Unreachable
from crawlers.network.fetch import Forbidden

if TYPE_CHECKING:
    from protego import Protego

__all__ = ["obey"]

_FOUND = 200
_TOO_MANY, _BROKEN = 429, 500


def obey(url: str, user_agent: str, status: int, text: str) -> None:
    """Return where the site's answer to /robots.txt, an HTTP status and a text, lets this agent ask for the address.

    Forbidden where the file names the address. RateLimited or Unreachable where the server is too busy or broken to
    say: "the crawler MUST assume complete disallow" (2.3.1.4). Any other answer than 200 means that there is no such
    file (2.3.1.3).
    Scrapy's own middleware goes on where the server is broken (findings/scrapy-robots-unreachable.sh).
    """
    if status == _TOO_MANY or status >= _BROKEN:
        refusal = RateLimited if status == _TOO_MANY else Unreachable
        raise refusal(f"robots.txt: HTTP {status}, so it is not known what may be read")
    if status == _FOUND and not _rules(text).can_fetch(url, user_agent):
        raise Forbidden("robots.txt forbids it")


@lru_cache(maxsize=64)
def _rules(text: str) -> "Protego":
    """Return what a robots.txt says; it is asked before every request, and read once a site."""
    from protego import Protego

    return Protego.parse(text)
