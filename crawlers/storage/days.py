"""The days of which a query has windows: found, read and removed as a whole, however they lie."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from config import settings
from crawlers.storage import packs
from crawlers.storage.files import names, remove, resolve
from crawlers.storage.manifest import BrokenBatch, Manifest
from crawlers.storage.packs import ENDING, day_of
from crawlers.storage.stage import STAGES, Batch

__all__ = ["OWN", "PACK", "Day", "days", "days_with_own_files"]

OWN = (".manifest", ".dead.jsonl", ".jsonl")
"""The endings of a window's own files, in the order in which they are removed."""
PACK = (ENDING, ".dead.zst", ".zst")
"""The endings of a pack's files, likewise."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Day:
    """One day (UTC, `20261122`) of a query."""

    day: str
    feed: str
    query: str

    def __str__(self) -> str:
        return f"{self.feed}/{self.query} {self.day}"

    def batch(self, stage: str, window: str) -> Batch:
        """Return the batch of one of its windows."""
        return Batch(stage=stage, feed=self.feed, query=self.query, window=window)

    def folder(self, stage: str) -> str:
        """Return the folder of its packs."""
        return f"{self._parent(stage)}/{self.day}"

    def own_windows(self, stage: str) -> set[str]:
        """Return the windows that have files of their own, finished or not."""
        listed = names(self._parent(stage))
        found = (name.removesuffix(ending) for name in listed for ending in OWN if name.endswith(ending))
        return {window for window in found if day_of(window) == self.day}

    def manifests(self, stage: str) -> dict[str, Manifest | None]:
        """Return its windows' manifests; None for a window whose own manifest cannot be read."""
        found: dict[str, Manifest | None] = {
            window: one.packed.manifest for window, one in packs.latest_of(packs.of_day(self.folder(stage))).items()
        }
        for window in self.own_windows(stage):
            try:
                if manifest := self.batch(stage, window).own_manifest():
                    found[window] = manifest
            except BrokenBatch:
                found[window] = None
        return found

    def remove(self) -> None:
        """Remove all that there is of it, in every stage; a kill leaves nothing that would be owed again."""
        for stage in STAGES:
            self._remove(stage, OWN, PACK)

    def remove_dead_letters(self, stage: str) -> None:
        """Remove what was set aside; the books go on telling how much that was."""
        self._remove(stage, OWN[1:2], PACK[1:2])

    def dead_letters(self, stage: str) -> int:
        """Return how many files hold what was set aside."""
        own = (name.removesuffix(OWN[1]) for name in names(self._parent(stage)) if name.endswith(OWN[1]))
        packed = sum(name.endswith(PACK[1]) for name in names(self.folder(stage)))
        return packed + sum(day_of(window) == self.day for window in own)

    def _remove(self, stage: str, own: Collection[str], pack: Collection[str]) -> None:
        for window in sorted(self.own_windows(stage)):
            for ending in own:
                remove(f"{self.batch(stage, window).path}{ending}")
        of_packs = {name.split(".")[0] for name in names(self.folder(stage)) if name.endswith(PACK)}
        for path in sorted(of_packs):
            for ending in pack:
                remove(f"{self.folder(stage)}/{path}{ending}")

    def _parent(self, stage: str) -> str:
        return f"{settings.stage_root().rstrip('/')}/{stage}/{self.feed}/{self.query}"


def days(before: str) -> list[Day]:
    """Return the days before this one of which any stage holds anything, the oldest first."""
    packed = {
        Day(day=folder.rsplit("/", 1)[1], feed=feed, query=query)
        for stage in STAGES
        for feed, query, folder in packs.day_folders(settings.stage_root(), stage)
    }
    own = {day for stage in STAGES for day in days_with_own_files(stage, before)}
    return sorted(day for day in packed | own if day.day < before)


def days_with_own_files(stage: str, before: str) -> Iterator[Day]:
    """Yield the days before this one of which windows have files of their own, query by query."""
    root = settings.stage_root().rstrip("/")
    fs, pattern = resolve(f"{root}/{stage}/*/*")
    for folder in sorted(map(str, fs.glob(pattern))):
        feed, query = folder.split("/")[-2:]
        found = (day_of(name.split(".")[0]) for name in names(f"{root}/{stage}/{feed}/{query}"))
        for day in sorted({day for day in found if day and day < before}):
            yield Day(day=day, feed=feed, query=query)
