"""What becomes of scored pairs: linked, candidate or conflict; the same whatever order they came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from indexing.identity.match.comparison import Comparison
from indexing.identity.match.model import Model

__all__ = ["Decided", "Outcome", "Thresholds", "decide"]

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
Flags: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"
_LEAST, _LINKED_FROM = 0.9, 0.97
_CANDIDATE, _SELDOM = 0.03, 0.01


class Outcome(StrEnum):
    """What a pair is held to be."""

    LINKED = "linked"
    CANDIDATE = "candidate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How sure is sure."""

    precision: float = 0.999
    """The share of links that is to be right, by the estimated probabilities: links are made from the surest down for
    as long as it is."""
    automatic: float | None = None
    """The probability from which pairs are linked, in the place of what `precision` allows."""
    candidate: float = _CANDIDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The pairs' outcomes, and further pairs of one table that are linked by way of others."""

    outcome: "np.ndarray[tuple[int], np.dtype[np.int8]]"
    """By place in `list(Outcome)`."""
    implied: Sequence[tuple[int, int]] = ()
    least: float = 1.0
    """The probability from which pairs were linked."""


def decide(
    pairs: pa.Table, wanted: Sequence[Comparison], limits: Thresholds, model: Model, *, one_table: bool
) -> Decided:
    """Return what becomes of each pair; `pairs` as `weighed`, and for two tables `beside`, return them.

    What is sure but for its rivals, or but for what speaks for another person, is a conflict.
    """
    if not pairs.num_rows:
        return Decided(outcome=np.zeros(0, np.int8))
    weight = np.asarray(pairs["weight"], dtype=float)
    left, right = np.asarray(pairs["l"]), np.asarray(pairs["r"])
    among = _probability(weight)
    alone_weight = weight if one_table else weight - np.asarray(pairs["rivals"])
    alone = _probability(alone_weight)
    other, number = _against(pairs, wanted)
    torn = (_probability(alone_weight - np.asarray(pairs["at_home"])) >= _LEAST) & (other >= 2) & ~number
    sure = ~torn & ~_unproved(pairs, wanted, model)
    least = limits.automatic if limits.automatic is not None else _least(among[sure], limits.precision)
    outcome = np.full(len(weight), list(Outcome).index(Outcome.CANDIDATE), np.int8)
    outcome[(among >= least) & sure] = 0
    outcome[((among < least) & (among < alone / 2) & (alone >= least)) | torn] = 2
    if not one_table:
        return Decided(outcome=outcome, least=least)
    _group(outcome, left, right, weight)
    return Decided(outcome=outcome, implied=_implied(outcome, left, right), least=least)


def _probability(weight: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp2(-np.clip(weight, -500, 500))))


def _least(probability: Numbers, precision: float) -> float:
    """Return the probability from which pairs are right so often together; those below stay for a person's look."""
    ordered = np.sort(probability[probability >= _LINKED_FROM])[::-1]
    enough = np.cumsum(ordered) / np.arange(1, len(ordered) + 1) >= precision
    last_of_equals = np.append(ordered[1:] < ordered[:-1], True)[: len(ordered)]
    fine = np.flatnonzero(enough & last_of_equals)
    return float(ordered[fine[-1]]) if len(fine) else float(np.nextafter(1.0, 2.0))


def _against(pairs: pa.Table, wanted: Sequence[Comparison]) -> tuple[Numbers, Flags]:
    """Return how many fields that a person keeps speak for another, and where a number of the person is equal."""
    other, number = np.zeros(pairs.num_rows), np.zeros(pairs.num_rows, dtype=bool)
    for one in wanted:
        level = np.asarray(pairs[f"level_{one.name}"])
        other += np.array([said.other for said in one.levels] + [0])[level]
        if one.number:
            number |= level == 0
    return other, number


def _unproved(pairs: pa.Table, wanted: Sequence[Comparison], model: Model) -> Flags:
    """Return which pairs are as twins are too: nothing of the person's own is equal, and the names differ so.

    Only where names are seldom mistyped so, by the model, so that no more than that share of the links is asked for.
    """
    asked, own = np.zeros(pairs.num_rows, dtype=bool), np.zeros(pairs.num_rows, dtype=bool)
    for one in wanted:
        level = np.asarray(pairs[f"level_{one.name}"])
        seldom = [said.needs_own and m < _SELDOM for said, m in zip(one.levels, model.m[one.name], strict=True)]
        asked |= np.array([*seldom, False])[level]
        if one.own or one.number:
            own |= level == 0
    return asked & ~own


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
