"""A brand's prior, learnt from its own unlabelled stream and mended by people's labels."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from config.errors import UserError
from indexing.elasticsearch.store import Store
from indexing.mentions.sample import scanned
from indexing.mentions.stream import Stream, engine_said, stream
from nlp.classifier.heads import SENTIMENTS
from nlp.classifier.judge import MODELS
from nlp.classifier.text import normalise
from nlp.mentions import said
from nlp.priors import Prior
from nlp.sentiment import Engine
from nlp.shift import UNCHANGED, Change, Reference, mended, rlls
from nlp.training.corpora import part

__all__ = ["FEWEST", "FEWEST_DAYS", "FEWEST_LABELS", "NotEnough", "learn", "reference"]

FEWEST, FEWEST_DAYS, FEWEST_LABELS = 500, 14, 30
"""Texts and days of a stream, and labels, with less of which nothing is learnt."""
_HALF = 0.5
"""How far neutral's odds go towards its learnt share: where neutral is another thing, all the way overshoots."""
_SURE = (1.0, 0.5)
"""How far the unlabelled estimate may be wrong, once there are labels: see `nlp.shift.mended`."""
_DRAWS = 200
_ENDS = (2.5, 97.5)
Rows = npt.NDArray[np.float64]


class NotEnough(UserError):
    """Too little is known to learn a prior from; the message says how much is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    said: Rows
    labels: npt.NDArray[np.int64]


def learn(store: Store, brand: str, engine: Engine, *, since: datetime, until: datetime, by: str) -> Prior:
    """Return a prior learnt from the brand's mentions published in [since, until), for a person to put in use.

    Bursts are left out. Labels that people gave to mentions of any time mend it, those alone that may train. Raises
    NotEnough.
    """
    known = reference(engine)
    found = stream(store, brand, engine.model, since, until)
    labelled = _labelled(store, brand, engine.model)
    few = len(labelled.labels) < FEWEST_LABELS
    _check(found, brand, engine.model, known is None, few, len(labelled.labels))
    rows = np.asarray(found.said)
    shares, low, high = _shares(rows, known)
    change = _towards(shares, known) if known else UNCHANGED
    if not few:
        change = mended(labelled.said, labelled.labels, change, _SURE)
    negative, neutral, positive = change.odds
    return Prior(
        brand=brand,
        model=engine.model,
        method="rlls" if few else "rlls+labels" if known else "labels",
        at=datetime.now(UTC),
        by=by,
        since=since,
        until=until,
        mentions=len(rows),
        left_out=found.left_out,
        labels=0 if few else len(labelled.labels),
        shares=shares,
        low=low,
        high=high,
        odds=(round(negative, 4), round(neutral, 4), round(positive, 4)),
        power=change.power,
    )


def reference(engine: Engine) -> Reference | None:
    """Return how the engine answers where labels are known; None for one of which that was never measured."""
    file = MODELS / "shares.json"
    measured = json.loads(file.read_text(encoding="utf-8")).get(engine.name) if file.is_file() else None
    if not measured or measured["model"] != engine.model:
        return None
    return Reference(shares=tuple(measured["shares"]), answered=tuple(map(tuple, measured["answered"])))


def _check(found: Stream, brand: str, model: str, unknown: bool, few: bool, labels: int) -> None:
    texts = len(found.said)
    if texts < FEWEST or found.days < FEWEST_DAYS:
        bursts = f"; {found.left_out:,} mentions within {len(found.bursts)} bursts do not count" if found.bursts else ""
        raise NotEnough(
            f"{brand}: {texts:,} texts that {model} read, on {found.days} days: a prior takes {FEWEST} on "
            f"{FEWEST_DAYS} days{bursts}: look further back (--since 26w), or wait"
        )
    if unknown and few:
        raise NotEnough(
            f"{brand}: how often {model} is right was never measured, so that {FEWEST_LABELS} labels are needed, and "
            f"there are {labels}: `tingfeng label plan` draws them, or use the engine `default` or `fast`"
        )


def _shares(rows: Rows, known: Reference | None) -> tuple[tuple[float, float, float], ...]:
    """Return the stream's shares, and the low and high ends of their 95 % intervals, by drawing its texts anew."""

    def estimate(some: Rows) -> Rows:
        return rlls(some, known) if known else some.mean(axis=0)

    chance = np.random.default_rng(0)
    draws = [estimate(rows[chance.integers(0, len(rows), len(rows))]) for _ in range(_DRAWS)]
    low, high = np.percentile(draws, _ENDS, axis=0)
    return _three(estimate(rows)), _three(low), _three(high)


def _towards(shares: Sequence[float], known: Reference) -> Change:
    """Return neutral's odds moved towards its share: that of negative among the rest is the brand's own news."""
    here, there = (share / (1 - share) for share in (shares[1], known.shares[1]))
    return Change(odds=(1.0, round((here / there) ** _HALF, 4), 1.0))


def _three(values: Rows) -> tuple[float, float, float]:
    negative, neutral, positive = (round(float(value), 4) for value in values)
    return negative, neutral, positive


def _labelled(store: Store, brand: str, model: str) -> _Labels:
    """Return what the engine said of the brand's mentions that people labelled and that may train, and the labels."""
    filters = [{"term": {"brand": brand}}, {"term": {"sentiment.model": model}}]
    query = {"bool": {"filter": [*filters, {"exists": {"field": "correction.sentiment"}}]}}
    told, labels = [], []
    for one in scanned(store, query, ("sentiment", "correction", "title", "text")):
        three = engine_said(one["sentiment"])
        if three and part(normalise(said(one.get("title"), one.get("text", "")))) == "train":
            told.append(three)
            labels.append(SENTIMENTS.index(one["correction"]["sentiment"]))
    return _Labels(said=np.asarray(told, np.float64).reshape(-1, 3), labels=np.asarray(labels, np.int64))
