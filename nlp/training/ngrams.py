"""Fit the n-grams' weights: a logistic regression a head, and one a domain, over hashed character n-grams."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags_array
from sklearn.linear_model import LogisticRegression

from nlp.classifier.grams import BITS, grams
from nlp.classifier.heads import DOMAINS, HEADS, SIMPLE, SLICES
from nlp.classifier.ngrams import counted, plain
from nlp.training.corpora import Row

__all__ = ["features", "fit", "train", "write"]

LOG = logging.getLogger(__name__)
Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
LEAST = 2
"""Texts that a bucket must stand in."""
STRENGTH = {"smp": 20.0, "plain": 15.0, "emotion": 20.0, "source": 10.0, "weibo2018": 20.0, "covid": 20.0}
"""How little a head's or a domain's weights are held back; 8 where it is not named."""
WEIGHED = {"weibo2018": 1.0, "covid": 1.0, "takeaway": 0.5}
"""Domains whose own regression weighs n-grams by how rare they are there, and not among all rows; and how much by what
each alone tells of the pole (Wang and Manning 2012). Chosen on the training rows, each third read by the other two."""
NEVER = -30.0
"""The logit of a domain that was not trained."""
MOST = 40_000
"""Reviews that tell what a text looks like: enough of them."""


def train(rows: Sequence[Row], path: Path) -> None:
    """Fit all heads and domains that have rows, and write the file that `nlp.classifier.ngrams` reads."""
    some = [row for row in rows if row.corpus != "intents"]
    found, idf = features([plain(row.text, row.target) for row in some])
    width = SIMPLE + 2 * len(DOMAINS) + 1
    weights, bias = np.zeros((found.shape[1], width), np.float32), np.zeros(width, np.float32)
    own, looks = _domains(some)
    jobs = [(name, SLICES[name], labels) for name, labels in _heads(some).items()]
    jobs += [(name, slice(SIMPLE + n, SIMPLE + n + 1), own[n]) for n, name in enumerate(DOMAINS)]
    for name, place, labels in jobs:
        if len(np.unique(labels[labels >= 0])) == max(2, place.stop - place.start):
            LOG.info("n-grams: %s", name)
            weighed = rarity(found, labels, idf, WEIGHED[name]) if name in WEIGHED else None
            each, more = fit(found, labels, STRENGTH.get(name, 8.0), weighed)
            weights[:, place], bias[place] = (
                (each, more)
                if each.shape[1] == place.stop - place.start
                else (
                    each[:, 1:] - each[:, :1],
                    more[1:] - more[:1],
                )
            )
    classes = np.unique(looks[looks >= 0])
    bias[SIMPLE + len(DOMAINS) : -1] = NEVER
    if len(classes) > 1:
        place = SIMPLE + len(DOMAINS) + classes
        each, more = fit(found, np.where(looks >= 0, np.searchsorted(classes, looks), -1), STRENGTH["source"])
        weights[:, place], bias[place] = each, more
    write(path, idf, weights, bias)


def features(texts: Sequence[str], idf: Array | None = None) -> tuple[csr_matrix, Array]:
    """Return tf-idf rows of unit length for `texts` (as `plain` writes them), and the idf (learnt here where None)."""
    found = grams(texts)
    if idf is None:
        counts = np.bincount(found.bucket, minlength=1 << BITS)
        idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float16).astype(np.float32)
        idf[counts < LEAST] = 0.0
    values = counted(found.count) * idf[found.bucket]
    sums = np.add.reduceat(np.append(values * values, np.float32(0)), found.start[:-1])
    values = values / np.sqrt(np.repeat(np.maximum(sums, 1e-6), np.diff(found.start)))
    rows = csr_matrix((values, found.bucket, found.start), shape=(len(texts), 1 << BITS), dtype=np.float32)
    rows.eliminate_zeros()
    return rows, idf


def rarity(rows: csr_matrix, labels: Labels, idf: Array, telling: float = 0.0) -> Array:
    """Return what turns the rows' idf (buckets,) into that of the labelled rows alone; their mean length stays 1.

    A bucket counts, too, by the logarithm of how much likelier it is in one of the two poles, to the power `telling`.
    """
    some = rows[labels >= 0]
    counts = np.bincount(some.indices, minlength=rows.shape[1])
    own = np.where(counts < LEAST, 0, np.log((1 + some.shape[0]) / (1 + counts)) + 1)
    factor = np.divide(own, idf, out=np.zeros_like(own), where=idf > 0) * _telling(rows, labels) ** telling
    lengths = np.sqrt(some.multiply(some) @ np.square(factor))
    return (factor / lengths.mean()).astype(np.float32)


def _telling(rows: csr_matrix, labels: Labels) -> npt.NDArray[np.float64]:
    """Return how far each bucket's share of the texts in the one pole is from that in the other (naive Bayes)."""
    counts = [np.bincount(rows[labels == pole].indices, minlength=rows.shape[1]) + 1 for pole in (0, 1)]
    told: npt.NDArray[np.float64] = np.abs(np.log(counts[0] / counts[0].sum()) - np.log(counts[1] / counts[1].sum()))
    return told


def fit(rows: csr_matrix, labels: Labels, strength: float = 8.0, weighed: Array | None = None) -> tuple[Array, Array]:
    """Return weights (buckets, classes) and biases (classes,), each class against the rest; labels < 0 are none.

    Where buckets are `weighed` (buckets,), a weight is held back by that much less.
    """
    some = rows[labels >= 0]
    used = np.unique(some.indices)
    by = np.ones(len(used), np.float32) if weighed is None else weighed[used]
    few, known = some[:, used] @ diags_array(by, format="csr"), labels[labels >= 0]
    classes = np.unique(known)
    answers = [_one(few, known == number, strength) for number in (classes if len(classes) > 2 else classes[1:])]
    if len(classes) == 2:
        weight, level = answers[0]
        answers = [(-weight / 2, -level / 2), (weight / 2, level / 2)]
    weights = np.zeros((rows.shape[1], len(classes)), np.float32)
    weights[used] = np.stack([weight for weight, _ in answers], axis=1) * by[:, None]
    return weights, np.asarray([level for _, level in answers], np.float32)


def write(path: Path, idf: Array, weights: Array, bias: Array) -> None:
    """Write the buckets that are used: of each weight the square root, in eight bits."""
    bucket = np.flatnonzero(idf)
    few = weights[bucket]
    scale = np.maximum(np.abs(few).max(axis=0), 1e-6).astype(np.float32) / 127**2
    # even numbers alone: a smaller file, and no worse a model
    eight = (np.sign(few) * np.round(np.sqrt(np.abs(few) / scale) / 2 - 1e-3) * 2).astype(np.int8)
    gaps = np.diff(bucket, prepend=0).astype(np.uint32)
    new = path.with_name(f"new-{path.name}")
    np.savez_compressed(new, gaps=gaps, idf=idf[bucket].astype(np.float16), weights=eight, scale=scale, bias=bias)
    new.replace(path)


def _one(rows: csr_matrix, yes: npt.NDArray[np.bool_], strength: float) -> tuple[npt.NDArray[np.float64], float]:
    # the dual steps are few and settle far earlier than L-BFGS, which needs 100 of them to be as right
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, tol=0.05, max_iter=200, random_state=0)
    model.fit(rows, yes)
    return model.coef_[0], float(model.intercept_[0])


def _heads(rows: Sequence[Row]) -> dict[str, Labels]:
    """Return each head's labels: towards a target only the rows that have one, and of the others all the rest."""
    found = {}
    for name, place in SLICES.items():
        if place.stop <= SIMPLE:
            aimed = name == "target"
            labels = [row.labels.get(name, -1) if bool(row.target) == aimed else -1 for row in rows]
            found[name] = np.asarray(labels, np.int64)
    if "source" in found:
        found["source"] = _few(found["source"], rows)
    return {name: labels for name, labels in found.items() if HEADS[name]}


def _domains(rows: Sequence[Row]) -> tuple[dict[int, Labels], Labels]:
    """Return each domain's own labels, by its place, and which domain each row is of (the last: none)."""
    of = [row.corpus.split(":")[0] for row in rows]
    own = {
        place: np.asarray([row.labels.get(head, -1) if of[n] == name else -1 for n, row in enumerate(rows)], np.int64)
        for place, (name, head) in enumerate(DOMAINS.items())
    }
    names = list(DOMAINS)
    looks = [-1 if row.target else names.index(of[n]) if of[n] in names else len(names) for n, row in enumerate(rows)]
    return own, _few(np.asarray(looks, np.int64), rows)


def _few(labels: Labels, rows: Sequence[Row]) -> Labels:
    """Keep the labels of so many reviews, the same ones each time, and all others."""
    reviews = np.flatnonzero([row.labels.get("source") == 3 for row in rows])
    spared = np.random.default_rng(0).permutation(reviews)[MOST:]
    return np.where(np.isin(np.arange(len(labels)), spared), -1, labels)
