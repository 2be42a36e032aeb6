"""Posts that come as a table: reviews, tickets, surveys, call notes, as a shop's system exports them.

Each row becomes a post, is one that stands in the table already, is of an author who wants nothing kept, or is set
aside with its reason: rows = posts + duplicates + objected + dead. The same row is the same post in every import, so
that importing a table again changes nothing.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from config.import_map import ImportMap
from crawlers.errors import MalformedPost
from crawlers.post import Author, Engagement, Kind, Post, Precision, check, encode_post
from crawlers.reading.counts import count
from crawlers.reading.times import read_time
from crawlers.storage import objections
from crawlers.storage.stage import Batch, query_folder, window_at
from crawlers.tables import FaultyRow, Record, UnusableTable, records
from crawlers.tables.cells import SpoiltCell, mended

__all__ = ["FEED", "ImportReport", "import_posts", "read_posts"]

FEED = "imported"
"""`Post.feed` of what no crawler has read."""
NO_ADDRESS = "https://imported.invalid"
"""Begins the address of a post whose table names none: `.invalid` leads nowhere, everywhere."""
_SEPARATORS = re.compile(r"[,，;；|、]")
_LONGEST = 100_000
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """The books of one import, and the first rows that could not be used."""

    rows: int
    posts: int
    duplicates: int
    objected: int
    """Of authors who want nothing kept."""
    dead: int
    batch: Batch | None = None
    faults: tuple[str, ...] = ()

    def books(self) -> dict[str, str]:
        """Return the counts for people."""
        return {name: f"{getattr(self, name):,}" for name in ("rows", "posts", "duplicates", "objected", "dead")}


@dataclass(slots=True)
class _Reading:
    posts: int = 0
    duplicates: int = 0
    objected: int = 0
    dead: int = 0
    faults: list[str] = field(default_factory=list)

    def report(self, batch: Batch | None) -> ImportReport:
        return ImportReport(
            rows=self.posts + self.duplicates + self.objected + self.dead,
            posts=self.posts,
            duplicates=self.duplicates,
            objected=self.objected,
            dead=self.dead,
            batch=batch,
            faults=tuple(self.faults),
        )


def import_posts(
    path: Path, mapping: ImportMap, *, now: datetime, progress: Callable[[int, int], None] | None = None
) -> ImportReport:
    """Write a table's posts into the window of `now`, where they wait to be analysed; return the books.

    UnusableTable, with nothing written, when the table as a whole cannot be read or lacks a column. `progress` gets
    the rows done, and 0 for how many there are, which nobody knows before.
    """
    batch = Batch(stage="posts", feed=FEED, query=query_folder(mapping.id), window=window_at(now))
    reading = _Reading()
    with batch.write() as writer:
        for row, post, reason in _read(path, mapping, now, reading):
            if post:
                writer.add(encode_post(post))
            elif reason:
                writer.set_aside(reason, row.text)
            if progress:
                progress(reading.report(None).rows, 0)
        writer.books = {"rows": reading.report(None).rows, "duplicates": reading.duplicates}
    return reading.report(batch)


def read_posts(path: Path, mapping: ImportMap, *, now: datetime) -> tuple[list[Post], ImportReport]:
    """Return the first three posts of a table and the books of reading all of it; nothing is written."""
    reading = _Reading()
    shown: list[Post] = []
    for _, post, _ in _read(path, mapping, now, reading):
        if post and len(shown) < _SHOWN:
            shown.append(post)
    return shown, reading.report(None)


def _read(
    path: Path, mapping: ImportMap, now: datetime, reading: _Reading
) -> Iterator[tuple[Record, Post | None, str | None]]:
    """Yield each row with its post, or why it has none; with neither, nothing is to be kept of it."""
    rows = records(path)
    places = _header(next(rows, None), path, mapping)
    seen: dict[str, tuple[int, bytes]] = {}
    kept_out = objections.load()
    for row in rows:
        try:
            post = _post(_cells(row, places), mapping, row, now)
            check(post)
            digest = hashlib.sha256(f"{post.title}\n{post.text}".encode()).digest()[:8]
            line, same = seen.setdefault(post.native_id, (row.line, digest))
            if line != row.line and same != digest:
                raise FaultyRow(f"id: {post.native_id!r} stands on line {line} with another text: keep one")
        except (FaultyRow, MalformedPost, SpoiltCell) as problem:
            reason = f"{path.name}:{row.line}: {problem}"
            reading.dead += 1
            reading.faults += [reason] if len(reading.faults) < 5 else []
            yield row, None, reason
            continue
        if kept_out.block(post.platform, post.author):
            reading.objected += 1
            yield row, None, None
        elif line == row.line:
            reading.posts += 1
            yield row, post, None
        else:
            reading.duplicates += 1
            yield row, None, None


def _header(record: Record | None, path: Path, mapping: ImportMap) -> Mapping[str, tuple[int, ...]]:
    """Return the places of each field's columns; UnusableTable names a column that is missing or there twice."""
    if record is None or record.problem:
        raise UnusableTable(f"{path}:1: {record.problem if record else 'empty'}: begin with a line of column names")
    names = [name.strip() for name in record.cells]
    places: dict[str, tuple[int, ...]] = {}
    for column, name in mapping.columns.named().items():
        if names.count(column) != 1:
            what = "missing" if column not in names else "there twice"
            raise UnusableTable(
                f"{path}:{record.line}: column {column!r} ({name}) is {what}: the table has"
                f" {', '.join(filter(None, names))}; mend config/imports/{mapping.id}.yaml or the table"
            )
        places[name] = (*places.get(name, ()), names.index(column))
    return places


def _cells(row: Record, places: Mapping[str, tuple[int, ...]]) -> dict[str, str]:
    if row.problem:
        raise FaultyRow(row.problem)
    found = {}
    for name, some in places.items():
        found[name] = "\n".join(filter(None, (row.cells[at].strip() for at in some if at < len(row.cells))))
    return found


def _post(cells: Mapping[str, str], mapping: ImportMap, row: Record, now: datetime) -> Post:
    text = cells["text"][:_LONGEST]
    if not text:
        raise FaultyRow(f"{_column(mapping, 'text')}: empty: there is nothing to read")
    native_id = f"{mapping.id}/{_id(cells)}"
    published_at, precision = _time(cells["time"], mapping, now)
    return Post(
        platform=mapping.platform,
        feed=FEED,
        site=mapping.source,
        kind=Kind(mapping.kind),
        native_id=native_id,
        url=_url(cells.get("url", ""), native_id, mapping),
        title=cells.get("title") or None,
        text=text,
        author=_author(cells),
        published_at=published_at,
        time_precision=precision,
        fetched_at=now,
        engagement=Engagement(likes=count(cells.get("likes")), comments=count(cells.get("comments"))),
        rating=_rating(cells.get("rating", ""), mapping),
        region=cells.get("region") or None,
        tags=tuple(filter(None, (tag.strip() for tag in _SEPARATORS.split(cells.get("tags", ""))))),
        query=mapping.id,
        run_id=f"import {mapping.id} {window_at(now)}",
    )


def _id(cells: Mapping[str, str]) -> str:
    """Return the row's own id, or one made of what it says: the same words of the same author at the same time."""
    if stated := mended(cells.get("id", "")):  # ="" is how some systems write that there is none
        return quote(stated, safe="")
    made_from = "\0".join(cells.get(name, "") for name in ("text", "title", "time", "author_id", "author"))
    return hashlib.sha256(made_from.encode()).hexdigest()[:24]


def _time(said: str, mapping: ImportMap, now: datetime) -> tuple[datetime, Precision]:
    if not said:
        raise FaultyRow(f"{_column(mapping, 'time')}: empty: without a time it would count as said today")
    try:
        return read_time(said, now)
    except (ValueError, OverflowError) as error:
        raise FaultyRow(f"{_column(mapping, 'time')}: {error}: write it as 2026-11-30 08:15") from error


def _url(said: str, native_id: str, mapping: ImportMap) -> str:
    if not said:
        return f"{NO_ADDRESS}/{quote(native_id)}"
    if not said.startswith(("https://", "http://")):
        raise FaultyRow(f"{_column(mapping, 'url')}: {said[:80]!r} is no address: begin it with https://")
    return said


def _author(cells: Mapping[str, str]) -> Author | None:
    name, id = cells.get("author") or None, cells.get("author_id", "")
    id = mended(id) if id else name or ""
    return Author(id=id, name=name) if id else None


def _rating(said: str, mapping: ImportMap) -> float | None:
    if not said:
        return None
    try:
        rating = float(mended(said).removesuffix("星").removesuffix("分")) / mapping.rating_of
    except ValueError as error:
        raise FaultyRow(f"{_column(mapping, 'rating')}: {said[:80]!r} is no number") from error
    if not 0 <= rating <= 1:
        scale = f"{said!r} on a scale of {mapping.rating_of:g}"
        raise FaultyRow(f"{_column(mapping, 'rating')}: {scale}: set rating_of to the best rating")
    return rating


def _column(mapping: ImportMap, field: str) -> str:
    names: Sequence[str] = [column for column, name in mapping.columns.named().items() if name == field]
    return f"{' + '.join(names)} ({field})"
