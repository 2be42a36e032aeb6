"""The dev parts of the research data, and of our own sentences, as questions with known answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.classifier.heads import EMOTIONS, INTENTS, POLES, SENTIMENTS
from nlp.stance.scene import SentimentTarget
from nlp.training import corpora
from nlp.training.corpora import Row
from nlp.training.sentences import intents, targets

__all__ = ["CLASSES", "Set", "sets", "some"]

CLASSES: Mapping[str, tuple[str, ...]] = {
    "sentiment": SENTIMENTS,
    "emotion": EMOTIONS,
    "binary": POLES,
    "target": SENTIMENTS,
    "intent": INTENTS,
}
"""What is asked, and what can be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Texts with one right answer each, as an index into `CLASSES[task]`."""

    name: str
    task: str
    texts: tuple[str, ...]
    subjects: tuple[SentimentTarget | None, ...]
    labels: tuple[int, ...]

    @property
    def title(self) -> str:
        """Name and task, as `usual sentiment`."""
        return f"{self.name} {self.task}"


def sets(folder: Path) -> list[Set]:
    """Return every set under `folder` with each of its tasks; dev parts only, each text once."""
    found: dict[tuple[str, str], list[tuple[Row, int]]] = {}
    for row in (*corpora.read(folder), *intents(), *targets()):
        if row.part == "dev":
            for task, label in _tasks(row):
                found.setdefault((row.corpus.split(":")[0], task), []).append((row, label))
    return [_set(name, task, rows) for (name, task), rows in found.items()]


def some(whole: Set, most: int) -> Set:
    """Return at most so many rows of a set, the same ones each time, chosen by their texts' hashes."""
    order = sorted(range(len(whole.texts)), key=lambda n: hashlib.sha256(whole.texts[n].encode()).digest())[:most]
    kept = sorted(order)
    return Set(
        name=whole.name,
        task=whole.task,
        texts=tuple(whole.texts[n] for n in kept),
        subjects=tuple(whole.subjects[n] for n in kept),
        labels=tuple(whole.labels[n] for n in kept),
    )


def _tasks(row: Row) -> Iterator[tuple[str, int]]:
    labels = row.labels
    if row.target:
        yield "target", labels["target"]
        return
    three = labels.get("smp", labels.get("plain"))
    if three is not None:
        yield "sentiment", three
    if "emotion" in labels:
        yield "emotion", labels["emotion"]
    if "intent" in labels:
        yield "intent", labels["intent"]
    pole = labels.get("review", labels.get("weibo"))
    if pole is not None and three is None and "seven" not in labels:
        yield "binary", pole


def _set(name: str, task: str, rows: Iterable[tuple[Row, int]]) -> Set:
    pairs = list(rows)
    return Set(
        name=name,
        task=task,
        texts=tuple(row.text for row, _ in pairs),
        subjects=tuple(SentimentTarget.of(row.target) if row.target else None for row, _ in pairs),
        labels=tuple(label for _, label in pairs),
    )
