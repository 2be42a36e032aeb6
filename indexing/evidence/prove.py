"""Hold a day's chains against themselves, their contents and the day's root: whatever was changed is named."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from config.errors import UserError
from indexing.evidence.contents import entries
from indexing.evidence.erasure import receipts_for
from indexing.evidence.line import NOTHING, BrokenChain, Kept, Line, decode_line, digest_of
from indexing.evidence.roots import Head, Root, head_of, joined, root_of
from indexing.evidence.segments import LINES, chain_root, days, read, segments, writers

__all__ = ["NothingToProve", "Proof", "prove"]


class NothingToProve(UserError):
    """There is no chain of that day; the message says of which there are."""


@dataclass(slots=True, kw_only=True)
class Proof:
    """What became of a check; all is as it was written where nothing is `wrong`."""

    day: str
    root: str | None = None
    """The day's root, where the day is over."""
    lines: int = 0
    contents: int = 0
    """Lines whose content is there, and is what they speak of."""
    writers: int = 0
    erased: dict[str, int] = field(default_factory=dict)
    """By receipt, how many lines' contents are gone."""
    wrong: list[str] = field(default_factory=list)
    """What is not as it was written: file, line, and what is the matter."""
    torn: list[str] = field(default_factory=list)
    """What a kill has left, which the next writer mends."""


def prove(day: str, *, published: str | None = None) -> Proof:
    """Check a day; `published` is its root as it is known from elsewhere, such as the sign of life of the next day."""
    proof, root = Proof(day=day), None
    if day not in days():
        raise NothingToProve(f"{day}: no evaluation left a line that day: there is {_range() or 'no chain yet'}")
    try:
        root = root_of(day)
    except BrokenChain as error:
        proof.wrong.append(str(error))
    names = {*writers(day), *(head.writer for head in root.heads if root)} if root else set(writers(day))
    for writer in sorted(names):
        _prove_writer(day, writer, next((one for one in root.heads if one.writer == writer), None) if root else None,
                      proof, sealed=root is not None)  # fmt: skip
    proof.writers = len(names)
    _prove_root(day, root, published, proof)
    return proof


def _range() -> str:
    known = days()
    return f"{known[0]} to {known[-1]}" if known else ""


def _prove_root(day: str, root: Root | None, published: str | None, proof: Proof) -> None:
    path = f"{chain_root()}/{day}/root.json"
    later = next((found for after in days() if after > day and (found := _root_or_none(after))), None)
    if root is None:
        if later or published:
            proof.wrong.append(f"{path}: missing or damaged, though the day was over: bring it back from a copy")
        return
    proof.root = root.root
    if joined(day, root.before, root.heads) != root.root:
        proof.wrong.append(f"{path}: the root is not that of its own heads: the file was changed")
    earlier = next((found for one in reversed(days()) if one < day and (found := _root_or_none(one))), None)
    if root.before != (earlier.root if earlier else NOTHING):
        named = f"{chain_root()}/{earlier.day}/root.json" if earlier else "a day before that is missing"
        proof.wrong.append(f"{path}: does not follow from the root before it ({named}): one of the two was changed")
    if later and later.before != root.root:
        proof.wrong.append(f"{path}: the root of {later.day} follows another one: the file was changed")
    if published and published != root.root:
        proof.wrong.append(f"{path}: {root.root} is not the published root {published}: the whole day was rewritten")


def _root_or_none(day: str) -> Root | None:
    try:
        return root_of(day)
    except BrokenChain:
        return None


def _prove_writer(day: str, writer: str, head: Head | None, proof: Proof, *, sealed: bool) -> None:
    before = _head_before(day, writer)
    spoken: dict[int, Line] = {}
    places: dict[int, str] = {}
    last = before
    torn = False
    for path, place, raw, ends in _raw_lines(day, writer, proof):
        name = f"{path}:{place}"
        try:
            line = decode_line(raw)
        except msgspec.DecodeError:
            torn = not ends
            (proof.torn if torn and not sealed else proof.wrong).append(
                f"{name}: {'half a line, as a kill leaves it: the next writer mends it' if torn else 'no line'}"
            )
            last = None
            continue
        if not ends:
            proof.torn.append(f"{name}: its end is missing, as a kill leaves it: the next writer mends it")
        if last and line.n != last.last + 1:
            proof.wrong.append(_gap(name, line, last))
        elif last and line.before != last.digest:
            proof.wrong.append(_broken(name, last, places))
        digest = digest_of(raw)
        last = Head(writer=writer, first=line.n, last=line.n, digest=digest)
        spoken[line.n], places[line.n] = line, name
        proof.lines += 1
    _prove_end(f"{chain_root()}/{day}/{writer}", head, last, places, proof, sealed=sealed)
    _prove_contents(day, writer, spoken, places, proof)


def _broken(name: str, last: Head, places: Mapping[int, str]) -> str:
    changed = places.get(last.last)
    if changed is None:
        return f"{name}: does not follow from line {last.last:,} of the day before: it was changed, or that one was"
    return f"{changed}: changed: the line after it ({name}) follows from another one"


def _gap(name: str, line: Line, last: Head) -> str:
    if line.n > last.last + 1:
        missing = (
            f"line {last.last + 1:,} is"
            if line.n == last.last + 2
            else f"lines {last.last + 1:,} to {line.n - 1:,} are"
        )
        return f"{name}: {missing} missing before it: removed, or moved elsewhere"
    return f"{name}: line {line.n:,} after line {last.last:,}: it was moved here, or stands here twice"


def _raw_lines(day: str, writer: str, proof: Proof) -> Iterator[tuple[str, int, bytes, bool]]:
    """Yield each line with its file, its place from 1, and whether its end is there."""
    for segment in segments(day, writer, LINES):
        try:
            content = read(segment)
        except BrokenChain as error:
            proof.wrong.append(str(error))
            continue
        lines = content.split(b"\n")
        for place, line in enumerate(lines, 1):
            if place < len(lines):
                yield segment.path, place, line, True
            elif line:
                yield segment.path, place, line, False


def _head_before(day: str, writer: str) -> Head | None:
    """Return the writer's last line before this day; None where it cannot be told."""
    for earlier in reversed([one for one in days() if one < day]):
        try:
            if found := head_of(earlier, writer):
                return found
        except BrokenChain:
            return None
    return Head(writer=writer, first=0, last=0, digest=NOTHING)


def _prove_end(
    folder: str, head: Head | None, last: Head | None, places: Mapping[int, str], proof: Proof, *, sealed: bool
) -> None:
    if not sealed:
        return
    if head is None:
        proof.wrong.append(f"{folder}: these lines are not in the day's root: they were written after it")
    elif not places:
        proof.wrong.append(f"{folder}: lines {head.first:,} to {head.last:,} are missing: the files were removed")
    elif last and last.last < head.last:
        proof.wrong.append(
            f"{places.get(last.last, folder)}: the last line; lines {last.last + 1:,} to {head.last:,} are missing: "
            "the file was cut"
        )
    elif last and last.last > head.last:
        proof.wrong.append(f"{places.get(head.last + 1, folder)}: lines from here on were added after the day was over")
    elif last and last.digest != head.digest:
        proof.wrong.append(f"{places[last.last]}: changed: the day's root knows another last line")


def _prove_contents(day: str, writer: str, lines: Mapping[int, Line], places: Mapping[int, str], proof: Proof) -> None:
    found: dict[int, tuple[str, Kept]] = {}
    try:
        for segment, place, _, kept in entries(day, writer):
            if kept is None:
                proof.wrong.append(f"{segment.path}:{place}: not what was kept: changed or damaged")
            else:
                found[kept.n] = (f"{segment.path}:{place}", kept)
    except BrokenChain as error:
        proof.wrong.append(str(error))
    gone = []
    for n, line in lines.items():
        name, kept = found.get(n, ("", None))
        if kept is None or kept.erased:
            gone.append(line)
        elif _speaks_of(line, kept):
            proof.contents += 1
        else:
            proof.wrong.append(f"{name}: changed: it is not what line {n:,} ({places[n]}) speaks of")
    if gone:
        known = receipts_for(day, writer, gone)
        for line in gone:
            if receipt := known.get(line.n):
                proof.erased[receipt] = proof.erased.get(receipt, 0) + 1
            else:
                proof.wrong.append(f"{places[line.n]}: what it speaks of is gone, and no receipt in the chain says why")


def _speaks_of(line: Line, kept: Kept) -> bool:
    try:
        salt = bytes.fromhex(kept.salt)
    except ValueError:
        return False
    return hashlib.sha256(salt + bytes(kept.content)).hexdigest() == line.of
