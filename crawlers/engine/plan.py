"""A time that is to be read in parts, and how far that has come: it outlives whoever reads it.

    <root>/slices/<feed>/<query>/<plan>.json       replaced whole after each part; removed with the last one

A plan closes a gap that a live crawl met, or fills a backfill that a person asked for. Its parts are batches of their
own, `<plan>-00001` and so on, in the order in which they are read: a part that is read again after a kill replaces
what it had begun.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from config import settings
from config.brand import Target
from config.errors import UserError
from crawlers.slicing import Slice
from crawlers.storage import files
from crawlers.storage.stage import Batch, query_folder, window_at

__all__ = ["Begun", "Plan", "Purpose", "begun", "drop", "expire", "find", "load", "new_plan", "plans", "save"]

_SECOND = timedelta(seconds=1)


class Purpose(StrEnum):
    """What a plan is for."""

    GAP = "gap"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is still to be read of a time; `taken` parts were begun or done, `waiting` are those left, the next last.

    `capped` are the parts that the platform did not show whole, however small they were made.
    """

    name: str
    host: str
    purpose: Purpose
    whole: Slice
    made_at: datetime
    waiting: tuple[Slice, ...]
    taken: int = 0
    capped: tuple[Slice, ...] = ()
    posts: int = 0
    new: int = 0
    query: str | None = None
    """What the feed is asked for; None in plans of before there was this field, whose folder has only its digest."""
    base_url: str | None = None
    kept_at: datetime | None = None
    """When its last part was read; None as `query`."""

    @property
    def window(self) -> str:
        """The window of the next part."""
        return f"{self.name}-{self.taken + 1:05d}"

    @property
    def left(self) -> Slice:
        """The time within which something is still to be read."""
        return Slice(start=min(one.start for one in self.waiting), end=max(one.end for one in self.waiting))

    def reaching(self, end: datetime) -> "Plan":
        """Return the plan with the time from its own end until `end` added: without --to, a later run wants more."""
        if end <= self.whole.end:
            return self
        more = Slice(start=self.whole.end, end=end)
        return replace(self, whole=replace(self.whole, end=end), waiting=(more, *self.waiting))

    def split(self, parts: tuple[Slice, ...]) -> "Plan":
        """Return the plan with the next part cut into smaller ones."""
        return replace(self, waiting=(*self.waiting[:-1], *reversed(parts)))

    def read(self, *, posts: int, new: int, capped: bool) -> "Plan":
        """Return the plan after its next part was read."""
        *left, last = self.waiting
        return replace(
            self,
            waiting=tuple(left),
            taken=self.taken + 1,
            capped=(*self.capped, last) if capped else self.capped,
            posts=self.posts + posts,
            new=self.new + new,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A plan that has not ended, and where it lies."""

    feed: str
    plan: Plan
    path: str

    @property
    def target(self) -> Target:
        """What is read; UserError where the plan does not tell."""
        if self.plan.query is None:
            raise UserError(f"{self.path}: does not tell its query: crawl that time with --from and --to, or drop it")
        return Target(feed=self.feed, query=self.plan.query, base_url=self.plan.base_url)

    @property
    def touched_at(self) -> datetime:
        """When somebody last read on."""
        return self.plan.kept_at or self.plan.made_at


def new_plan(target: Target, whole: Slice, *, host: str, purpose: Purpose, now: datetime, name: str = "") -> Plan:
    """Return a plan for a time, under a name that no other plan of the target has."""
    plan = Plan(
        name=name or window_at(now),
        host=host,
        purpose=purpose,
        whole=whole,
        made_at=now,
        waiting=(whole,),
        query=target.query,
        base_url=target.base_url,
    )
    while not name and (load(target, plan.name) or _written(target, plan.window)):
        plan = replace(
            plan, name=window_at(datetime.strptime(plan.name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) + _SECOND)
        )
    return plan


def find(target: Target, whole: Slice, host: str) -> Plan | None:
    """Return the backfill from the same time on that was begun and not ended, reaching to the end of this one."""
    for plan in plans(target):
        same = plan.purpose is Purpose.BACKFILL and (plan.whole.start, plan.host) == (whole.start, host)
        if same and plan.whole.end <= whole.end:
            return plan.reaching(whole.end)
    return None


def plans(target: Target) -> Iterator[Plan]:
    """Yield the plans of a target that have not ended, the oldest first."""
    for name in _names(target):
        if plan := load(target, name):
            yield plan


def begun() -> Iterator[Begun]:
    """Yield the plans of all feeds and queries that have not ended; UserError names a file that is no plan."""
    for feed, path in _paths():
        if plan := _read(path):
            yield Begun(feed=feed, plan=plan, path=path)


def expire(before: datetime, *, dry_run: bool = False) -> int:
    """Drop the backfills that nobody has read on since then; return how many. With `dry_run`, only count them.

    The plan of a gap stays: the next crawl of its query reads on. So does a file that is no plan, which others name.
    """
    gone = 0
    for feed, path in _paths():
        with suppress(UserError):
            plan = _read(path)
            if plan is None or plan.purpose is not Purpose.BACKFILL:
                continue
            if Begun(feed=feed, plan=plan, path=path).touched_at < before:
                gone += 1
                if not dry_run:
                    files.remove(path)
    return gone


def load(target: Target, name: str) -> Plan | None:
    """Return a plan by its name; None where there is none. UserError names a file that is no plan."""
    return _read(_path(target, name))


def _read(path: str) -> Plan | None:
    content = files.read(path)
    try:
        return None if content is None else msgspec.json.decode(content, type=Plan)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}: no plan ({error}): remove the file, and crawl that time with --from and --to"
        ) from error


def save(target: Target, plan: Plan) -> None:
    """Keep how far the plan has come, durably; one of which all is read is removed."""
    if plan.waiting:
        files.replace(_path(target, plan.name), msgspec.json.encode(replace(plan, kept_at=datetime.now(UTC))))
    else:
        drop(target, plan)


def drop(target: Target, plan: Plan) -> None:
    """Give a plan up."""
    files.remove(_path(target, plan.name))


def _written(target: Target, window: str) -> bool:
    return (
        Batch(stage="posts", feed=target.feed, query=query_folder(target.query), window=window).manifest() is not None
    )


def _names(target: Target) -> list[str]:
    found = files.names(_folder(target))
    return sorted(name.removesuffix(".json") for name in found if name.endswith(".json"))


def _path(target: Target, name: str) -> str:
    return f"{_folder(target)}/{name}.json"


def _folder(target: Target) -> str:
    return f"{_root()}/{target.feed}/{query_folder(target.query)}"


def _paths() -> Iterator[tuple[str, str]]:
    """Yield the feed and the path of each plan."""
    root = _root()
    for feed in sorted(files.folders(root)):
        for query in sorted(files.folders(f"{root}/{feed}")):
            for name in sorted(files.names(f"{root}/{feed}/{query}")):
                if name.endswith(".json"):
                    yield feed, f"{root}/{feed}/{query}/{name}"


def _root() -> str:
    return f"{settings.stage_root().rstrip('/')}/slices"
