"""A ZIP about one mention that others can check without us: page, request, mention, chain, root, and a script.

verify.py       checks all that follows: standard library alone
SHA256SUMS      the digest of every file
mention.json    the mention, as the line of the chain knows it
page-1.body     the page as it was received; page-1.json: its request (no cookie, no token), answer and times
chain.lines     the lines from the one about this mention to the last one of that day, or of now
line.json       what that line speaks of, with its salt
root.json       the root of that day, once it is over
pack.json       which is which
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from config.both import Both
from config.errors import UserError
from crawlers import pages
from crawlers.pages import Entry, LostPage
from indexing.alerts.facts import clock
from indexing.elasticsearch.store import Store
from indexing.evidence.chain import Place, append
from indexing.evidence.contents import entries, lines_of
from indexing.evidence.line import BrokenChain, Kept, Line
from indexing.evidence.roots import root_of, seal
from indexing.evidence.seen import canonical, found, page_as_told, pages_of, sealed
from indexing.evidence.segments import LINES, days, read, segments, writers

__all__ = ["NoSuchMention", "Pack", "pack"]

_UNSAFE = re.compile(r"[^\w.-]+")
_TIME = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the ZIP: the same evidence is the same bytes."""


class NoSuchMention(UserError):
    """The index holds no mention of this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack that is ready to be written."""

    name: str
    content: bytes
    notes: tuple[Both, ...]
    """What whoever hands it on should know."""


def pack(store: Store, mention: str, *, now: datetime) -> Pack:
    """Return the pack of a mention; what no line speaks of yet as it stands, gets its line now, and the pack says so.

    NoSuchMention where the index does not hold it.
    """
    documents = found(store, [mention])
    if mention not in documents:
        raise NoSuchMention(f"there is no mention {mention!r}: `tingfeng query` lists their ids")
    document = canonical(mention, documents[mention])
    received = pages_of(documents[mention])
    seal(now)
    place, was_there = _place(store, mention, document, received, now)
    line, kept = _read(place)
    files = dict(_files(place, kept, document, received))
    root = root_of(place.day)
    notes = tuple(_notes(line, was_there, files, len(received), root is None))
    if root:
        files["root.json"] = msgspec.json.encode(root)
    files["pack.json"] = msgspec.json.encode(
        {
            "mention": mention,
            "n": place.n,
            "writer": place.writer,
            "day": place.day,
            "pages": [name.removesuffix(".body") for name in files if name.endswith(".body")],
            "notes": [note.en for note in notes],
        }
    )
    return Pack(name=_UNSAFE.sub("-", mention), content=_zipped(files), notes=notes)


def _place(store: Store, mention: str, document: bytes, received: Sequence[Entry], now: datetime) -> tuple[Place, bool]:
    """Return the first line that speaks of the mention as it stands now, and whether it was there already."""
    digest = hashlib.sha256(document).hexdigest()
    told = [page_as_told(entry) for entry in received]
    for day in days():
        for writer in writers(day):
            for n, content in _of(day, writer, mention):
                if content["sha256"] == digest and content["pages"] == told:
                    return Place(day=day, writer=writer, n=n, digest=""), True
    return append(sealed(store, [mention]), now=now)[-1], False


def _of(day: str, writer: str, mention: str) -> Iterator[tuple[int, dict[str, Any]]]:
    needle = msgspec.json.encode(mention)
    for _, _, entry, kept in entries(day, writer):
        if needle in entry and kept and not kept.erased:
            content = msgspec.json.decode(kept.content)
            if content.get("id") == mention and "sha256" in content:
                yield kept.n, content


def _read(place: Place) -> tuple[Line, Kept]:
    line = next((one for one in lines_of(place.day, place.writer) if one.n == place.n), None)
    kept = next((one for *_, one in entries(place.day, place.writer) if one and one.n == place.n), None)
    if line is None or kept is None:
        raise BrokenChain(
            f"line {place.n:,} of {place.writer}: `tingfeng prove {place.day}` says what is wrong with it"
        )
    return line, kept


def _files(place: Place, kept: Kept, document: bytes, received: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    yield "verify.py", (Path(__file__).with_name("verify_pack.py")).read_bytes()
    yield "mention.json", document
    yield "line.json", msgspec.json.encode({"salt": kept.salt, "content": bytes(kept.content).decode()})
    yield "chain.lines", b"".join(_lines(place))
    for number, entry in enumerate(received, 1):
        try:
            body = pages.read(entry.digest)
        except LostPage:
            return  # the pages before it can still be checked; the notes say how many there are
        yield f"page-{number}.body", body
        request = {"headers": dict(entry.request_headers), "answer": dict(entry.response_headers)}
        yield f"page-{number}.json", msgspec.json.encode({**page_as_told(entry), **request, "platform": entry.platform})


def _lines(place: Place) -> Iterator[bytes]:
    begun = False
    for segment in segments(place.day, place.writer, LINES):
        for line in read(segment).splitlines(keepends=True):
            begun = begun or msgspec.json.decode(line, type=Line).n == place.n
            if begun:
                yield line


def _notes(line: Line, was_there: bool, files: Mapping[str, bytes], pages: int, is_open: bool) -> Iterator[Both]:
    at = clock(datetime.fromisoformat(line.at))
    if was_there:
        yield Both(f"{at} 起在证据链中", f"in the chain since {at} (Asia/Shanghai)")
    else:
        yield Both(
            f"此前不在证据链中，{at} 才写入：只能证明此后没有改动",
            f"not in the chain before: written at {at} (Asia/Shanghai), so nothing is shown of the time before",
        )
    kept = sum(name.endswith(".body") for name in files)
    if not pages:
        yield Both("收到的页面没有保留", "the received page was not kept, or is past its retention: it is not in here")
    elif kept < pages:
        yield Both(
            f"{pages} 页中有 {pages - kept} 页已损坏或丢失", f"{pages - kept} of {pages} pages are lost or damaged"
        )
    if is_open:
        yield Both("当日未结束，尚无根", "the day is not over: there is no root yet; pack it again tomorrow")


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a ZIP, the same for the same files."""
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted({**files, "SHA256SUMS": sums.encode()}.items()):
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(info, data)
    return buffer.getvalue()
