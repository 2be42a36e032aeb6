"""`link_records`: two plain tables, or one, to pairs of rows with an outcome, a probability and an explanation each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexing.identity.match.comparison import Comparison
from indexing.identity.match.decide import Outcome, Thresholds, decide
from indexing.identity.match.doubles import persons
from indexing.identity.match.estimate import Patterns, estimate
from indexing.identity.match.fields import Field, guess_fields, guess_of_two
from indexing.identity.match.household import weighed
from indexing.identity.match.levels import comparisons
from indexing.identity.match.model import Model
from indexing.identity.match.prepare import prepare
from indexing.identity.match.refine import refined
from indexing.identity.match.rivals import Sizes, beside
from indexing.identity.match.score import Scorer, scorer
from indexing.identity.match.two_numbers import parted

__all__ = ["Linked", "Pair", "Part", "Rows", "link_records"]

Rows: TypeAlias = Iterable[Mapping[str, Any]] | pa.Table
Counts: TypeAlias = tuple[int, int | None]
"""Rows of the first table, and of the second where there is one."""
_EXPECTED = 0.5
_OUTCOMES = list(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one comparison says of a pair, in words that hold no value, and in bits."""

    comparison: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A row of the first table and one of the second (or of the same), by their places from 0."""

    left: int
    right: int
    outcome: Outcome
    probability: float
    weight: float
    """The probability's odds, in bits."""
    via: str = "pair"
    """`group` for two rows of one table that were not compared, but are linked with one another's links."""


@dataclass(frozen=True, kw_only=True)
class Linked:
    """All pairs that are more than unlikely; `blocked` of `pairs` possible ones were looked at."""

    table: pa.Table
    outcomes: "np.ndarray[tuple[int], np.dtype[np.int8]]"
    implied: Sequence[tuple[int, int]]
    least: float
    """The probability from which pairs were linked."""
    wanted: Sequence[Comparison]
    model: Model
    pairs: int
    blocked: int

    @property
    def linked(self) -> list[Pair]:
        """The pairs that are one person."""
        found = list(self.of(Outcome.LINKED))
        least = min((pair.weight for pair in found), default=0.0)
        return [*found, *(self._by_group(pair, least) for pair in self.implied)]

    @property
    def candidates(self) -> list[Pair]:
        """The pairs that a person should look at."""
        return list(self.of(Outcome.CANDIDATE))

    @property
    def conflicts(self) -> list[Pair]:
        """The pairs that are parked, for something speaks strongly for them and something against."""
        return list(self.of(Outcome.CONFLICT))

    def of(self, *outcomes: Outcome) -> Iterator[Pair]:
        """Yield the pairs of these outcomes, the surest first."""
        if not self.table.num_rows:
            return
        left, right = np.asarray(self.table["l"]), np.asarray(self.table["r"])
        weight = np.asarray(self.table["weight"], dtype=float)
        for place in np.lexsort((right, left, -weight)):
            outcome = _OUTCOMES[self.outcomes[place]]
            if outcome in outcomes:
                bits = float(weight[place])
                yield Pair(
                    left=int(left[place]),
                    right=int(right[place]),
                    outcome=outcome,
                    probability=float(1 / (1 + np.exp2(-np.clip(bits, -500, 500)))),
                    weight=bits,
                )

    @cached_property
    def _places(self) -> dict[tuple[int, int], int]:
        pairs = zip(self.table["l"].to_pylist(), self.table["r"].to_pylist(), strict=True)
        return {pair: place for place, pair in enumerate(pairs)}

    def _by_group(self, pair: tuple[int, int], least: float) -> Pair:
        probability = float(1 / (1 + np.exp2(-least)))
        return Pair(
            left=pair[0], right=pair[1], outcome=Outcome.LINKED, probability=probability, weight=least, via="group"
        )

    def explain(self, pair: Pair) -> list[Part]:
        """Return the waterfall of a pair: what each comparison adds to the prior's bits."""
        row = self.table.slice(self._places[pair.left, pair.right], 1).to_pylist()[0]
        prior = float(np.log2(self.model.prior / (1 - self.model.prior)))
        parts = [Part(comparison="prior", level="two rows drawn at random", bits=prior)]
        for one in self.wanted:
            level = row[f"level_{one.name}"]
            words = one.levels[level].words if level >= 0 else "missing"
            parts.append(Part(comparison=one.name, level=words, bits=row[f"weight_{one.name}"] if level >= 0 else 0.0))
        parts.append(Part(comparison="household", level="two people of one home", bits=row["at_home"]))
        if "rivals" in row:
            parts.append(
                Part(comparison="known", level="how many of these rows the other table knows", bits=row["known"])
            )
            parts.append(Part(comparison="rivals", level="other rows that it could be", bits=row["rivals"]))
        return parts


def link_records(
    left: Rows,
    right: Rows | None = None,
    fields: Sequence[Field] | None = None,
    *,
    model: Model | None = None,
    thresholds: Thresholds | None = None,
    judged: Mapping[tuple[int, int], bool] | None = None,
) -> Linked:
    """Return which rows of two tables, or of one, speak of the same person.

    `left` and `right` are rows as mappings, or Arrow tables; `fields` says what the columns hold, and is guessed from
    their names otherwise. Without a `model` one is learnt from these very rows; no label is needed, but what people
    have `judged` (places of two rows: whether one person) is learnt from. Each row of `right` is linked with one
    person of `left` at most, though that one may have several rows. Raises UnusableFields where no column can be
    linked by.
    """
    limits = thresholds or Thresholds()
    opening, wanted, rows = _opened(left, right, fields)
    with opening as scores:
        scores.block(wanted)
        fitted = model or _learnt(scores, wanted, rows, judged or {})
        sizes = Sizes(left=rows[0], right=rows[1], prior=fitted.prior) if rows[1] is not None else None
        table, fitted = _weighed(scores, wanted, fitted, sizes, limits, learn=model is None and not judged)
        decided = decide(table, wanted, limits, fitted, one_table=sizes is None)
        return Linked(
            table=table,
            outcomes=decided.outcome,
            implied=decided.implied,
            least=decided.least,
            wanted=wanted,
            model=fitted,
            pairs=scores.pairs,
            blocked=scores.blocked,
        )


def _opened(
    left: Rows, right: Rows | None, fields: Sequence[Field] | None
) -> tuple[AbstractContextManager[Scorer], list[Comparison], Counts]:
    """Return a scorer of the prepared tables, which it alone holds, the comparisons, and how many rows there are."""
    first, second = _known(left), _known(right) if right is not None else None
    tables, columns = parted([first, *([] if second is None else [second])], fields or _guessed(first, second))
    theirs = [replace(field, column=field.beside or field.column) for field in columns]
    one, other = prepare(tables[0], columns), prepare(tables[1], theirs) if len(tables) > 1 else None
    opening = scorer(one.table, other.table if other else None, one.columns)
    return opening, comparisons(one.columns), (one.table.num_rows, other.table.num_rows if other else None)


def _weighed(
    scores: Scorer, wanted: Sequence[Comparison], model: Model, sizes: Sizes | None, limits: Thresholds, *, learn: bool
) -> tuple[pa.Table, Model]:
    """Return the pairs that are more than unlikely, weighed, and the model, which they refine where it may learn."""
    least = float(np.log2(limits.candidate / (1 - limits.candidate)))
    scored = scores.score(wanted, model, least - (sizes.slack if sizes else 0))
    if sizes:
        sizes = replace(sizes, persons=persons(scores, weighed(scored, wanted, model), wanted, model, sizes.left))
    if sizes and learn:
        scored, model = refined(scored, wanted, model, sizes, scores.pairs)
    table = weighed(scored, wanted, model)
    table = beside(table, sizes) if sizes else table
    return (table.filter(pc.greater_equal(table["weight"], least)) if table.num_rows else table), model


def _learnt(
    scores: Scorer,
    wanted: Sequence[Comparison],
    rows: Counts,
    judged: Mapping[tuple[int, int], bool],
) -> Model:
    expected = _EXPECTED * min(rows[0], rows[0] if rows[1] is None else rows[1])
    begin = Model.guessed(list(wanted), min(max(expected / scores.pairs, 1e-8), 0.3))
    found, share = scores.blocked_patterns(wanted)
    whole = Patterns(levels=found.levels, counts=found.counts / share)
    said = {
        same: scores.patterns_of(wanted, [pair for pair, one_person in judged.items() if one_person is same])
        for same in sorted(set(judged.values()))
    }
    found_model = estimate(begin, wanted, whole, scores.random_patterns(wanted), scores.pairs, said)
    return replace(found_model, labels=len(judged))


def _known(rows: Rows) -> pa.Table | list[Mapping[str, Any]]:
    return rows if isinstance(rows, pa.Table) else list(rows)


def _guessed(
    first: pa.Table | list[Mapping[str, Any]], second: pa.Table | list[Mapping[str, Any]] | None
) -> list[Field]:
    ours = _columns(first)
    return guess_fields(ours)[0] if second is None else guess_of_two(ours, _columns(second))


def _columns(rows: pa.Table | list[Mapping[str, Any]]) -> list[str]:
    return (
        list(dict.fromkeys(name for row in rows[:1_000] for name in row))
        if isinstance(rows, list)
        else rows.column_names
    )
