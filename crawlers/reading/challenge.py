"""A page that stands before the one that was asked for: its script proves to a guard that a browser is here."""

import re

from crawlers.reading.markup import text_of

__all__ = ["is_challenge"]

_MARKS = re.compile(
    r"acw_sc__v2|[?&]_dsign=|jsl?_clearance|_cf_chl|cf-browser-verification|T(?:encent)?Captcha|/huadong_"
    r"|document\.cookie\s*=|location\.(?:replace|reload|href|assign)",
    re.IGNORECASE,
)
"""Guards by the names of their cookies and scripts, and what all of them do: set a cookie, and load the page again."""
_FEW = 100
_LONGEST = 300_000


def is_challenge(page: str) -> bool:
    """Say whether a page has a guard's script and next to no words; ask only of one without what was looked for."""
    return len(page) < _LONGEST and _MARKS.search(page) is not None and len(text_of(page)) < _FEW
