"""The research sets as rows of text, target and labels, with our own parts kept apart by hash.

A row's labels are by head (see `nlp.classifier.heads`). A tenth of every set without a dev part is kept apart.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nlp.classifier.heads import SENTIMENTS
from nlp.classifier.text import normalise

__all__ = ["BadTable", "Part", "Row", "own", "part", "posts", "read", "texts"]

Part = Literal["train", "dev"]

_SIX = (1, 0, 2, 0, 0, -1)
"""Three classes (negative, neutral, positive) of SMP2020's neutral, angry, happy, sad, fear, surprise."""
_2013 = ("none", "like", "disgust", "happiness", "sadness", "anger", "surprise", "fear")
_THREE_OF_2013 = (1, 2, 0, 2, 0, 0, -1, 0)
_POLE_OF_COVID = (0, 0, 1, -1, 1, 0, 0)


class BadTable(ValueError):
    """A table of a user's own that cannot be read: mend the line it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled text; `target` is empty where the labels are about the whole text."""

    corpus: str
    part: Part
    text: str
    target: str = ""
    labels: Mapping[str, int]


def read(folder: Path) -> list[Row]:
    """Read every labelled set under `folder`, each text and target once, kept-apart parts first."""
    rows = [*_smp(folder), *_weibo(folder), *_reviews(folder), *_cars(folder)]
    rows.sort(key=lambda row: row.part == "train")
    seen: set[tuple[str, str]] = set()
    kept = []
    for row in rows:
        key = (row.text, row.target)
        if row.text and key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


def own(path: Path) -> list[Row]:
    """Read a user's CSV with the columns text, sentiment (negative, neutral, positive) and, maybe, target."""
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            text, label = normalise(row.get("text") or ""), row.get("sentiment") or ""
            if not text or label not in SENTIMENTS:
                raise BadTable(f"{path}: line {number}: text and sentiment (one of {', '.join(SENTIMENTS)}) are needed")
            target, three = normalise(row.get("target") or ""), SENTIMENTS.index(label)
            labels = {"target": three} if target else _labels(three, "plain", source=1)
            rows.append(Row(corpus="own", part=part(text), text=text, target=target, labels=labels))
    return rows


def posts(folder: Path, count: int) -> Iterator[str]:
    """Yield up to `count` distinct unlabelled Weibo posts and reposts, for masked-language training."""
    seen: set[str] = set()
    path = folder / "replay" / "weibo_ced_reposts.jsonl.gz"
    if not path.is_file():
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = normalise(json.loads(line)["text"])
            if len(text) >= 12 and text not in seen:
                seen.add(text)
                yield text
                if len(seen) == count:
                    return


def texts(folder: Path) -> Iterator[str]:
    """Yield the text of every labelled row and post as it stands in its file."""
    csv.field_size_limit(1 << 24)
    for path in sorted(folder.glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            yield from (row["text"] for row in csv.DictReader(lines) if "text" in row)
    for path in sorted((folder / "replay").glob("weibo_ced_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)


def _table(path: Path) -> Iterator[dict[str, str]]:
    if not path.is_file():
        return  # who has none of the research sets trains on rows of their own
    csv.field_size_limit(1 << 24)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            row["text"] = normalise(row["text"])
            yield row


def part(text: str) -> Part:
    """A tenth of a set without a dev part, by the text's hash: a text is on the same side everywhere."""
    return "dev" if hashlib.sha256(text.encode()).digest()[0] < 26 else "train"


def _labels(three: int = -1, head: str = "", **others: int) -> dict[str, int]:
    """A row's labels: the three-class one under `head` and as a pole, and `others`; -1 is no label."""
    if three >= 0:
        others[head] = three
    if three in (0, 2):
        others["weibo"] = three // 2
    return {name: label for name, label in others.items() if label >= 0}


def _smp(folder: Path) -> Iterator[Row]:
    parts: tuple[Part, ...] = ("dev", "train")
    for name in ("usual", "virus"):
        for part in parts:
            for row in _table(folder / f"weibo_emotion6_{name}_{part}.csv.gz"):
                label = int(row["label"])
                labels = _labels(_SIX[label], "smp", emotion=label, source=0)
                yield Row(corpus=name, part=part, text=row["text"], labels=labels)


def _weibo(folder: Path) -> Iterator[Row]:
    for row in _table(folder / "weibo_sentence_emotion8_2013.csv.gz"):
        label, text = _2013.index(row["label"]), row["text"]
        labels = _labels(_THREE_OF_2013[label], "plain", eight=label, source=1)
        yield Row(corpus="2013", part=part(text), text=text, labels=labels)
    for row in _table(folder / "weibo_binary_2018.csv.gz"):
        labels = {"weibo": int(row["label"]), "source": 2}
        yield Row(corpus="weibo2018", part=part(row["text"]), text=row["text"], labels=labels)
    for row in _table(folder / "weibo_emotion7_covid.csv.gz"):
        label, text = int(row["label"]), row["text"]
        pole = _POLE_OF_COVID[label]
        labels = _labels(seven=label, weibo=pole, source=1)
        yield Row(corpus="covid", part=part(text), text=text, labels=labels)


def _reviews(folder: Path) -> Iterator[Row]:
    for name in ("hotel", "takeaway", "products_2014", "shopping_9_categories"):
        for row in _table(folder / f"review_{name}.csv.gz"):
            corpus = f"shopping:{row['cat']}" if "cat" in row else name.removesuffix("_2014")
            labels = {"review": int(row["label"]), "source": 3}
            yield Row(corpus=corpus, part=part(row["text"]), text=row["text"], labels=labels)


def _cars(folder: Path) -> Iterator[Row]:
    for row in _table(folder / "car_target_aspect.csv.gz"):
        labels = {"target": int(row["label"]) + 1}
        yield Row(corpus="cars", part=part(row["text"]), text=row["text"], target=row["subject"], labels=labels)
