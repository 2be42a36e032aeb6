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
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from config.both import Both
from config.errors import UserError
from config.settings import DAY_ZONE
from crawlers.storage import pages
from crawlers.storage.pages import Entry, LostPage
from indexing.elasticsearch.store import Store
from indexing.evidence.chain import Place, append
from indexing.evidence.contents import entries, lines_of
from indexing.evidence.line import BrokenChain, Line
from indexing.evidence.night import seal_days
from indexing.evidence.roots import root_of
from indexing.evidence.seen import canonical, found, page_as_told, pages_of, sealed
from indexing.evidence.segments import LINES, days, read, segments, writers

__all__ = ["NoSuchMention", "Pack", "pack"]

_UNSAFE = re.compile(r"[^\w.-]+")
_AFTER, _NIGHTS = timedelta(days=14), timedelta(days=4)
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
    seal_days(now)
    place, was_there = _place(store, mention, documents[mention], document, received, now)
    files = dict(_files(document, received))
    places = {"mention": place} | dict(_places_of_pages(files, received))
    for name, one in places.items():
        files |= _in_chain(name, one)
    notes = tuple(_notes(places, was_there, files, len(received)))
    files["pack.json"] = msgspec.json.encode(
        {
            "mention": mention,
            "chains": {name: {"day": one.day, "writer": one.writer, "n": one.n} for name, one in places.items()},
            "pages": [name.removesuffix(".body") for name in files if name.endswith(".body")],
            "notes": [note.en for note in notes],
        }
    )
    return Pack(name=_UNSAFE.sub("-", mention), content=_zipped(files), notes=notes)


def _place(
    store: Store,
    mention: str,
    fields: Mapping[str, Any],
    document: bytes,
    received: Sequence[Entry],
    now: datetime,
) -> tuple[Place, bool]:
    """Return the first line that speaks of the mention as it stands now, and whether it was there already.

    It is looked for in the two weeks after the mention came, and in the last days; elsewhere it gets another line.
    """
    digest = hashlib.sha256(document).hexdigest()
    told = [page_as_told(entry) for entry in received]
    came = datetime.fromisoformat(fields["event"]["ingested"]) if "event" in fields else now
    for day in dict.fromkeys((*_days(came, _AFTER), *days()[-3:])):
        for line, content in _speaking(day, mention, "mention"):
            if content["id"] == mention and content["sha256"] == digest and content["pages"] == told:
                return line, True
    return append(sealed(store, [mention]), now=now)[-1], False


def _days(begin: datetime, after: timedelta) -> list[str]:
    first, last = (moment.astimezone(DAY_ZONE).date().isoformat() for moment in (begin, begin + after))
    return [day for day in days() if first <= day <= last]


def _speaking(day: str, text: str, kind: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield the lines of a kind whose content names something, in their order."""
    needle = msgspec.json.encode(text)
    for writer in writers(day):
        found = [kept for *_, entry, kept in entries(day, writer) if needle in entry and kept and not kept.erased]
        if found:
            kinds = {line.n: line.kind for line in lines_of(day, writer)}
            for kept in found:
                if kinds.get(kept.n) == kind:
                    yield Place(day=day, writer=writer, n=kept.n, digest=""), msgspec.json.decode(kept.content)


def _places_of_pages(files: Mapping[str, bytes], received: Sequence[Entry]) -> Iterator[tuple[str, Place]]:
    """Yield the lines that were written of the pages in the night after they were received."""
    for number, entry in enumerate(received, 1):
        if f"page-{number}.body" in files:
            told = page_as_told(entry)
            lines = (one for day in _days(entry.fetched_at, _NIGHTS) for one in _speaking(day, entry.digest, "page"))
            if place := next((one for one, content in lines if content == content | told), None):
                yield f"page-{number}", place


def _in_chain(name: str, place: Place) -> dict[str, bytes]:
    """Return the lines from this one to the day's last, what it speaks of, and the day's root."""
    kept = next((one for *_, one in entries(place.day, place.writer) if one and one.n == place.n), None)
    lines = b"".join(_lines(place))
    if kept is None or not lines:
        raise BrokenChain(f"line {place.n:,} of {place.writer}: `tingfeng prove {place.day}` says what is wrong")
    content = {"salt": kept.salt, "content": bytes(kept.content).decode()}
    found = {f"{name}.lines": lines, f"{name}.line.json": msgspec.json.encode(content)}
    root = root_of(place.day)
    return found | ({f"{name}.root.json": msgspec.json.encode(root)} if root else {})


def _files(document: bytes, received: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    yield "verify.py", (Path(__file__).with_name("verify_pack.py")).read_bytes()
    yield "mention.json", document
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


def _notes(places: Mapping[str, Place], was_there: bool, files: Mapping[str, bytes], received: int) -> Iterator[Both]:
    at = {name: _written_at(files[f"{name}.lines"]) for name in places}
    if was_there:
        yield Both(f"提及 {at['mention']} 起在证据链中", f"the mention is in the chain since {at['mention']}")
    else:
        yield Both(
            f"提及此前不在证据链中，{at['mention']} 才写入：只能证明此后没有改动",
            f"the mention was not in the chain before {at['mention']}: nothing is shown of the time before",
        )
    for name, moment in at.items():
        if name != "mention":
            yield Both(f"{name} {moment} 起在证据链中", f"{name} is in the chain since {moment}")
    kept = sum(name.endswith(".body") for name in files)
    if not received:
        yield Both("收到的页面没有保留", "the received page was not kept, or is past its retention: it is not in here")
    elif kept < received:
        lost = received - kept
        yield Both(f"{received} 页中有 {lost} 页已损坏或丢失", f"{lost} of {received} pages are lost")
    if any(f"{name}.root.json" not in files for name in places):
        yield Both("当日未结束，尚无根", "the day is not over: there is no root yet; pack it again tomorrow")


def _written_at(lines: bytes) -> str:
    line = msgspec.json.decode(lines.partition(b"\n")[0], type=Line)
    return f"{datetime.fromisoformat(line.at).astimezone(DAY_ZONE):%Y-%m-%d %H:%M} (Asia/Shanghai)"


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
