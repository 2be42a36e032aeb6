"""The fast engine: logistic regressions over hashed character n-grams, eight-bit weights, numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.classifier.emoji import emoticons
from nlp.classifier.grams import BITS, grams
from nlp.classifier.heads import DOMAINS, SIMPLE, SLICES
from nlp.classifier.predictions import softmax
from nlp.classifier.text import normalise

__all__ = ["Ngrams", "counted", "plain"]

Array = npt.NDArray[np.float32]
AT_ONCE = 1024
SQUARES = np.asarray([n * abs(n) for n in (*range(128), *range(-128, 0))], np.float32)
"""What an eight-bit weight stands for, before its logit's scale: fine steps near nought, yet room for strong words."""
OWN = {"weibo2018": 0.75, "takeaway": 0.75}
"""How much a domain's own regression counts beside the one over all, in a text that surely is of that domain; 0.5 where
it is not named. Chosen on the training rows, each third read by what the other two taught."""
_SHARES = np.asarray([OWN.get(name, 0.5) for name in DOMAINS], np.float32)
_FELT = ((1, 3, 4), (0,), (2,))
"""Emotions that make a post negative, neutral, positive: the same posts, labelled more finely."""
_TARGET = "\ue000"


class Ngrams:
    """All heads' logits for texts, from one file written by training."""

    def __init__(
        self, idf: Array, weights: npt.NDArray[np.int8], scale: Array, bias: Array, bucket: npt.NDArray[np.int64]
    ) -> None:
        """`bucket` (rows,) have an `idf` and `weights` (rows, logits) each, with a `scale` and a `bias` a logit."""
        self.idf, self.weights, self.scale, self.bias = idf, weights, scale, bias
        self._feels = bool(weights[:, SLICES["emotion"]].any())  # nobody taught it where a table has no emotions
        self._row = np.full(1 << BITS, len(bucket), np.int32)
        self._row[bucket] = np.arange(len(bucket), dtype=np.int32)

    @classmethod
    def read(cls, path: Path) -> Ngrams:
        """Read the arrays of an .npz file."""
        with np.load(path, allow_pickle=False) as file:
            gaps, idf, weights = file["gaps"], file["idf"].astype(np.float32), file["weights"]
            nothing = np.zeros((1, weights.shape[1]), np.int8)
            return cls(
                np.append(idf, np.float32(0)),
                np.concatenate([weights, nothing]),
                file["scale"],
                file["bias"],
                np.cumsum(gaps.astype(np.int64)),
            )

    def logits(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Array:
        """Return (texts, SIMPLE) logits for raw texts; an empty text gets the bias."""
        wanted = targets if targets is not None else [None] * len(texts)
        written = [plain(text, target or "") for text, target in zip(texts, wanted, strict=True)]
        parts = [self._some(written[at : at + AT_ONCE]) for at in range(0, len(written), AT_ONCE)]
        return _folded(np.concatenate(parts)) if parts else np.zeros((0, SIMPLE), np.float32)

    def alone(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Array:
        """Return the same for use without an encoder: the emotions' answers help those of SMP2020's three classes."""
        found = self.logits(texts, targets)
        if self._feels and len(found):
            felt = softmax(found[:, SLICES["emotion"]])
            three = np.stack([felt[:, list(emotions)].sum(axis=1) for emotions in _FELT], axis=1)
            found[:, SLICES["smp"]] = found[:, SLICES["smp"]] / 2 + np.log(three + np.float32(1e-9))
        return found

    def _some(self, texts: Sequence[str]) -> Array:
        found = grams(texts)
        row = self._row[found.bucket]
        values = counted(found.count) * self.idf[row]
        weighed = np.zeros((len(row) + 1, len(self.bias)), np.float32)
        np.multiply(SQUARES[self.weights[row]], values[:, None], out=weighed[:-1])
        squares = np.append(values * values, np.float32(0))
        length = np.sqrt(np.maximum(np.add.reduceat(squares, found.start[:-1]), 1e-6))
        sums = np.add.reduceat(weighed, found.start[:-1])
        return (sums / length[:, None] * self.scale + self.bias).astype(np.float32)


def plain(text: str, target: str = "") -> str:
    """Return a text as its n-grams are taken: normalised, in lower case, a target by a sign in its places and named."""
    said = emoticons(normalise(text)).lower()
    if not target:
        return said
    named = emoticons(normalise(target)).lower()
    return f"{named}{_TARGET}{said.replace(named, _TARGET)}" if named else said


def counted(count: npt.NDArray[np.int64]) -> Array:
    """Return what an n-gram that stands so often in a text counts."""
    return np.log(count.astype(np.float32)) + np.float32(1)


def _folded(logits: Array) -> Array:
    """Return the served logits: the poles with the answers of the domains that a text looks like."""
    simple = logits[:, :SIMPLE].copy()
    own, looks = np.split(logits[:, SIMPLE:], [len(DOMAINS)], axis=1)
    shares = _SHARES * softmax(looks)[:, : len(DOMAINS)]
    for head in ("review", "weibo"):
        mine = [place for place, name in enumerate(DOMAINS.values()) if name == head]
        joint = simple[:, SLICES[head]] * (1 - shares[:, mine].sum(axis=1, keepdims=True))
        pole = (own[:, mine] * shares[:, mine]).sum(axis=1, keepdims=True) / 2
        simple[:, SLICES[head]] = joint + np.concatenate([-pole, pole], axis=1)
    return simple
