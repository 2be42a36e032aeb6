"""What becomes of scored pairs: linked, candidate or conflict; the same whatever order they came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from indexing.identity.match.levels import Comparison

__all__ = ["AUTOMATIC", "CANDIDATE", "Decided", "Outcome", "Thresholds", "decide"]

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
Flags: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"
AUTOMATIC, CANDIDATE = 0.99, 0.05


class Outcome(StrEnum):
    """What a pair is held to be."""

    LINKED = "linked"
    CANDIDATE = "candidate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How sure is sure: probabilities, and bits."""

    automatic: float = AUTOMATIC
    candidate: float = CANDIDATE
    person: float = 5.5
    """Bits that what tells people of one household apart must say, for a link without a person's look."""
    despite: float = 14.0
    """The same, where a part of it speaks for another person, as it does of twins."""
    margin: float = 7.0
    """Bits by which the best of several must be ahead of the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The pairs' outcomes, and further pairs of one table that are linked by way of others."""

    outcome: "np.ndarray[tuple[int], np.dtype[np.int8]]"
    """By place in `list(Outcome)`."""
    implied: Sequence[tuple[int, int]] = ()


def decide(pairs: pa.Table, wanted: Sequence[Comparison], limits: Thresholds, *, one_table: bool) -> Decided:
    """Return what becomes of each pair; `pairs` as `Scorer.score` returns them.

    A link needs a probability, and evidence that tells people of one household apart, much of it against something that
    speaks for another person. Of several first rows that one second row could be, the best must be far ahead, or all of
    them are parked.
    """
    if not pairs.num_rows:
        return Decided(outcome=np.zeros(0, np.int8))
    weight = np.asarray(pairs["weight"], dtype=float)
    sure = _probability(weight) >= limits.automatic
    person, against, hard = _of_person(pairs, wanted)
    same = _same_number(pairs, wanted)
    torn = sure & (hard + _same_number(pairs, wanted, other=True) >= 2) & ~same
    linked = sure & (person >= np.where(against == 0, limits.person, limits.despite)) & ((hard == 0) | same)
    torn &= ~linked
    outcome = np.full(len(weight), list(Outcome).index(Outcome.CANDIDATE), np.int8)
    outcome[linked], outcome[torn] = 0, 2
    left, right = np.asarray(pairs["l"]), np.asarray(pairs["r"])
    if not one_table:
        _one_first(outcome, left, right, weight, limits)
        return Decided(outcome=outcome)
    _group(outcome, left, right, weight)
    return Decided(outcome=outcome, implied=_implied(outcome, left, right))


def _probability(weight: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp2(-np.clip(weight, -500, 500))))


def _of_person(pairs: pa.Table, wanted: Sequence[Comparison]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the bits of what tells people of one household apart, and how much of that speaks for another person.

    The last counts given names and days of birth among it: what only an equal number of the person outweighs.
    """
    bits, against, hard = np.zeros(pairs.num_rows), np.zeros(pairs.num_rows), np.zeros(pairs.num_rows)
    for one in (one for one in wanted if one.person or one.name == "surname"):
        level, weight = np.asarray(pairs[f"level_{one.name}"]), np.asarray(pairs[f"weight_{one.name}"], dtype=float)
        tells = np.array([said.tells for said in one.levels] + ["missing"])[level]
        if one.person:
            bits += np.where(tells == "household", np.minimum(weight, 0.0), weight)
        against += tells == "other"
        if one.name == "given_name":
            against += tells == "household"
        if one.decides:
            hard += (tells == "other") | ((one.name == "given_name") & (tells == "household"))
    return bits, against, hard


def _same_number(pairs: pa.Table, wanted: Sequence[Comparison], *, other: bool = False) -> Flags:
    """Return where a number that only one person has is equal, or another one."""
    found = np.zeros(pairs.num_rows, dtype=bool)
    for one in wanted:
        if one.number:
            found |= np.asarray(pairs[f"level_{one.name}"]) == (len(one.levels) - 1 if other else 0)
    return found


def _one_first(outcome: np.ndarray, left: np.ndarray, right: np.ndarray, weight: Numbers, limits: Thresholds) -> None:
    """Let each second row have one first row: the best by far; where none is, those that compete are conflicts."""
    serious = np.flatnonzero(outcome == 0)
    order = serious[np.lexsort((left[serious], -weight[serious], right[serious]))]
    start = 0
    while start < len(order):
        stop = start
        while stop < len(order) and right[order[stop]] == right[order[start]]:
            stop += 1
        some = order[start:stop]
        if stop - start > 1 and (outcome[some] == 0).any():
            ahead = weight[some[0]] - weight[some[1]]
            if outcome[some[0]] == 0 and ahead >= limits.margin:
                rest = some[1:]
                outcome[rest[outcome[rest] == 0]] = 1
            else:
                close = some[weight[some] > weight[some[0]] - limits.margin]
                outcome[close[outcome[close] == 0]] = 2
                rest = some[weight[some] <= weight[some[0]] - limits.margin]
                outcome[rest[outcome[rest] == 0]] = 1
        start = stop


def _group(outcome: np.ndarray, left: np.ndarray, right: np.ndarray, weight: Numbers) -> None:
    """Let no group hold a conflict: links join groups from the surest on, and one that would join the two is parked."""
    torn: dict[int, set[int]] = {}
    for place in np.flatnonzero(outcome == 2):
        torn.setdefault(int(left[place]), set()).add(int(right[place]))
        torn.setdefault(int(right[place]), set()).add(int(left[place]))
    group: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    links = np.flatnonzero(outcome == 0)
    for place in links[np.lexsort((right[links], left[links], -weight[links]))]:
        one, other = int(left[place]), int(right[place])
        a, b = group.get(one, one), group.get(other, other)
        if a == b:
            continue
        ours, theirs = members.get(a, [a]), members.get(b, [b])
        if len(ours) < len(theirs):
            a, ours, theirs = b, theirs, ours
        met = set(ours)
        if any(met & torn.get(member, set()) for member in theirs):
            outcome[place] = 2
            continue
        members[a] = [*ours, *theirs]
        group |= dict.fromkeys(theirs, a) | {a: a}


def _implied(outcome: np.ndarray, left: np.ndarray, right: np.ndarray) -> list[tuple[int, int]]:
    """Link what belongs to one group: candidates in place, and return the pairs that were not looked at."""
    scored = dict(zip(zip(left.tolist(), right.tolist(), strict=True), range(len(outcome)), strict=True))
    members: dict[int, list[int]] = {}
    for row, group in groups([pair for pair, place in scored.items() if outcome[place] == 0]).items():
        members.setdefault(group, []).append(row)
    found = []
    for rows in members.values():
        for pair in combinations(sorted(rows), 2):
            place = scored.get(pair)
            if place is None:
                found.append(pair)
            elif outcome[place] == 1:
                outcome[place] = 0
    return sorted(found)


def groups(links: Sequence[tuple[int, int]]) -> Mapping[int, int]:
    """Return for each row that is linked the smallest row of its group."""
    found: dict[int, int] = {}

    def top(row: int) -> int:
        while found.get(row, row) != row:
            found[row] = found.get(found[row], found[row])
            row = found[row]
        return row

    for one, other in links:
        a, b = sorted((top(one), top(other)))
        found[b] = found[a] = a
    return {row: top(row) for row in found}
