"""How far each feed × query was crawled: <root>/watermarks/<feed>/<query>.json, replaced whole.

It lies below the stages' root, so that whichever worker crawls next goes on where the last one stopped.

The file also holds the mark as it was before its last window, so that a window that is run again reads the same stretch
again, even when the first run was killed after it had moved the mark.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec

from config import settings
from config.brand import Target
from config.errors import UserError
from crawlers.network.ending import Ending
from crawlers.storage.files import read
from crawlers.storage.files import replace as write
from crawlers.storage.stage import query_folder

__all__ = ["Mark", "Stand", "load", "save"]

_MOST_SEEN = 50_000
_GIVE_UP = timedelta(days=3)
"""A stretch that could not be read for so long is given up, so that the crawls after it need not page through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Everything up to `published` was crawled; `seen` are the last `Post.id`s, the newest last.

    `behind_since`: when the mark first had to stay because a crawl was not complete.
    """

    published: datetime | None = None
    seen: tuple[str, ...] = ()
    validators: dict[str, str] = field(default_factory=dict)
    behind_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The mark from which a window is crawled, and the mark after it; `after` is None while it was not crawled yet."""

    host: str
    window: str
    before: Mark
    after: Mark | None = None

    def moved(self, end: Ending, found: Sequence[str], now: datetime) -> "Stand":
        """Return the stand after a crawl that ended so and wrote the posts `found`.

        The mark moves only when nothing before it is missing, or what is missing can be read no more; and a window that
        is run again never moves it back.
        """
        fresh = set(found)
        seen = (*(old for old in self.before.seen if old not in fresh), *found)[-_MOST_SEEN:]
        behind_since = self.before.behind_since or now
        if end.advance or now - behind_since >= _GIVE_UP:
            newest = max((moment for moment in (self.before.published, end.newest) if moment), default=None)
            after = Mark(published=newest, seen=seen, validators=end.validators if end.complete else {})
        else:
            after = self.after or replace(self.before, seen=seen, behind_since=behind_since)
        return replace(self, after=after)


def load(target: Target, window: str, host: str) -> Stand:
    """Return where `window` stands; another host, such as a replay's, starts anew. UserError names a bad file."""
    path = _path(target)
    content = read(path)
    try:
        kept = None if content is None else msgspec.json.decode(content, type=Stand)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: no watermark ({error}): remove the file; the next crawl reads everything") from error
    if kept is None or kept.host != host:
        return Stand(host=host, window=window, before=Mark())
    return kept if kept.window == window else Stand(host=host, window=window, before=kept.after or kept.before)


def save(target: Target, stand: Stand) -> None:
    """Replace the file, durably."""
    write(_path(target), msgspec.json.encode(stand))


def _path(target: Target) -> str:
    return f"{settings.stage_root().rstrip('/')}/watermarks/{target.feed}/{query_folder(target.query)}.json"
