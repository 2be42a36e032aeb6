"""How far back a crawl must page, and whether it got there."""

from collections.abc import Set
from datetime import datetime
from enum import Enum, auto

from crawlers.page import Listed, Page

__all__ = ["Listing", "Stop"]


class Stop(Enum):
    """Why no further page is asked for."""

    CAUGHT_UP = auto()
    """The listing was read back to what an earlier crawl has."""
    ENDED = auto()
    """The listing has no more."""
    GAP = auto()
    """The listing has no more, and does not reach back to what an earlier crawl has."""


class Listing:
    """Takes a listing's pages, newest first, and says when to stop.

    A page reaches back when all its entries, but for pinned ones, are older than `until`, the watermark less the
    overlap: a single old entry among newer ones ends nothing.
    """

    def __init__(
        self, *, since: datetime | None, until: datetime | None, max_stale_pages: int, goes_back: bool, known: Set[str]
    ) -> None:
        self._since, self._until = since, until
        self._max_stale_pages, self._goes_back, self._known = max_stale_pages, goes_back, known
        self._ids: set[str] = set()
        self._blank_pages = 0
        self._met_known = False
        self.newest: datetime | None = None
        self.nothing: str | None = None
        """The platform's words that there is nothing, if any page said so."""
        self.unchanged = False

    @property
    def entries(self) -> int:
        """How many different entries were seen."""
        return len(self._ids)

    def take(self, page: Page) -> Stop | None:
        """Take the next page; return why to stop, or None to go on."""
        fresh = {entry.id for entry in page.listed} - self._ids
        self._ids |= fresh
        self._note(page.listed)
        self.nothing = self.nothing or page.nothing
        self.unchanged = self.unchanged or page.unchanged
        self._blank_pages = 0 if fresh or page.dead else self._blank_pages + 1
        times = [entry.at for entry in page.listed if entry.at and not entry.pinned]
        if self._until and times and all(at < self._until for at in times):
            return Stop.CAUGHT_UP
        if page.next is None or self._blank_pages >= self._max_stale_pages:
            return self._ended()
        return None

    def _note(self, entries: tuple[Listed, ...]) -> None:
        for entry in entries:
            old = self._since is not None and entry.at is not None and entry.at <= self._since
            self._met_known = self._met_known or old or entry.id in self._known
            if entry.at and (self.newest is None or entry.at > self.newest):
                self.newest = entry.at

    def _ended(self) -> Stop:
        first_time = self._since is None and not self._known
        return Stop.ENDED if self._goes_back or first_time or not self._ids or self._met_known else Stop.GAP
