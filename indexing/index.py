"""A batch of mentions into the index, with books that balance: mentions = indexed + unchanged + dead."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import msgspec

from crawlers.errors import MalformedPost
from crawlers.post import check
from crawlers.stage import Batch, BrokenBatch, Manifest, manifests
from crawlers.stage import Writer as Aside
from indexing.document import analysis_part, document_id, month, native_month, page_part, timestamp
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.locate import months_of
from indexing.privacy import pseudonyms
from indexing.runs import write_run
from indexing.stories.answers import write_answers
from indexing.write import Outcome, Update, write
from nlp.mention import Mention, decode_mention

__all__ = ["BooksDoNotBalance", "index", "made_by", "not_indexed"]

Progress = Callable[[int, int], None]

_AT_ONCE = 500


class BooksDoNotBalance(Exception):
    """A count is wrong, so something was lost or counted twice; it is a fault of ours, and nothing was recorded."""


def index(
    batch: Batch, store: Store, progress: Progress | None = None, *, now: datetime | None = None
) -> dict[str, int]:
    """Index a batch of mentions and return its books; the same batch again leaves every document as it is.

    What cannot be indexed goes to the dead letters of `batch.to("indexed")`, whose manifest keeps the books. A batch
    that this index has taken already is not read again, and its mentions count as unchanged. Raises BrokenBatch for a
    batch that was never finished, StoreError when Elasticsearch does not come back, BooksDoNotBalance by no fault of
    the caller.
    """
    manifest = batch.manifest()
    if manifest is None:
        raise BrokenBatch(f"{batch.path}.manifest: missing: run `tingfeng analyse` for this window first")
    with store_errors():
        version = made_by(store.identity(), manifest)
        done = batch.to("indexed").manifest()
        if done and done.made_by == version:
            return {**done.books, "indexed": 0, "unchanged": done.books["mentions"] - done.books["dead"]}
        with batch.to("indexed").write(made_by=version) as aside:
            filling = _Filling(store, manifest, aside, timestamp(now or datetime.now(UTC)))
            filling.fill(batch.lines(), progress)
            aside.books = filling.books()
            write_answers(batch, manifest, store)
            write_run(batch, store, aside.books)
            if not store.building:
                store.refresh(MONTHLY, "engagement", "runs")
            return aside.books


def made_by(identity: str, mentions: Manifest) -> str:
    """Return what the books of indexing say of their making: which index took which mentions."""
    return f"{identity} {mentions.made_at.isoformat()} {mentions.sha256}"


def not_indexed(identity: str) -> list[tuple[Batch, Manifest]]:
    """Return the batches of mentions that the index of this identity has not taken; it reads every manifest."""
    done = manifests("indexed")
    return [
        (batch, mentions)
        for batch, mentions in manifests("mentions").items()
        if not (found := done.get(batch.to("indexed"))) or found.made_by != made_by(identity, mentions)
    ]


class _Filling:
    """One batch on its way into the index."""

    def __init__(self, store: Store, manifest: Manifest, aside: Aside, ingested: str) -> None:
        self._store, self._manifest, self._aside, self._ingested = store, manifest, aside, ingested
        self._names = pseudonyms()
        self._outcomes: Counter[Outcome] = Counter()
        self._floating: dict[str, str] = {}
        """Ids that only their first sight gave a month, with the month that this batch would give them."""

    def fill(self, lines: Iterator[bytes], progress: Progress | None) -> None:
        """Write every line's mention, or set the line aside."""
        done = 0
        while chunk := list(islice(lines, _AT_ONCE)):
            self._write(chunk)
            done += len(chunk)
            if progress:
                progress(done, self._manifest.count)
        if self._floating and not self._store.building:
            self._store.refresh(MONTHLY)
            self._join_twins()

    def books(self) -> dict[str, int]:
        """Return the counts; BooksDoNotBalance when a mention has no outcome."""
        counts = {outcome: self._outcomes[outcome] for outcome in (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.DEAD)}
        if sum(counts.values()) != self._manifest.count:
            raise BooksDoNotBalance(f"{self._manifest.count} mentions came in, and went out as {counts}")
        return {"mentions": self._manifest.count, **{str(outcome): count for outcome, count in counts.items()}}

    def _write(self, lines: list[bytes]) -> None:
        updates: list[Update] = []
        sound: list[bytes] = []
        for line in lines:
            try:
                updates.append(self._update(_mention(line)))
                sound.append(line)
            except (MalformedPost, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                self._set_aside(line, str(error))
        for line, result in zip(sound, write(self._store, updates), strict=True):
            if result.outcome is Outcome.DEAD:
                self._set_aside(line, result.reason)
            else:
                self._outcomes[result.outcome] += 1

    def _update(self, mention: Mention) -> Update:
        settled = native_month(mention.post)
        update = Update(
            id=document_id(mention),
            parts={
                Writer.PAGE: page_part(mention, self._names),
                Writer.ANALYSIS: analysis_part(mention, self._manifest.made_at),
            },
            month=settled or month(mention.post.published_at),
            settled=settled is not None,
            ingested=self._ingested,
        )
        if not settled:
            if not self._floating:
                self._store.refresh(MONTHLY)  # or a search would not find where earlier batches have put them
            self._floating.setdefault(update.id, update.month)
        return replace(update, month=self._floating.get(update.id, update.month))

    def _set_aside(self, line: bytes, reason: str) -> None:
        self._aside.set_aside(reason, line.decode("utf-8", "replace"))
        self._outcomes[Outcome.DEAD] += 1

    def _join_twins(self) -> None:
        """Join the copies that another batch, running at the same time, has put into another month."""
        ids = iter(self._floating)
        while chunk := list(islice(ids, _AT_ONCE)):
            twins = [id for id, months in months_of(self._store, chunk).items() if len(months) > 1]
            again = (Update(id=id, parts={}, month=self._floating[id], ingested=self._ingested) for id in twins)
            write(self._store, again)


def _mention(line: bytes) -> Mention:
    mention = decode_mention(line)
    check(mention.post)
    return mention
