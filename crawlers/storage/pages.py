"""Received pages of posts that speak of a brand, as they came: the one store for evidence, imports and erasure.

    <root>/pages/<2 digits>/<digest>.zst            the body, compressed
    <root>/pages/<2 digits>/<digest>.json           its entry: request, answer, when, the posts on it; written last
    <root>/pages/posts/<3 digits>/<post>~<digest>   an empty file for each post on a page, by which it is found
    <root>/pages/days/<day>/<digest>                an empty file for each day (UTC) on which a page was fetched

A page is named by the sha256 of its body's bytes, transfer encodings undone, and lies here once however often it came.
It lies on any fsspec path; a kill leaves a page whole or absent, and keeping or dropping it again finishes what was
begun.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from config import settings
from config.errors import UserError
from crawlers.storage import files
from crawlers.storage.zstd import ZstdError, compress, decompress

__all__ = ["Entry", "LostPage", "drop", "every", "expire", "find", "keep", "of_day", "read", "remove", "verify"]

_FORMAT = 1
_LEVEL = 9
_SHARDS = [f"{number:02x}" for number in range(256)]


class LostPage(UserError):
    """A page is not in the store, or not as it was kept; the message names the file and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of a page. Headers are by their names in lower case, without any that carry a secret."""

    digest: str
    """The sha256 of the body, in hexadecimal digits."""
    size: int
    """The body's bytes."""
    method: str = "GET"
    url: str
    request_headers: Mapping[str, str]
    status: int
    response_headers: Mapping[str, str]
    fetched_at: datetime
    """When it was first received."""
    last_fetched_at: datetime
    """When it was last received with this very body."""
    run_id: str
    """The crawl that received it first."""
    platform: str
    posts: tuple[str, ...]
    """The `Post.id`s of all posts on it, whether or not they speak of a brand."""
    format: int = _FORMAT


def keep(entry: Entry, body: bytes) -> None:
    """Keep a page; one that is there already only learns when it was fetched last, and of further posts on it.

    LostPage where the body is not the one that `entry.digest` names.
    """
    if hashlib.sha256(body).hexdigest() != entry.digest:
        raise LostPage(f"{entry.url}: the page is not the one that was received: crawl it again")
    try:
        known, whole = _entry(entry.digest), read(entry.digest) == body
    except LostPage:
        known, whole = None, False
    if known and whole:
        last = max(known.last_fetched_at, entry.last_fetched_at)
        posts = tuple(dict.fromkeys((*known.posts, *entry.posts)))
        entry = replace(known, last_fetched_at=last, posts=posts)
    else:
        files.replace(_body_path(entry.digest), compress(body, level=_LEVEL))
    for post in entry.posts:
        files.touch(f"{_post_folder(post)}/{_post_key(post)}~{entry.digest}")
    files.touch(f"{_day_folder(entry.last_fetched_at)}/{entry.digest}")
    if entry != known:
        files.replace(_entry_path(entry.digest), msgspec.json.encode(entry))


def find(post_id: str) -> list[Entry]:
    """Return the entries of the pages on which a post stands (`Post.id`), the first received first."""
    digests = [name.partition("~")[2] for name in files.names(_post_folder(post_id)) if _is_of(name, post_id)]
    found = [entry for digest in digests if (entry := _entry(digest)) and post_id in entry.posts]
    return sorted(found, key=lambda entry: (entry.fetched_at, entry.digest))


def of_day(day: str) -> Iterator[Entry]:
    """Yield the entries of the pages that were first received on a day (UTC, `20261122`); unreadable ones are left out.

    `verify` tells of those.
    """
    for digest in files.names(f"{_root()}/days/{day}"):
        try:
            entry = _entry(digest)
        except LostPage:
            continue
        if entry and _day(entry.fetched_at) == day:
            yield entry


def read(digest: str) -> bytes:
    """Return a page's body; LostPage where it is absent, or no longer what was kept."""
    path = _body_path(digest)
    packed = files.read(path)
    if packed is None:
        raise LostPage(f"{path}: missing: {_remedy(digest)}")
    try:
        body = decompress(packed)
    except ZstdError as error:
        raise LostPage(f"{path}: cut off or damaged ({error}): {_remedy(digest)}") from error
    if hashlib.sha256(body).hexdigest() != digest:
        raise LostPage(f"{path}: damaged, it is not what its name says: {_remedy(digest)}")
    return body


def drop(post_id: str) -> list[str]:
    """Remove every page on which a post stands, whatever else is on it; return their digests. Again removes nothing."""
    dropped = []
    for name in files.names(_post_folder(post_id)):
        if _is_of(name, post_id):
            digest, marker = name.partition("~")[2], f"{_post_folder(post_id)}/{name}"
            if _remove(digest, marker):
                dropped.append(digest)
            files.remove(marker)
    return dropped


def expire(before: str, *, dry_run: bool = False) -> int:
    """Remove the pages that were last fetched before this day (`20261122`), and return how many.

    With `dry_run`, only count them.
    """
    gone = 0
    for day in files.folders(f"{_root()}/days"):
        for digest in files.names(f"{_root()}/days/{day}") if day < before else ():
            marker = f"{_root()}/days/{day}/{digest}"
            try:
                entry = _entry(digest)
            except LostPage:
                continue  # `verify` tells of it
            old = entry is None or _day(entry.last_fetched_at) < before  # none: whoever kept it was killed
            gone += old and entry is not None
            if not dry_run:
                if old:
                    _remove(digest, marker)
                files.remove(marker)
    return gone


def every() -> Iterator[Entry]:
    """Yield the entries of all pages that can be read."""
    for shard in _SHARDS:
        for name in files.names(f"{_root()}/{shard}"):
            if name.endswith(".json"):
                with suppress(LostPage):
                    if entry := _entry(name.removesuffix(".json")):
                        yield entry


def remove(digest: str) -> bool:
    """Remove a page with all that leads to it; return whether there was one."""
    return _remove(digest, "")


def verify() -> Iterator[str]:
    """Yield what is wrong with the store: pages whose body is missing or damaged, entries that cannot be read."""
    for shard in _SHARDS:
        for name in files.names(f"{_root()}/{shard}"):
            if name.endswith(".json"):
                digest = name.removesuffix(".json")
                try:
                    _entry(digest)
                    read(digest)
                except LostPage as error:
                    yield str(error)


def _entry(digest: str) -> Entry | None:
    path = _entry_path(digest)
    content = files.read(path)
    if content is None:
        return None
    try:
        entry = msgspec.json.decode(content, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LostPage(f"{path}: no entry ({error}): {_remedy(digest)}") from error
    if entry.format != _FORMAT:
        raise LostPage(f"{path}: form {entry.format}, this version knows {_FORMAT}: use the version that wrote it")
    return entry


def _remove(digest: str, found_by: str) -> bool:
    """Remove a page and what leads to it, but for the marker by which it was found: that goes when all else is gone."""
    try:
        entry = _entry(digest)
    except LostPage:
        entry = None  # what leads to it is not known; it finds nothing from now on
    there = entry is not None or files.read(_body_path(digest)) is not None
    if entry:
        markers = [f"{_post_folder(post)}/{_post_key(post)}~{digest}" for post in entry.posts]
        for marker in (*markers, f"{_day_folder(entry.last_fetched_at)}/{digest}"):
            if marker != found_by:
                files.remove(marker)
    files.remove(_entry_path(digest))
    files.remove(_body_path(digest))
    return there


def _root() -> str:
    return f"{settings.stage_root().rstrip('/')}/pages"


def _body_path(digest: str) -> str:
    return f"{_root()}/{digest[:2]}/{digest}.zst"


def _entry_path(digest: str) -> str:
    return f"{_root()}/{digest[:2]}/{digest}.json"


def _post_key(post: str) -> str:
    return hashlib.sha256(post.encode()).hexdigest()[:32]


def _post_folder(post: str) -> str:
    return f"{_root()}/posts/{_post_key(post)[:3]}"


def _is_of(name: str, post: str) -> bool:
    return name.startswith(f"{_post_key(post)}~")


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d}"


def _day_folder(moment: datetime) -> str:
    return f"{_root()}/days/{_day(moment)}"


def _remedy(digest: str) -> str:
    return f"bring it back from a copy, or remove {_entry_path(digest)} to give the page up"
