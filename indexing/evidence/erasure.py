"""Contents that are dropped with their salts: by a person's right, or because their time is over. The lines stay.

What is dropped stands in the chain itself, as a line of the kind `erased` with the receipt's name, so that `prove` can
tell it from what somebody made away with. `erase` is what `tingfeng privacy erase` and the like call:

    erase(["weibo:post:4901", "customer:77"], receipt="2026-0042", now=now)
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from config.errors import UserError
from config.retention import EvidenceRetention
from config.settings import DAY_ZONE
from crawlers.storage import files
from crawlers.storage.zstd import compress
from indexing.evidence.chain import append, locked
from indexing.evidence.contents import entries, lines_of
from indexing.evidence.line import BrokenChain, Item, Kept, Line, decode_kept
from indexing.evidence.segments import KEPT, Segment, chain_root, days, read, segments, writers

__all__ = ["BadReceipt", "Erased", "erase", "expire", "holds", "receipts_for"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LEVEL = 9


class BadReceipt(UserError):
    """A receipt's name cannot be a file's name; give another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure did: how many lines' contents are gone, and of which days."""

    receipt: str
    lines: int
    days: tuple[str, ...]


def holds(keys: Collection[str], said: Callable[[str], bool] | None = None) -> list[tuple[str, str, int]]:
    """Return the lines (day, writer, number) whose content speaks of any of the keys, or in whose words `said` finds
    somebody."""
    wanted = frozenset(keys)
    needles = [msgspec.json.encode(key)[1:-1] for key in wanted]
    found = []
    for day in days():
        for writer in writers(day):
            for segment in segments(day, writer, KEPT):
                content = read(segment)
                if any(needle in content for needle in needles) or (said and said(content.decode("utf-8", "replace"))):
                    found += [(day, writer, one.n) for one in _speaking(content, wanted, said)]
    return found


def erase(keys: Collection[str], *, receipt: str, now: datetime, said: Callable[[str], bool] | None = None) -> Erased:
    """Drop every content that speaks of any of these ids (see `holds`), with its salt; again it finds nothing.

    Ids are those of mentions, posts, stories, customers, accounts or alerts, as they stand in the index. The line that
    says so is written first: a kill in between leaves contents that the same call with the same receipt drops.
    """
    if not _NAME.fullmatch(receipt):
        raise BadReceipt(f"{receipt!r}: a receipt is called by letters, digits, dots and dashes: give another name")
    found = holds(keys, said)
    if not found:
        return Erased(receipt=receipt, lines=0, days=())
    by_day: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for day, writer, n in found:
        by_day[day][writer].append(n)
    _say(receipt, {"receipt": receipt, "lines": by_day}, now)
    with locked():
        for day, of_writers in by_day.items():
            for writer, numbers in of_writers.items():
                for segment in segments(day, writer, KEPT):
                    _drop(segment, frozenset(numbers), receipt)
    return Erased(receipt=receipt, lines=len(found), days=tuple(by_day))


def expire(retention: EvidenceRetention, *, now: datetime, dry_run: bool = False) -> int:
    """Drop the contents that are older than their kind's retention, and return how many; erasures stay for good."""
    gone = 0
    today = now.astimezone(DAY_ZONE).date()
    for kinds, age in retention.ages():
        if age is None:
            continue
        before = (today - timedelta(days=age.days)).isoformat()
        old = [(day, writer) for day in days() if day < before for writer in writers(day)]
        numbers = {place: frozenset(_there(*place, kinds)) for place in old}
        if not any(numbers.values()):
            continue
        gone += sum(map(len, numbers.values()))
        if not dry_run:
            receipt = f"retention-{kinds[0]}-{before}"
            _say(receipt, {"receipt": receipt, "kinds": list(kinds), "before": before}, now)
            with locked():
                for (day, writer), some in numbers.items():
                    for segment in segments(day, writer, KEPT):
                        _drop(segment, some, None)
    return gone


def receipts_for(day: str, writer: str, gone: Sequence[Line]) -> dict[int, str]:
    """Return by the numbers of lines whose content is gone the receipts that the chain itself knows of."""
    found: dict[int, str] = {}
    for said in _said():
        if "lines" in said:
            numbers = set(said["lines"].get(day, {}).get(writer, ()))
            found |= {line.n: said["receipt"] for line in gone if line.n in numbers}
        elif day < said["before"]:
            found |= {line.n: said["receipt"] for line in gone if line.kind in said["kinds"] and line.n not in found}
    return found


def _say(receipt: str, content: Any, now: datetime) -> None:
    (place, *_) = append([Item(kind="erased", content=content)], now=now)[-1:]
    path = f"{chain_root()}/receipts/{receipt}~{place.n}.json"
    files.replace(path, msgspec.json.encode({"day": place.day, "writer": place.writer, "n": place.n}))


def _said() -> Iterator[dict[str, Any]]:
    """Yield what the chain says of erasures: the receipts only lead to its lines, which are held against content."""
    told: dict[tuple[str, str], set[int]] = defaultdict(set)
    for name in files.names(f"{chain_root()}/receipts"):
        with suppress(msgspec.DecodeError, msgspec.ValidationError):  # then no line is found, which `prove` tells of
            at = msgspec.json.decode(files.read(f"{chain_root()}/receipts/{name}") or b"{}", type=_At)
            told[at.day, at.writer].add(at.n)
    for (day, writer), numbers in told.items():
        try:
            lines = {line.n: line for line in lines_of(day, writer) if line.n in numbers and line.kind == "erased"}
            found = [kept for *_, kept in entries(day, writer) if kept and kept.n in lines and not kept.erased]
        except BrokenChain:
            continue  # the proof of that day says so; here it is as if nothing had been said
        for kept in found:
            if hashlib.sha256(bytes.fromhex(kept.salt) + bytes(kept.content)).hexdigest() == lines[kept.n].of:
                yield msgspec.json.decode(kept.content)


class _At(msgspec.Struct):
    day: str
    writer: str
    n: int


def _there(day: str, writer: str, kinds: Sequence[str]) -> Iterator[int]:
    of_kind = {line.n for line in lines_of(day, writer) if line.kind in kinds}
    yield from (kept.n for *_, kept in entries(day, writer) if kept and not kept.erased and kept.n in of_kind)


def _speaking(content: bytes, keys: frozenset[str], said: Callable[[str], bool] | None) -> Iterator[Kept]:
    for entry in content.splitlines():
        try:
            kept = decode_kept(entry)
        except msgspec.DecodeError:
            continue
        if kept.erased:
            continue
        if keys.intersection(msgspec.json.decode(kept.content).get("keys", ())) or (
            said and said(bytes(kept.content).decode())
        ):
            yield kept


def _drop(segment: Segment, numbers: frozenset[int], receipt: str | None) -> None:
    """Write the file anew without the contents of these lines; a receipt stands in their place, where there is one."""
    left, changed = [], False
    for entry in read(segment).splitlines():
        try:
            kept = decode_kept(entry)
        except msgspec.DecodeError:
            left.append(entry)
            continue
        if kept.n not in numbers or kept.erased:
            left.append(entry)
            continue
        changed = True
        if receipt:
            left.append(msgspec.json.encode(Kept(n=kept.n, erased=receipt)))
    if not changed:
        return
    whole = b"".join(entry + b"\n" for entry in left)
    if whole:
        files.replace(segment.path, compress(whole, level=_LEVEL) if segment.packed else whole)
    else:
        files.remove(segment.path)
