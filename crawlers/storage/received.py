"""The pages of a crawl on their way: spooled beside the window until it is known which of them speak of a brand.

    <root>/received/<feed>/<query>/<window>.pages.zst    a page a line, written before the posts become visible

The crawling process sends each page with the posts on it; the analysis keeps those with a post that speaks of a brand
(pages.py), drops the others, and removes the spool. A kill between any two steps leaves the spool, and settling it
again keeps the same pages.
"""

import hashlib
import logging
import re
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from urllib.parse import urlsplit

import msgspec

from config import settings
from config.errors import UserError
from crawlers.page import Request, Response
from crawlers.storage import files, pages
from crawlers.storage.stage import Batch
from crawlers.storage.zstd import ZstdError, ZstdFile, compress, decompress

__all__ = [
    "BrokenSpool",
    "Received",
    "Spool",
    "faults",
    "received",
    "settle",
    "drop_spooled",
    "spooled",
    "spooled_pages",
    "waits",
]

_log = logging.getLogger(__name__)
_STAGE = "received"
_ENDING = ".pages.zst"
_MOST_BYTES = 4 * 2**20
"""Of a page's body; larger ones are not kept."""
_MOST_SPOOLED = 64 * 2**20
"""Of a window's compressed pages; what comes after is not kept."""
_LEVEL = 9
_SECRET = re.compile(
    r"cookie|authoriz|authent|oauth|token|secret|passw|session|signature|credential|api.?key"
    r"|(^|[-_.])(auth|key|sid|sig|sign|ticket)$",
    re.IGNORECASE,
)
"""Names of headers and parameters whose values are nobody's to keep."""
_HIDDEN = "…"


class BrokenSpool(UserError):
    """A window's spooled pages cannot be read; its posts and mentions are whole, and nothing else waits for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A page with its compressed body, as it passes from process to process."""

    entry: pages.Entry
    body: bytes

    def content(self) -> bytes:
        """Return the body as it was received."""
        return decompress(self.body)


class Spool:
    """Gathers the pages of one crawl, as lines of JSON, within bounds."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._digests: set[str] = set()
        self._size = 0

    def add(self, line: bytes) -> None:
        """Take a page; one that came already, or beyond the bound, is left out."""
        digest = msgspec.json.decode(line, type=_Digest).entry.digest
        if digest not in self._digests and self._size + len(line) <= _MOST_SPOOLED:
            self._digests.add(digest)
            self._size += len(line)
            with files.named_if_full(tempfile.gettempdir()):
                self._file.write(line + b"\n")

    def write(self, posts: Batch, without: Collection[str] = ()) -> None:
        """Put the pages beside the window, with those of an earlier run of it that nobody has settled yet.

        Pages with one of the posts `without` on them are left out.
        """
        try:
            for line in _lines(posts):
                self.add(line)
        except BrokenSpool as error:
            _log.warning("the pages of an earlier run of this window are lost: %s", error)
        if not self._digests:
            return
        self._file.seek(0)
        kept = [line for line in self._file if not without or set(without).isdisjoint(_posts_on(line))]
        if kept:
            files.replace(_path(posts), compress(b"".join(kept), level=1))
        else:
            files.remove(_path(posts))

    def close(self) -> None:
        """Let go of what was gathered."""
        self._file.close()


class _WithDigest(msgspec.Struct):
    digest: str
    posts: tuple[str, ...] = ()


class _Digest(msgspec.Struct):
    entry: _WithDigest


def _posts_on(line: bytes) -> tuple[str, ...]:
    return msgspec.json.decode(line, type=_Digest).entry.posts


def received(
    request: Request, response: Response, posts: Collection[str], *, run_id: str, platform: str
) -> bytes | None:
    """Return a page as a line, without secrets; None where no post is on it, or it is too large to be kept."""
    if not posts or len(response.body) > _MOST_BYTES:
        return None
    entry = pages.Entry(
        digest=hashlib.sha256(response.body).hexdigest(),
        size=len(response.body),
        method="GET" if request.body is None else "POST",
        url=_plain(request.url),
        request_headers=_plain_headers(request.headers),
        status=response.status,
        response_headers=_plain_headers(response.headers),
        fetched_at=response.fetched_at,
        last_fetched_at=response.fetched_at,
        run_id=run_id,
        platform=platform,
        posts=tuple(posts),
    )
    return msgspec.json.encode(Received(entry=entry, body=compress(response.body, level=_LEVEL)))


def settle(posts: Batch, matched: Collection[str]) -> int:
    """Keep the spooled pages with a post among the matched (`Post.id`), drop the rest; return how many were kept.

    BrokenSpool for a spool that cannot be read, which then stays where it is.
    """
    kept = 0
    for line in _lines(posts):
        page = msgspec.json.decode(line, type=Received)
        if not set(matched).isdisjoint(page.entry.posts):
            pages.keep(page.entry, decompress(page.body))
            kept += 1
    files.remove(_path(posts))
    return kept


def waits(posts: Batch) -> bool:
    """Return whether pages of this batch wait to be settled."""
    return files.exists(_path(posts))


def spooled(before: datetime) -> Iterator[Batch]:
    """Yield the posts' batches whose pages were spooled before an aware time and have not been settled."""
    fs, pattern = files.resolve(f"{settings.stage_root().rstrip('/')}/{_STAGE}/*/*/*{_ENDING}")
    for name in sorted(map(str, fs.glob(pattern))):
        if fs.modified(name) < before:
            yield Batch.at("/".join(["posts", *name.removesuffix(_ENDING).split("/")[-3:]]))


def spooled_pages(posts: Batch) -> Iterator[Received]:
    """Yield the pages that wait with a batch of posts; BrokenSpool for a spool that cannot be read."""
    for line in _lines(posts):
        yield msgspec.json.decode(line, type=Received)


def drop_spooled(posts: Batch, unwanted: Callable[[Received], bool]) -> int:
    """Take pages out of a batch's spool, and return how many."""
    lines = list(_lines(posts))
    kept = [line for line in lines if not unwanted(msgspec.json.decode(line, type=Received))]
    if kept and len(kept) < len(lines):
        files.replace(_path(posts), compress(b"".join(line + b"\n" for line in kept), level=1))
    elif not kept:
        files.remove(_path(posts))
    return len(lines) - len(kept)


def faults(before: datetime) -> Iterator[str]:
    """Yield which spools of before an aware time cannot be read."""
    for posts in spooled(before):
        try:
            deque(_lines(posts), maxlen=0)
        except BrokenSpool as error:
            yield str(error)


def _lines(posts: Batch) -> Iterator[bytes]:
    path = _path(posts)
    fs, resolved = files.resolve(path)
    try:
        with fs.open(resolved, "rb") as packed, ZstdFile(packed, "rb") as file:
            for line in file:
                yield line.rstrip(b"\n")
    except FileNotFoundError:
        return
    except (ZstdError, EOFError, msgspec.DecodeError) as error:
        raise BrokenSpool(f"{path}: cut off or damaged ({error}): remove it, which gives these pages up") from error


def _path(posts: Batch) -> str:
    return f"{posts.to(_STAGE).path}{_ENDING}"


def _plain(url: str) -> str:
    """Return an address without the name, password and secrets that it may hold."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    query = "&".join(_parameter(one) for one in parts.query.split("&"))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query, fragment="").geturl()


def _parameter(written: str) -> str:
    name, equals, _ = written.partition("=")
    return f"{name}{equals}{_HIDDEN}" if equals and _SECRET.search(name) else written


def _plain_headers(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name.lower(): value for name, value in headers.items() if not _SECRET.search(name)}
    return {name: _plain(value) if "://" in value else value for name, value in kept.items()}
