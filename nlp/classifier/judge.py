"""The engines behind one seam: `default` (encoder and n-grams together) and `fast` (n-grams alone)."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from config.errors import UserError
from nlp.classifier.encoder import Encoder
from nlp.classifier.ngrams import Ngrams
from nlp.classifier.predictions import Predictions, mix, scale

__all__ = ["MODELS", "STANCE", "Default", "Fast", "NoModel", "load", "size", "version"]

Array = npt.NDArray[np.float32]
MODELS = Path(__file__).parent.parent / "models"
STANCE = "stance.npz"
"""The head of sentiment towards a target, which `nlp.stance.head` reads: an engine answers without it, too."""
Targets = Sequence[str | None]


class NoModel(UserError):
    """A model file is missing or of another version: install the package whole, or train again."""


class _Views(ABC):
    """The single answers, each from `answers`."""

    @abstractmethod
    def answers(self, texts: Sequence[str], targets: Targets | None = None) -> Predictions:
        """Return the calibrated probabilities of everything asked."""

    def score(self, texts: Sequence[str]) -> Array:
        """Probabilities (n, 3) of negative, neutral, positive."""
        return self.answers(texts).sentiment

    def binary(self, texts: Sequence[str]) -> Array:
        """Probabilities (n, 2) of negative, positive."""
        return self.answers(texts).binary

    def towards(self, texts: Sequence[str], targets: Targets) -> Array:
        """Probabilities (n, 3) of negative, neutral, positive towards each text's target."""
        return self.answers(texts, targets).target


class Fast(_Views):
    """Character n-grams alone: thousands of posts a second."""

    name = "fast"

    def __init__(self, ngrams: Ngrams, factors: Mapping[str, float], version: str) -> None:
        self.version = version
        self._ngrams, self._factors = ngrams, factors

    def answers(self, texts: Sequence[str], targets: Targets | None = None) -> Predictions:
        """Return the calibrated probabilities; beside a target, `target` alone is sure."""
        return _asked(mix(self.scale(self._ngrams.alone(texts, targets))), targets)

    def logits(self, texts: Sequence[str], targets: Targets | None = None) -> Array:
        """The n-grams' logits (n, SIMPLE), not yet calibrated."""
        return self._ngrams.logits(texts, targets)

    def scale(self, logits: Array) -> Array:
        """Calibrate logits for use by themselves."""
        return scale(logits, self._factors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """How much each head's logits count, of the encoder and of the n-grams."""

    encoder: Mapping[str, float]
    ngrams: Mapping[str, float]


class Default(_Views):
    """The encoder's and the n-grams' logits added, each head with weights that calibrate it."""

    name = "default"

    def __init__(self, encoder: Encoder, fast: Fast, blend: Blend) -> None:
        self.version = fast.version
        self._encoder, self._fast, self._blend = encoder, fast, blend

    def answers(self, texts: Sequence[str], targets: Targets | None = None) -> Predictions:
        """Return the calibrated probabilities; one pass a text; beside a target, `target` alone is sure."""
        found = self._encoder.read(texts, targets)
        logits = scale(found.logits, self._blend.encoder)
        simple = scale(self._fast.logits(texts, targets), self._blend.ngrams)
        logits[:, : simple.shape[1]] += simple
        return replace(_asked(mix(logits), targets), stance=found.stance)


def _asked(found: Predictions, targets: Targets | None) -> Predictions:
    """Return the predictions with the whole text's sentiment towards a target that nobody asked about."""
    alone = [not (targets and targets[row]) for row in range(len(found.target))]
    return replace(found, target=np.where(np.asarray(alone)[:, None], found.sentiment, found.target))


def load(name: str = "default", folder: Path = MODELS, *, threads: int = 2) -> Default | Fast:
    """Load an engine from `folder` (judge.onnx, pieces.txt, ngrams.npz, calibration.json). Raises NoModel."""
    settings = json.loads(_files(name, folder)[0].read_text(encoding="utf-8"))
    fast = Fast(Ngrams.read(folder / "ngrams.npz"), settings["fast"], version(name, folder))
    if name == "fast":
        return fast
    encoder = Encoder(folder / "judge.onnx", folder / "pieces.txt", threads=threads)
    return Default(encoder, fast, Blend(**settings["default"]))


def version(name: str = "default", folder: Path = MODELS) -> str:
    """Return a digest of an engine's files: other weights have another version. Raises NoModel."""
    digest = hashlib.sha256()
    for file in _files(name, folder):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def size(name: str = "default", folder: Path = MODELS) -> int:
    """Return the bytes of an engine's files. Raises NoModel."""
    return sum(file.stat().st_size for file in _files(name, folder))


def _files(name: str, folder: Path) -> list[Path]:
    parts = [
        "calibration.json",
        "emoji.txt",
        "ngrams.npz",
        *(("judge.onnx", "pieces.txt") if name == "default" else ()),
    ]
    for part in parts:
        if not (folder / part).is_file():
            raise NoModel(f"{folder / part}: missing: reinstall tingfeng, or train with `python -m nlp.training`")
    head = folder / STANCE
    return [*(folder / part for part in parts), *([head] if head.is_file() else [])]
