"""Takes the lines of the crawling process into a batch, and its pages into a spool."""

import logging
from collections.abc import Callable, Set
from dataclasses import dataclass, field

import msgspec

from crawlers.errors import MalformedPost
from crawlers.network.report import CrawlProgress
from crawlers.page import Dead
from crawlers.post import decode_post
from crawlers.storage.objections import Objections
from crawlers.storage.received import Spool
from crawlers.storage.stage import Batch, BrokenBatch, Writer

__all__ = ["Intake"]

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Intake:
    """Counts and writes; `seen` are the posts that earlier crawls found."""

    writer: Writer
    spool: Spool
    seen: Set[str]
    objections: Objections
    progress: Callable[[CrawlProgress], None] | None
    found: dict[str, None] = field(default_factory=dict)
    """The ids of what was written, in order."""
    pages: int = 0
    new: int = 0
    objected: set[str] = field(default_factory=set)
    """The ids of posts whose authors want nothing kept."""

    @property
    def known(self) -> int:
        """How many of the posts earlier crawls had."""
        return self.writer.count - self.new

    def take(self, line: bytes) -> None:
        """Take one line other than the last, as worker.py describes them."""
        word, _, value = line.rstrip(b"\n").partition(b" ")
        if word == b"post":
            self._post(value)
        elif word == b"dead":
            dead = msgspec.json.decode(value, type=Dead)
            self.writer.set_aside(dead.reason, dead.content)
        elif word == b"received":
            self.spool.add(value)
        elif word == b"page":
            self.pages += 1
            if self.progress:
                self.progress(CrawlProgress(pages=self.pages, posts=self.writer.count, dead=self.writer.dead_count))

    def keep(self, earlier: Batch) -> None:
        """Write what an earlier run of this window found and this one did not: the platform may show it no more."""
        try:
            for line in earlier.lines():
                self._post(line)
        except BrokenBatch as error:
            _log.warning("what an earlier run of this window found is lost: %s", error)

    def _post(self, line: bytes) -> None:
        """Write a post once; one that does not keep the contract becomes a dead letter."""
        try:
            post = decode_post(line)
        except MalformedPost as error:
            self.writer.set_aside(str(error), line.decode("utf-8", "replace"))
            return
        name = post.id
        if self.objections.block(post.platform, post.author):
            self.objected.add(name)
        elif name not in self.found:
            self.found[name] = None
            self.new += name not in self.seen
            self.writer.add(line)
