"""The spooled pages of analysed posts: kept where a post on them speaks of a brand, dropped otherwise."""

import logging
from datetime import datetime

import msgspec

from crawlers.storage import queue
from crawlers.storage.manifest import BrokenBatch
from crawlers.storage.received import BrokenSpool, settle, spooled, waits
from crawlers.storage.stage import Batch

__all__ = ["keep_left_pages", "keep_pages"]

_log = logging.getLogger(__name__)


class _Post(msgspec.Struct):
    platform: str
    kind: str
    native_id: str


class _Mention(msgspec.Struct):
    post: _Post


def keep_pages(posts: Batch) -> int:
    """Settle the pages of a batch whose mentions are written, and return how many were kept.

    A spool that cannot be read is told in the log and left to `tingfeng doctor`: no post waits for it. Nor does one
    wait where another worker is just writing the same mentions: that one settles the pages, or the night does.
    """
    if not waits(posts):
        return 0
    decode = msgspec.json.Decoder(_Mention).decode
    try:
        found = (decode(line).post for line in posts.to("mentions").lines())
        return settle(posts, {f"{post.platform}:{post.kind}:{post.native_id}" for post in found})
    except (BrokenSpool, BrokenBatch) as error:
        _log.warning("pages stay spooled: %s", error)
        return 0


def keep_left_pages(before: datetime) -> None:
    """Settle what was spooled before an aware time and is still there: whoever analysed its posts was killed."""
    waiting = {marker.batch for marker in (*queue.markers("analyse"), *queue.failed("analyse"))}
    for posts in spooled(before):
        try:
            if posts.manifest() is None:
                settle(posts, ())  # its crawl was killed over a day ago: what it found came with another one
            elif str(posts) not in waiting and posts.to("mentions").manifest():
                keep_pages(posts)
        except (BrokenBatch, BrokenSpool) as error:
            _log.warning("the pages of %s stay spooled: %s", posts, error)
