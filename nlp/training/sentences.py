"""Sentences of our own, one a line: what an author is after, and how targets fare. No row comes from anywhere else."""

from __future__ import annotations

from pathlib import Path

from nlp.classifier.heads import INTENTS
from nlp.classifier.text import normalise
from nlp.training.corpora import Row, part

__all__ = ["intents", "targets"]

_HERE = Path(__file__).parent
_SIGNS = "-0+"


def intents() -> list[Row]:
    """Return the rows of intents/, one file an intent."""
    return [
        Row(corpus="intents", part=part(text), text=text, labels={"intent": label})
        for label, name in enumerate(INTENTS)
        for text in map(normalise, _lines(_HERE / "intents" / f"{name}.txt"))
    ]


def targets() -> list[Row]:
    """Return the rows of targets/: a text, a bar, then targets each with its sign; a target may be only implied."""
    rows = []
    for file in sorted((_HERE / "targets").glob("*.txt")):
        for line in _lines(file):
            text, _, fates = line.rpartition(" | ")
            text, words = normalise(text), fates.split()
            for target, sign in zip(words[::2], words[1::2], strict=True):
                labels = {"target": _SIGNS.index(sign)}
                rows.append(Row(corpus="targets", part=part(text), text=text, target=normalise(target), labels=labels))
    return rows


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line]
