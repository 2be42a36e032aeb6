"""The books of one batch while it is indexed: what became of its lines, and what keeps the batch from being used."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crawlers.storage.stage import Batch, BooksDoNotBalance, BrokenBatch, Manifest
from indexing.mentions.answers import answers_of
from indexing.mentions.runs import runs_of
from indexing.mentions.write import Outcome

__all__ = ["BatchBooks", "made_by"]

_COUNTED = (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.DEAD)


def made_by(identity: str, mentions: Manifest) -> str:
    """Return what the books of indexing say of their making: which index took which mentions."""
    return f"{identity} {mentions.made_at.isoformat()} {mentions.sha256}"


class BatchBooks:
    """One batch of mentions on its way into the index of this identity.

    `fault` is why the batch cannot be used, `waits` whether it is still to be read: one that this index has taken
    already is not read again.
    """

    def __init__(self, batch: Batch, identity: str) -> None:
        self.batch = batch
        self.fault: BrokenBatch | BooksDoNotBalance | None = None
        self.waits = False
        self._counts: dict[str, int] = {}
        self._outcomes: Counter[Outcome] = Counter()
        self._dead: list[tuple[str, str]] = []
        with self.at_fault():
            manifest, done = batch.manifest(), batch.to("indexed").manifest()
            if manifest is None:
                raise BrokenBatch(f"{batch.path}.manifest: missing: run `tingfeng analyse` for this window first")
            self.manifest, self._made_by = manifest, made_by(identity, manifest)
            self.waits = done is None or done.made_by != self._made_by
            if done and not self.waits:
                self._counts = {**done.books, "indexed": 0, "unchanged": done.books["mentions"] - done.books["dead"]}

    @contextmanager
    def at_fault(self) -> Iterator[None]:
        """Note as the batch's own fault what goes wrong here for a reason that lies in the batch."""
        try:
            yield
        except (BrokenBatch, BooksDoNotBalance) as error:
            self.fault, self.waits = error, False

    @property
    def outcome(self) -> dict[str, int] | BrokenBatch | BooksDoNotBalance:
        """The counts, or why there are none."""
        return self.fault or self._counts

    def lines(self) -> Iterator[bytes]:
        """Yield the batch's lines, as far as they can be read."""
        with self.at_fault():
            yield from self.batch.lines()

    def note(self, outcome: Outcome) -> None:
        """Count a line's outcome."""
        self._outcomes[outcome] += 1

    def set_aside(self, line: bytes, reason: str) -> None:
        """Keep a line that cannot be indexed, with the reason."""
        self._dead.append((reason, line.decode("utf-8", "replace")))
        self.note(Outcome.DEAD)

    def balance(self) -> None:
        """Sum up; BooksDoNotBalance when a mention has no outcome."""
        counts = {str(outcome): self._outcomes[outcome] for outcome in _COUNTED}
        if sum(counts.values()) != self.manifest.count:
            raise BooksDoNotBalance(f"{self.manifest.count} mentions came in, and went out as {counts}")
        self._counts = {"mentions": self.manifest.count, **counts}

    def answers(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the documents of the brands' own answers that were found with the mentions, by id."""
        return answers_of(self.batch, self.manifest)

    def runs(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the documents of the crawls that brought the batch, by id."""
        return runs_of(self.batch, self._counts)

    def keep(self) -> None:
        """Write the books and the dead letters behind what the index has taken."""
        with self.batch.to("indexed").write(made_by=self._made_by) as aside:
            for reason, content in self._dead:
                aside.set_aside(reason, content)
            aside.books = self._counts
