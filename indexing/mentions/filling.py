"""Lines of mentions into the index: each is read, put where it belongs, and written, or set aside with the reason."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

import msgspec

from crawlers.errors import MalformedPost
from crawlers.post import check
from indexing.elasticsearch.ahead import ahead
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.mentions.books import BatchBooks
from indexing.mentions.document import analysis_part, document_id, month, native_month, page_part
from indexing.mentions.locate import months_of
from indexing.mentions.write import Further, Outcome, Update, nothing_further, write
from indexing.people.pseudonyms import pseudonyms
from nlp.mention import Mention, decode_mention

__all__ = ["Filling"]

_AT_ONCE = 1_000
_Line: TypeAlias = tuple[BatchBooks, bytes, Update | str]
"""A line of a batch, and what it says, or why it says nothing."""


class Filling:
    """Batches on their way into the index together; `ingested` is the time at which that is.

    What `further` says of mentions that are not there yet is written with them.
    """

    def __init__(self, store: Store, ingested: str, further: Further = nothing_further) -> None:
        self._store, self._ingested, self._further = store, ingested, further
        self._names = pseudonyms()
        self._floating: dict[str, str] = {}
        """Ids that only their first sight gave a month, with the month that these batches would give them."""

    def fill(self, lines: Iterator[tuple[BatchBooks, bytes]], progress: Callable[[int], None]) -> None:
        """Write every line's mention, or set the line aside in its batch's books; `progress` gets the lines done."""
        done = 0
        for chunk in ahead(self._read(lines)):
            self._write(chunk)
            done += len(chunk)
            progress(done)
        if self._floating and not self._store.building:
            self._store.refresh(MONTHLY)
            self._join_twins()

    def _read(self, lines: Iterator[tuple[BatchBooks, bytes]]) -> Iterator[list[_Line]]:
        while chunk := list(islice(lines, _AT_ONCE)):
            yield [(books, line, self._said(books, line)) for books, line in chunk]

    def _said(self, books: BatchBooks, line: bytes) -> Update | str:
        """Return what the line says, or why it says nothing."""
        try:
            return self._update(_mention(line), books)
        except (MalformedPost, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return str(error)

    def _write(self, lines: list[_Line]) -> None:
        updates: list[Update] = []
        sound: list[tuple[BatchBooks, bytes]] = []
        for books, line, said in lines:
            if isinstance(said, str):
                books.set_aside(line, said)
            else:
                updates.append(said)
                sound.append((books, line))
        for (books, line), result in zip(sound, write(self._store, updates, self._further), strict=True):
            if result.outcome is Outcome.DEAD:
                books.set_aside(line, result.reason)
            else:
                books.note(result.outcome)

    def _update(self, mention: Mention, books: BatchBooks) -> Update:
        settled = native_month(mention.post)
        update = Update(
            id=document_id(mention),
            parts={
                Writer.PAGE: page_part(mention, self._names),
                Writer.ANALYSIS: analysis_part(mention, books.manifest.made_at),
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
