"""Untrusted text for messages: whatever the receiver renders, markdown, HTML or mentions, it stays plain text."""

import re
import unicodedata
from urllib.parse import quote

__all__ = ["plain_text", "safe_url"]

_MARKED_UP = "<>&*_`~[](){}#|\\@:"
_FULL_WIDTH = {ord(mark): chr(ord(mark) + 0xFEE0) for mark in _MARKED_UP}
_HOST_DOT = re.compile(r"(?<=[0-9A-Za-z])\.(?=[A-Za-z])")
_LEADER = "\N{ONE DOT LEADER}"
_LONGEST_URL = 500


def plain_text(text: str, longest: int) -> str:
    """Return the text on one line, at most `longest` characters, with every mark of a markup in its full-width form.

    Control, format and direction characters go, and no address can become a link.
    """
    spaced = " ".join(text[: 20 * longest].split())
    shown = "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
    shown = _HOST_DOT.sub(_LEADER, shown.translate(_FULL_WIDTH))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def safe_url(url: str) -> str | None:
    """Return a web address with everything that could end a link or begin a markup percent-encoded; None for others."""
    if not url.startswith(("https://", "http://")) or len(url) > _LONGEST_URL:
        return None
    return quote(url, safe=":/?#@!$&',;=%-._~+")
