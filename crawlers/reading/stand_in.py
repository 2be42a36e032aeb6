"""A page that stands in for the one that was asked for: a guard's, or a gateway's that reached nobody behind it."""

import re

from crawlers.errors import Blocked, CrawlError, Unreachable
from crawlers.reading.markup import text_of

__all__ = ["stand_in"]

_GUARD = re.compile(
    r"acw_sc__v2|[?&]_dsign=|jsl?_clearance|_cf_chl|cf-browser-verification|T(?:encent)?Captcha|/huadong_"
    r"|document\.cookie\s*=|location\.(?:replace|reload|href|assign)",
    re.IGNORECASE,
)
"""Guards by the names of their cookies and scripts, and what all of them do: set a cookie, and load the page again."""
_GATEWAY = re.compile(
    r"\b50[0234]\b.{0,20}(?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out|Internal Server Error)"
    r"|(?:系统|网站|服务器?)(?:正在)?(?:维护|升级|繁忙)",
    re.IGNORECASE,
)
_FEW = 100
_LONGEST = 300_000


def stand_in(page: str) -> type[CrawlError] | None:
    """Return what a page means that has next to no words; None for any other. Ask only where nothing else was found.

    Blocked where its script proves to a guard that a browser is here, Unreachable where a gateway or its owner says
    that the site does not answer just now.
    """
    if len(page) >= _LONGEST:
        return None
    guarded = _GUARD.search(page) is not None
    if not guarded and _GATEWAY.search(page) is None:
        return None
    words = text_of(page)
    if len(words) >= _FEW:
        return None
    return Blocked if guarded else Unreachable if _GATEWAY.search(words) else None
