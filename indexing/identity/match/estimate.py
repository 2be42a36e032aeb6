"""m, h and the priors from the data, without labels: expectation–maximisation over the patterns of levels.

A pair is one person's, of two people of one household, or of strangers: the second share what a household shares, so
that fields of it speak for one person against strangers alone. u is known from random pairs, nearly all of which are
strangers. Each iteration asks how likely each pattern of levels is of each kind under the present numbers, and counts
anew; the first guesses stay in as if so many labelled pairs said them, so that a level that the data does not show has
a number that is possible. Of households only what they share is learnt: names and days of theirs are as strangers', but
for brothers and twins. Pairs that no key found count as strangers. Labels of people count as certain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from indexing.identity.match.comparison import Comparison
from indexing.identity.match.model import Model

__all__ = ["GUESS_WEIGHS", "LEAST", "MOST_AT_HOME", "Patterns", "estimate", "namesakes", "shares"]

GUESS_WEIGHS, _GUESSED_PAIRS, _LABEL_WEIGHS = 30.0, 1_000.0, 5.0
Counts: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
Levels: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
_ROUNDS, _STILL = 60, 1e-5
_HOME = 6.0
"""Bits from which telephone, address and the like speak of one home."""
_FEW = 10.0
"""So many pairs say half of what they show: one or two are mistyped years, or two who are called alike by chance."""
LEAST = 1e-7
MOST_AT_HOME = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Patterns of levels and how many pairs show each: `levels` is patterns × comparisons, -1 for a missing value."""

    levels: "np.ndarray[tuple[int, int], np.dtype[np.int64]]"
    counts: "np.ndarray[tuple[int], np.dtype[np.float64]]"


def estimate(
    model: Model,
    wanted: Sequence[Comparison],
    found: Patterns,
    random: Patterns,
    pairs: int,
    judged: Mapping[bool, Patterns] | None = None,
) -> Model:
    """Return the model that fits; `pairs` is how many there are in all, `judged` what people said, by whether one."""
    shown = {
        one.name: _counted(random, place, np.ones(len(random.counts)), len(one.levels))
        for place, one in enumerate(wanted)
    }
    model = replace(model, u=_of_two_people(model, shown, wanted))
    guess = {one.name: np.array(Model.guessed(list(wanted), 0.5).m[one.name]) for one in wanted}
    for _ in range(_ROUNDS if len(found.counts) else 0):
        likely, at_home, named = _posteriors(model, wanted, found)
        same, house = (float((share * found.counts).sum()) for share in (likely, at_home))
        names = namesakes(model, wanted, list(found.levels.T), likely * found.counts, named * found.counts)
        m, h = _learnt(model, wanted, found, guess, judged or {}, (likely, at_home + named))
        prior = min(max(same / pairs, LEAST / 10), 0.5)
        still = abs(prior - model.prior) <= _STILL * model.prior and _near(model.m, m)
        model = replace(
            model,
            m=m,
            h=h,
            prior=prior,
            house=min(max(house / pairs, LEAST / 10), prior * MOST_AT_HOME),
            namesakes=min(max(names / pairs, LEAST / 100), prior),
        )
        model = replace(model, u=_of_two_people(model, shown, wanted))
        if still:
            break
    return model


def _learnt(
    model: Model,
    wanted: Sequence[Comparison],
    found: Patterns,
    guess: Mapping[str, Counts],
    judged: Mapping[bool, Patterns],
    kinds: tuple[Counts, Counts],
) -> tuple[dict[str, tuple[float, ...]], dict[str, tuple[float, ...]]]:
    """Return m and h; `kinds` are by pattern how likely it is of one person, and of two people of one household."""
    likely, at_home = kinds
    m, h = {}, {}
    for place, one in enumerate(wanted):
        seen = _counted(found, place, likely, len(one.levels))
        for same_person, said in judged.items():
            certain = np.full(len(said.counts), _LABEL_WEIGHS)
            share = certain if same_person else -_posteriors(model, wanted, said)[0]
            seen = np.maximum(seen + _counted(said, place, share, len(one.levels)), 0.0)
        m[one.name] = one.possible(shares(seen + GUESS_WEIGHS * guess[one.name]))
        h[one.name] = at_least = one.of_household(model.u[one.name])
        if one.shared:
            seen = _counted(found, place, at_home, len(one.levels))
            h[one.name] = shares(seen + GUESS_WEIGHS * np.array(at_least))
    return m, h


def _posteriors(model: Model, wanted: Sequence[Comparison], found: Patterns) -> tuple[Counts, Counts, Counts]:
    """Return how likely each pattern is of one person, of two people of one household, and of two of one name."""
    other = max(1 - model.prior - model.house - model.namesakes, 0.1)
    person = np.full(len(found.counts), np.log2(model.prior / other))
    home = np.full(len(found.counts), np.log2(model.house / other))
    named = np.full(len(found.counts), np.log2(model.namesakes / other))
    for place, one in enumerate(wanted):
        levels = range(len(one.levels))
        against = np.array([model.weight(one.name, level) for level in levels] + [0.0])
        home_against = against - np.array([model.at_home(one.name, level) for level in levels] + [0.0])
        person += against[found.levels[:, place]]  # -1, a missing value, takes the last: 0
        home += home_against[found.levels[:, place]]
        named += (against - np.array([*model.among_namesakes(one), 0.0]))[found.levels[:, place]]
    odds = np.exp2(np.clip([person, home, named], -200, 200))
    likely, at_home, of_one_name = odds / (1 + odds.sum(axis=0))
    return likely, at_home, of_one_name


def namesakes(
    model: Model, wanted: Sequence[Comparison], levels: Sequence[Levels], likely: Counts, named: Counts
) -> float:
    """Return of how many pairs it is sure that they are of a parent and a child of one name.

    Told by those (`named`) that a generation parts and a home joins: without either, a pair could be of any two who are
    called alike. How many lack them the pairs of one person (`likely`) say. A few tell nothing.
    """
    told = next(((one, level) for one, level in zip(wanted, levels, strict=True) if one.telling is not None), None)
    if told is None:
        return 0.0
    one, level = told
    home = np.zeros(len(likely))
    for other, shown in zip(wanted, levels, strict=True):
        if other.shared and not other.of_name:
            bits = [model.weight(other.name, place) for place in range(len(other.levels))]
            home += np.array([*bits, 0.0])[shown]
    at_home = home >= _HOME
    met = float(named[(level == one.telling) & at_home].sum())
    sure = met * met / (met + _FEW)
    known = float(likely[(level >= 0) & at_home].sum())
    return sure * float(likely.sum()) / known if known > 0 else 0.0


def shares(counts: Counts) -> tuple[float, ...]:
    """Return the counts as parts of one."""
    return tuple(float(share) for share in counts / counts.sum())


def _counted(found: Patterns, place: int, share: Counts, levels: int) -> Counts:
    shown = found.levels[:, place] >= 0
    weights = (share * found.counts)[shown]
    return np.bincount(found.levels[shown, place], weights=weights, minlength=levels).astype(float)


def _of_two_people(
    model: Model, shown: Mapping[str, Counts], wanted: Sequence[Comparison]
) -> dict[str, tuple[float, ...]]:
    """Return u: what random pairs show, less what those among them show that are one person's."""
    found = {}
    for one in wanted:
        counts, guess = shown[one.name], np.array([level.u for level in one.levels])
        others = np.maximum(counts - counts.sum() * model.prior * np.array(model.m[one.name]), 0.0)
        u = others + _GUESSED_PAIRS * guess / guess.sum()
        u = np.maximum(u / u.sum(), [level.at_least for level in one.levels])
        found[one.name] = shares(u)
    return found


def _near(one: Mapping[str, tuple[float, ...]], other: Mapping[str, tuple[float, ...]]) -> bool:
    return all(np.allclose(one[name], other[name], atol=1e-4) for name in other)
