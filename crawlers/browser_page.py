"""By which address a feed's pages are known among all that a person's own browser has asked for."""

import re
from urllib.parse import unquote_plus

__all__ = ["BrowserPage"]


class BrowserPage:
    """An address as an expression over the decoded address, a line end, and what was posted.

    Its group `query` is what the page was asked for; `query` says how that is written as the feed's query.
    """

    def __init__(self, address: str, query: str = "{query}") -> None:
        self._address, self._query = re.compile(address, re.DOTALL), query

    def query_of(self, url: str, posted: str = "") -> str | None:
        """Return the feed's query of which this is a page; None where it is none of the feed's pages."""
        match = self._address.match(f"{unquote_plus(url)}\n{posted}")
        return self._query.format(query=match["query"]) if match and match["query"].strip() else None
