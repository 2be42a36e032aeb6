"""Figures of one engine on one set, and how far a share can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.evaluation.sets import CLASSES, Set
from nlp.reader import Reading
from nlp.training.measure import accuracy, calibration_error, macro_f1

__all__ = ["SURE", "Score", "interval", "score"]

SURE = 0.8
"""What an alarm may be fed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One engine on one set; None where the engine does not answer the question."""

    name: str
    task: str
    engine: str
    rows: int
    accuracy: float | None = None
    macro_f1: float | None = None
    by_class: Mapping[str, float] | None = None
    """F1 of each class."""
    calibration_error: float | None = None
    """None where the answer carries no probability."""
    sure_negatives: tuple[int, int] | None = None
    """Of the answers `negative` with a probability of 0.8 and more how many are right, and how many there are."""


def score(asked: Set, engine: str, readings: Sequence[Reading]) -> Score:
    """Compare readings with a set's labels."""
    classes = CLASSES[asked.task]
    found = [_answer(reading, asked.task) for reading in readings]
    if any(label is None for label, _ in found):
        return Score(name=asked.name, task=asked.task, engine=engine, rows=len(readings))
    rows = np.zeros((len(found), len(classes)), np.float32)
    for row, (label, probability) in enumerate(found):
        rows[row] = (1 - (probability or 1)) / (len(classes) - 1)
        rows[row, classes.index(str(label))] = probability or 1
        rows[row, classes.index(str(label))] += 1e-6  # so that it stays the first among equals
    labels = np.asarray(asked.labels, np.int64)
    given = rows.argmax(axis=1)
    hits = {name: int(np.sum((given == n) & (labels == n))) for n, name in enumerate(classes)}
    seen = {name: int(np.sum(given == n) + np.sum(labels == n)) for n, name in enumerate(classes)}
    calibrated = asked.task != "binary"
    return Score(
        name=asked.name,
        task=asked.task,
        engine=engine,
        rows=len(readings),
        accuracy=accuracy(rows, labels),
        macro_f1=macro_f1(rows, labels),
        by_class={name: 2 * hits[name] / max(1, seen[name]) for name in classes},
        calibration_error=calibration_error(rows, labels) if calibrated else None,
        sure_negatives=_sure(found, asked) if asked.task in ("sentiment", "target") else None,
    )


def _sure(found: Sequence[tuple[str | None, float | None]], asked: Set) -> tuple[int, int]:
    sure = [
        place for place, (label, probability) in enumerate(found) if label == "negative" and (probability or 0) >= SURE
    ]
    return sum(asked.labels[place] == 0 for place in sure), len(sure)


def _answer(reading: Reading, task: str) -> tuple[str | None, float | None]:
    if task == "emotion":
        return reading.emotion, reading.emotion_probability
    if task == "binary":
        return reading.binary, None
    if task == "intent":
        return reading.intent, reading.intent_probability
    label, probability, _ = reading.best()
    return label, probability


def interval(right: int, of: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share; the whole of 0 to 1 where nothing was counted."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
