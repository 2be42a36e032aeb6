"""An address as HTML writes it → as a browser goes there: `&amp;` is an ampersand, `&copy` in `&copy=1` no sign."""

import html
import re

__all__ = ["unescaped"]

_NO_ENTITY = re.compile(r"&(?!#?\w{1,32};)")


def unescaped(written: str) -> str:
    """Return an address without escapes; those that lack their semicolon are parameters that are called so."""
    if "&" not in written:
        return written
    return html.unescape(_NO_ENTITY.sub("&amp;", written))
