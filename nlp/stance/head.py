"""The learnt head: how a window's target fares, from its words, the rules' verdict and what an engine makes of it.

A logistic regression per engine, beside what an encoder says of the target's places; `nlp.training.stances` fits both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.classifier.grams import grams
from nlp.classifier.predictions import Predictions, softmax
from nlp.stance.polarity import Lexicon
from nlp.stance.scene import OTHER, TARGET
from nlp.stance.windows import Window

__all__ = ["BUCKETS", "SHARE", "Head", "Inputs", "inputs"]

Array = npt.NDArray[np.float32]

SHARE = 0.85
"""How much the head counts beside the engine's own answer.

It has learnt from hard posts; alone it takes the one pole of a review for the other more often.
"""
_BITS = 16
_ZONES = 2
BUCKETS = _ZONES << _BITS
"""Buckets of a window's n-grams: those of all of it, and those beside the target."""
_MOST = 4.0
"""How many standard deviations from the mean an input counts at most."""
_BEFORE, _AFTER = 6, 8
"""Characters before and after the target that stand beside it."""
_WHYS = (
    "advertising", "beats", "bystander", "comparison", "contrast", "equality", "irony", "news", "official", "phrase",
    "place", "preference", "question", "switch", "turn", "wanting", "wish",
)  # fmt: skip
_TURN = re.compile("但是|但|不过|然而|可惜|可是|没想到|结果|就是|只是")
_OWN = re.compile(f"[^,:~。!?; ]*{TARGET}[^,:~。!?; ]*")
"""The clauses that name the target."""
_BESIDE = re.compile(f".{{0,{_BEFORE}}}{TARGET}.{{0,{_AFTER - 1}}}")
_MARKS = "?吗", "[", "!", '"“'


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What windows are judged by: `figures` (n, some), the encoder's `stance` (n, 3 or 0), n-grams by window."""

    figures: Array
    stance: Array
    owner: npt.NDArray[np.int64]
    bucket: npt.NDArray[np.int64]
    value: Array
    """Of each n-gram the window's number, the bucket and what it counts."""


class Head:
    """One engine's weights."""

    def __init__(self, *, mean: Array, step: Array, figures: Array, stance: Array, grams: Array, bias: Array) -> None:
        """`figures` (some, 3), `stance` (3 or 0, 3) and `grams` (BUCKETS, 3) are weights."""
        self._mean, self._step, self._figures = mean, step, figures
        self._stance, self._grams, self._bias = stance, grams, bias

    @classmethod
    @lru_cache(maxsize=4)
    def read(cls, path: Path, engine: str) -> Head | None:
        """Read an engine's weights, None where the file has none."""
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as file:
            parts = {
                name.split(".")[1]: file[name].astype(np.float32) for name in file if name.startswith(f"{engine}.")
            }
        return cls(**parts | {"grams": parts["grams"] * parts.pop("unit")}) if parts else None

    def probabilities(self, given: Inputs) -> Array:
        """Return negative, neutral and positive of each window, (n, 3)."""
        return softmax(self.logits(given))

    def logits(self, given: Inputs) -> Array:
        """Return the same as logits."""
        logits = standard(given.figures, self._mean, self._step) @ self._figures + self._bias
        logits += given.stance @ self._stance
        for place in range(3):
            told = self._grams[given.bucket, place] * given.value
            logits[:, place] += np.bincount(given.owner, told, len(logits)).astype(np.float32)
        found: Array = logits
        return found


def standard(figures: Array, mean: Array, step: Array) -> Array:
    """Return figures in standard deviations from the mean, the far ones held back."""
    found: Array = np.clip((figures - mean) / step, -_MOST, _MOST)
    return found


def inputs(windows: Sequence[Window], found: Predictions, at: Sequence[tuple[int, int]], words: Lexicon) -> Inputs:
    """Return what windows are judged by; `at`: the places of each one's row, and of that beside the target or -1."""
    rows, beside = (np.asarray(column, np.int64) for column in zip(*at, strict=True))
    asked = np.where((beside >= 0)[:, None], _centred(found.target[beside]), 0)
    seen = [_centred(found.sentiment[rows]), _centred(found.binary[rows]), asked]
    if found.intent.shape[1]:
        seen.append(_centred(found.intent[rows]) / 2)
    said = np.asarray([_figures(window, words) for window in windows], np.float32)
    zones = [grams([zone(window.scene.text) for window in windows]) for zone in (str, _beside)]
    parts = [_unique(part.bucket, np.diff(part.start), number) for number, part in enumerate(zones)]
    owner, bucket, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    stance = _stances(windows, found, np.where(beside >= 0, beside, rows))
    return Inputs(figures=np.concatenate([*seen, said], 1), stance=stance, owner=owner, bucket=bucket, value=value)


def _stances(windows: Sequence[Window], found: Predictions, rows: npt.NDArray[np.int64]) -> Array:
    if not found.stance:
        return np.zeros((len(rows), 0), np.float32)
    told = [found.stance(row, window.scene.calls) for window, row in zip(windows, rows.tolist(), strict=True)]
    return _centred(softmax(np.asarray(told, np.float32)))


def _centred(probabilities: Array) -> Array:
    logs = np.log(probabilities + np.float32(1e-4))
    centred: Array = logs - logs.mean(axis=1, keepdims=True)
    return centred


def _figures(window: Window, words: Lexicon) -> list[float]:
    """Return how many words of praise and blame stand where, how the names stand, and the rules' verdict."""
    text = window.scene.text
    place, end = text.find(TARGET), len(text)
    own = [match.span() for match in _OWN.finditer(text)]
    last = max((match.end() for match in _TURN.finditer(text)), default=0)
    signs = words.placed(text)
    figures: list[float] = []
    for spans in (own, [(0, end)], [(last, end)], [(0, place)], [(place + 1, end)]):
        told = [sign for at, sign in signs if any(start <= at < stop for start, stop in spans)]
        figures += [min(3, told.count(1)), min(3, told.count(-1))]
    figures += [
        min(3, text.count(TARGET)),
        min(3, text.count(OTHER)),
        any(OTHER in text[start:stop] for start, stop in own),
    ]
    figures += [place / max(1, len(text)), min(1.5, len(text) / 60)]
    figures += [any(mark in text for mark in marks) for marks in _MARKS]
    said = {sign for _, sign in signs}
    figures += [said.pop() if len(said) == 1 else 0, window.beside is not None]
    ruled = [0.0] * (3 * (len(_WHYS) + 1))
    if window.verdict:
        ruled[window.verdict.fate + 1] = 1.0
        if window.verdict.why in _WHYS:
            ruled[3 * (_WHYS.index(window.verdict.why) + 1) + window.verdict.fate + 1] = 1.0
    return [*figures, window.verdict is None, *ruled]


def _beside(text: str) -> str:
    return " ".join(_BESIDE.findall(text))


def _unique(
    bucket: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], zone: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Array]:
    """Return each window's n-grams once, in the zone's buckets; all of a window's count 1 together, squared."""
    owner = np.repeat(np.arange(len(counts)), counts)
    keys = np.sort((owner << _BITS) | (bucket & ((1 << _BITS) - 1)))
    keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))]
    owner = keys >> _BITS
    value = 1 / np.sqrt(np.bincount(owner, minlength=len(counts)))
    return owner, (keys & ((1 << _BITS) - 1)) + (zone << _BITS), value[owner].astype(np.float32)
