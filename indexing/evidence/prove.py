"""Hold a day's chains against themselves, their contents and the day's root: whatever was changed is named."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from config.errors import UserError
from indexing.evidence.chain import End, noted_ends
from indexing.evidence.erasure import receipts_for
from indexing.evidence.line import NOTHING, BrokenChain, Line, decode_kept, decode_line
from indexing.evidence.roots import Head, Root, head_of, is_over, joined, root_of
from indexing.evidence.segments import KEPT, LINES, chain_root, days, read, segments, writers

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
    noted = {writer: end for writer, end in noted_ends().items() if end.day == day}  # first: they only grow
    if day not in days() and not noted:
        raise NothingToProve(f"{day}: no evaluation left a line that day: there is {_range() or 'no chain yet'}")
    try:
        root = root_of(day)
    except BrokenChain as error:
        proof.wrong.append(str(error))
    heads = {head.writer: head for head in root.heads} if root else {}
    names = {*writers(day), *heads, *noted}
    for writer in sorted(names):
        _prove_writer(day, writer, heads.get(writer), noted.get(writer), proof, sealed=root is not None)
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
        if published and not later and not is_over(day, datetime.now(UTC)):
            raise NothingToProve(f"--root: {day} has no root before half an hour past midnight: leave --root out")
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


Places = dict[int, tuple[str, int]]
"""By the numbers of lines the file in which each stands, and its place in there from 1."""


def _prove_writer(day: str, writer: str, head: Head | None, noted: End | None, proof: Proof, *, sealed: bool) -> None:
    lines: dict[int, Line] = {}
    places: Places = {}
    last = _head_before(day, writer)
    for segment in segments(day, writer, LINES):
        try:
            content = read(segment)
        except BrokenChain as error:
            proof.wrong.append(str(error))
            last = None
            continue
        raw = content.split(b"\n")
        if torn := raw.pop():
            told = f"{segment.path}:{len(raw) + 1}: half a line, as a kill leaves it: the next writer mends it"
            (proof.wrong if sealed else proof.torn).append(told)
        last = _prove_lines(segment.path, raw, last, lines, places, proof)
        last = None if torn and sealed else last
    proof.lines += len(lines)
    folder = f"{chain_root()}/{day}/{writer}"
    if sealed:
        _prove_end(folder, head, last, places, proof)
    if noted and not (sealed and head and head.last >= noted.n):
        _prove_last(folder, noted.n, noted.digest, "this machine wrote", last, places, proof)
    _prove_contents(day, writer, lines, places, proof)


def _prove_lines(
    path: str, raw: Sequence[bytes], last: Head | None, lines: dict[int, Line], places: Places, proof: Proof
) -> Head | None:
    """Check that the lines of a file follow from each other and from the last one before; return the last of them."""
    sha256, known = hashlib.sha256, last is not None
    n, digest = (last.last, last.digest) if last else (0, "")
    for place, one in enumerate(raw, 1):
        try:
            line = decode_line(one)
        except msgspec.DecodeError:
            proof.wrong.append(f"{path}:{place}: no line: changed or damaged")
            known = False
            continue
        if known and (line.n != n + 1 or line.before != digest):
            proof.wrong.append(_broken(f"{path}:{place}", line, n, places))
        n, digest, known = line.n, sha256(one).hexdigest(), True
        lines[n] = line
        places[n] = (path, place)
    return Head(writer="", first=n, last=n, digest=digest) if known else None


def _broken(name: str, line: Line, before: int, places: Places) -> str:
    if line.n > before + 1:
        one = line.n == before + 2
        missing = f"line {before + 1:,} is" if one else f"lines {before + 1:,} to {line.n - 1:,} are"
        return f"{name}: {missing} missing before it: removed, or moved elsewhere"
    if line.n <= before:
        return f"{name}: line {line.n:,} after line {before:,}: it was moved here, or stands here twice"
    if before not in places:
        return f"{name}: does not follow from line {before:,} of the day before: it was changed, or that one was"
    return f"{_named(places[before])}: changed: the line after it ({name}) follows from another one"


def _named(place: tuple[str, int]) -> str:
    return f"{place[0]}:{place[1]}"


def _head_before(day: str, writer: str) -> Head | None:
    """Return the writer's last line before this day; None where it cannot be told."""
    for earlier in reversed([one for one in days() if one < day]):
        try:
            if found := head_of(earlier, writer):
                return found
        except BrokenChain:
            return None
    return Head(writer=writer, first=0, last=0, digest=NOTHING)


def _prove_end(folder: str, head: Head | None, last: Head | None, places: Places, proof: Proof) -> None:
    if head is None:
        proof.wrong.append(f"{folder}: these lines are not in the day's root: they were written after it")
    elif last and last.last > head.last:
        name = _named(places.get(head.last + 1, (folder, 1)))
        proof.wrong.append(f"{name}: lines from here on were added after the day was over")
    else:
        _prove_last(folder, head.last, head.digest, "the day's root knows", last, places, proof)


def _prove_last(folder: str, n: int, digest: str, who: str, last: Head | None, places: Places, proof: Proof) -> None:
    """Check that a chain goes as far as the line that somebody knows to be its last, and that this line is the same."""
    if not places:
        proof.wrong.append(f"{folder}: lines up to {n:,} are missing: the files were removed")
    elif last is None:
        return  # what is damaged is told of already
    elif last.last < n:
        missing = f"lines {last.last + 1:,} to {n:,} are missing"
        proof.wrong.append(f"{_named(places[last.last])}: the last line; {missing}: the file was cut")
    elif last.last == n and last.digest != digest:
        proof.wrong.append(f"{_named(places[last.last])}: changed: {who} another last line")


def _prove_contents(day: str, writer: str, lines: Mapping[int, Line], places: Places, proof: Proof) -> None:
    right: set[int] = set()
    wrong: dict[int, str] = {}
    for segment in segments(day, writer, KEPT):
        try:
            content = read(segment)
        except BrokenChain as error:
            proof.wrong.append(str(error))
            continue
        for place, entry in enumerate(content.splitlines(), 1):
            _prove_entry(segment.path, place, entry, lines, right, wrong, proof)
    for n in wrong.keys() - right:
        proof.wrong.append(f"{wrong[n]}: changed: it is not what line {n:,} ({_named(places[n])}) speaks of")
    proof.contents += len(right)
    if gone := [line for n, line in lines.items() if n not in right and n not in wrong]:
        known = receipts_for(day, writer, gone)
        for line in gone:
            if receipt := known.get(line.n):
                proof.erased[receipt] = proof.erased.get(receipt, 0) + 1
            else:
                name = _named(places[line.n])
                proof.wrong.append(f"{name}: what it speaks of is gone, and no receipt in the chain says why")


def _prove_entry(
    path: str,
    place: int,
    entry: bytes,
    lines: Mapping[int, Line],
    right: set[int],
    wrong: dict[int, str],
    proof: Proof,
) -> None:
    try:
        kept = decode_kept(entry)
        line = lines.get(kept.n)
        if kept.erased or line is None:
            return
        if hashlib.sha256(bytes.fromhex(kept.salt) + kept.content).hexdigest() == line.of:
            right.add(kept.n)
        else:
            wrong[kept.n] = f"{path}:{place}"
    except msgspec.DecodeError:
        proof.wrong.append(f"{path}:{place}: not what was kept: changed or damaged")
    except ValueError:
        wrong[kept.n] = f"{path}:{place}"
