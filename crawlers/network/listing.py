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
    CAPPED = auto()
    """The platform shows no more, though there is more."""
    GAP = auto()
    """The listing has no more, and does not reach back to what an earlier crawl has."""


class Listing:
    """Takes a listing's pages, newest first, and says when to stop.

    A page reaches back when all its entries, but for pinned ones, are older than `until`, the watermark less the
    overlap: a single old entry among newer ones ends nothing. With `splits`, a listing that the platform caps is asked
    for in smaller parts: no page of it is read in vain.
    """

    def __init__(
        self,
        *,
        since: datetime | None,
        until: datetime | None,
        max_stale_pages: int,
        goes_back: bool,
        known: Set[str],
        splits: bool = False,
    ) -> None:
        self._since, self._until = since, until
        self._max_stale_pages, self._goes_back, self._known = max_stale_pages, goes_back, known
        self._splits = splits
        self._ids: set[str] = set()
        self._blank_pages = 0
        self._met_known = False
        self.newest: datetime | None = None
        self.reached: datetime | None = None
        """Nothing newer than this was passed over: the newest entry of the page that reaches back farthest."""
        self.capped: str | None = None
        """The platform's bound, if any page said that there is more than it shows."""
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
        self.capped = self.capped or page.capped
        self._blank_pages = 0 if fresh or page.dead else self._blank_pages + 1
        times = [entry.at for entry in page.listed if entry.at and not entry.pinned]
        if times:
            self.reached = max(times) if self.reached is None else min(self.reached, max(times))
        if self._until and times and all(at < self._until for at in times):
            return Stop.CAUGHT_UP
        if self.capped and self._splits:
            return Stop.CAPPED
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
        if self.capped:
            return Stop.CAPPED
        first_time = self._since is None and not self._known
        return Stop.ENDED if self._goes_back or first_time or not self._ids or self._met_known else Stop.GAP
