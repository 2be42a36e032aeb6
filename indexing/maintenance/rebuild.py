"""The index made anew from the JSON Lines, behind the aliases: for a new mapping, a new model, a new key."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crawlers.storage.stage import Batch, BooksDoNotBalance, batches
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.exchange import begin, exchange
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.mappings import MONTHLY, STANDING
from indexing.elasticsearch.store import Store
from indexing.maintenance.carry import Carrier
from indexing.mentions.index import index_together

__all__ = ["RebuildReport", "rebuild"]

_GRACE = 10.0
_TOGETHER = 50
"""Batches that are indexed in one go."""
_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildReport:
    """What the new index holds: the batches' mentions, those `kept` because their batch is gone, and all else copied.

    `dropped` mentions were in the old index, and their posts have been analysed without them since.
    """

    batches: int
    read: int
    dead: int
    mentions: int
    kept: int
    dropped: int
    copied: Mapping[str, int]

    def books(self) -> dict[str, str]:
        """Return the counts for people."""
        names = ("batches", "read", "dead", "mentions", "kept", "dropped")
        return {name: f"{getattr(self, name):,}" for name in names} | {
            name: f"{count:,}" for name, count in self.copied.items()
        }


def rebuild(
    store: Store, *, progress: Callable[[int, int], None] | None = None, grace: float = _GRACE
) -> RebuildReport:
    """Fill a new generation of indices and put it in the place of the old one; readers never see less than the whole.

    What is indexed meanwhile is carried over. `grace` is how many seconds the old indices stay for readers who have
    just begun. Raises Busy while another rebuild, backup or restore runs; a rebuild that dies leaves the old index.
    """
    with store_errors(), lease(store.client, store.state, "rebuild") as held:
        store.ensure_templates()
        work = _Work(store, begin(store), progress)
        work.carrier.standing()
        for _ in range(_MOST_ROUNDS):
            if not work.fill():
                break
        work.carrier.mentions()
        work.fill()  # what came during that, so that writers need not wait for it
        exchange(store, work.fresh, held, work.finish, grace=grace)
        return work.report()


class _Work:
    """One rebuild at work."""

    def __init__(self, store: Store, fresh: Store, progress: Callable[[int, int], None] | None) -> None:
        self.store, self.fresh = store, fresh
        self.carrier = Carrier(store=store, fresh=fresh, progress=self._advance)
        self._progress = progress
        self._filled: dict[Batch, str] = {}
        self._books: Counter[str] = Counter()
        self._done = 0
        self._mentions = 0
        self._total = sum(store.count(kind) for kind in (MONTHLY, *STANDING))

    def fill(self) -> bool:
        """Index the batches that are new or written anew since the last call; False when there are none."""
        new = {}
        for batch in batches("mentions"):
            manifest = batch.manifest()
            if manifest and self._filled.get(batch) != (version := f"{manifest.sha256} {manifest.made_at}"):
                new[batch] = version
                self._total += manifest.count
        waiting = list(new)
        for start in range(0, len(waiting), _TOGETHER):
            before = self._done
            some = waiting[start : start + _TOGETHER]
            for outcome in index_together(some, self.fresh, lambda done, _: self._advance(before + done - self._done)):  # noqa: B023
                if isinstance(outcome, Exception):
                    raise outcome
                self._books.update(outcome)
        self._filled |= new
        return bool(new)

    def finish(self) -> None:
        """Carry over the last changes, and count: no mention may be missing that was not dropped."""
        self.fill()
        self.carrier.standing()
        self.carrier.mentions()
        self.carrier.remove_deleted()
        self.fresh.refresh(MONTHLY, *STANDING)
        self._mentions = self.fresh.count(MONTHLY)
        short = self.store.count(MONTHLY) - len(self.carrier.dropped) - self._mentions
        if short > 0 and (lost := self.carrier.lost()):  # it may be short of copies in two months, which are one now
            raise BooksDoNotBalance(
                f"the new index lacks {len(lost)} mentions of the old one, which stays: {min(lost)}"
            )

    def report(self) -> RebuildReport:
        """Return what was done."""
        return RebuildReport(
            batches=len(self._filled),
            read=self._books["mentions"],
            dead=self._books["dead"],
            mentions=self._mentions,
            kept=len(self.carrier.kept),
            dropped=len(self.carrier.dropped),
            copied=dict(self.carrier.copied),
        )

    def _advance(self, count: int) -> None:
        self._done += count
        if self._progress:
            self._progress(min(self._done, self._total), self._total)
