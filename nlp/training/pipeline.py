"""From research data to shipped models, step by step; a step whose file stands is not taken again."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from nlp.classifier.encoder import LONGEST
from nlp.classifier.encoder import Encoder as Shipped
from nlp.classifier.heads import HEADS, SIMPLE, SLICES
from nlp.classifier.ngrams import Ngrams
from nlp.classifier.pieces import Pieces, frame
from nlp.training import calibrate, corpora, export, ngrams
from nlp.training.bge import unpack
from nlp.training.contrasts import contrasts
from nlp.training.corpora import Row
from nlp.training.encoder import Encoder, Judge, start
from nlp.training.judge import Example, finetune
from nlp.training.masked import adapt
from nlp.training.passes import PLAN
from nlp.training.teacher import Teacher
from nlp.training.vocabulary import widen

__all__ = ["Job"]

LOG = logging.getLogger(__name__)
POSTS = 250_000
LOOKS = 4_700
EACH = 9_000
"""Posts of each emotion that a teacher gives hints for."""
TOWERS = 2
"""Judges trained from one encoder, apart by their seeds: they read side by side, and their mean is the answer."""
SHORT = 128
"""Pieces of a text in training; only the long reviews below get the full length."""
LONG = frozenset({"hotel", "products"})
REVIEW = 3
"""What the head `source` calls a review."""
Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Train from `data` (and the user's `table`), keep checkpoints in `work`, write the models to `out`."""

    data: Path
    work: Path
    out: Path
    table: Path | None = None
    teacher: Path | None = None
    """A folder of models to ask where a row or a post has no label."""
    without: frozenset[str] = frozenset()
    """Corpora left out of training, to be measured as never seen."""
    seed: int = 1

    def run(self) -> None:
        """Take every step that is left: vocabulary, masked, judges, ngrams, calibration."""
        for folder in (self.work, self.out):
            folder.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(1)
        rows = [*corpora.read(self.data), *corpora.intents(), *(corpora.own(self.table) if self.table else [])]
        rows += [*contrasts(5_000, "train", self.seed), *contrasts(300, "dev", self.seed)]
        train = [row for row in rows if row.part == "train" and row.corpus not in self.without]
        dev = [row for row in rows if row.part == "dev" and row.corpus not in {*self.without, "contrasts"}]
        self._vocabulary(train)
        self._masked(train)
        self._judges(train)
        self._ngrams(train)
        self._calibration(dev, {name for row in train for name in row.labels})

    def _vocabulary(self, train: Sequence[Row]) -> None:
        if (self.out / "pieces.txt").exists() and (self.work / "table.npy").exists():
            return
        LOG.info("vocabulary")
        source = unpack()
        texts = [part for row in train for part in (row.text, row.target) if part]
        old = source.weights["embeddings.word_embeddings.weight"]
        pieces, table = widen(source.pieces, old, [*texts, *corpora.posts(self.data, POSTS)])
        pieces.write(self.out / "pieces.txt")
        np.save(self.work / "table.npy", table)

    def _masked(self, train: Sequence[Row]) -> None:
        if (self.work / "masked.pt").exists():
            return
        LOG.info("masked-language training")
        cut = Pieces.read(self.out / "pieces.txt").cut
        texts = 2 * [row.text for row in train if row.labels.get("source") != REVIEW and row.corpus != "contrasts"]
        texts += [row.text for row in train if row.labels.get("source") == REVIEW][::2]
        framed = [frame(cut(text), 64) for text in (*texts, *corpora.posts(self.data, POSTS))]
        encoder = self._start()
        adapt(encoder, [ids for ids in framed if len(ids) > 5], self.work / "masked.ckpt", number=self.seed)
        _save(encoder, self.work / "masked.pt")

    def _judges(self, train: Sequence[Row]) -> None:
        if (self.out / "judge.onnx").exists():
            return
        examples = self._examples(train)
        judges = []
        for number in range(TOWERS):
            done = self.work / f"judge{number}.pt"
            if not done.exists():
                LOG.info("fine-tuning %d of %d", number + 1, TOWERS)
                judge = Judge(self._start())
                judge.encoder.load_state_dict(torch.load(self.work / "masked.pt", weights_only=True))
                path = self.work / f"judge{number}.ckpt"
                _save(finetune(judge, examples, path, PLAN, number=self.seed + number), done)
            judges.append({name: value.numpy() for name, value in torch.load(done, weights_only=True).items()})
        export.write(judges, self.out / "judge.onnx")

    def _examples(self, train: Sequence[Row]) -> list[Example]:
        """All rows, and posts: a few to show what posts look like, more where a teacher gives hints for them."""
        cut = Pieces.read(self.out / "pieces.txt").cut
        found = list(corpora.posts(self.data, POSTS))
        rows = [*train, *(_post(text, source=1) for text in found[:LOOKS])]
        hints: list[Array | None] = [None] * len(rows)
        if self.teacher:
            LOG.info("asking the teacher")
            teacher = Teacher(self.teacher)
            rows += [_post(text) for text in teacher.varied(found[LOOKS:], EACH)]
            asked = [n for n, row in enumerate(rows) if row.corpus == "posts" or row.labels.get("source") in (1, 2)]
            hints += [None] * (len(rows) - len(hints))
            for n, hint in zip(asked, teacher.hints([rows[n] for n in asked]), strict=True):
                hints[n] = hint
        return [_example(row, cut(row.text), cut(row.target), hint) for row, hint in zip(rows, hints, strict=True)]

    def _ngrams(self, train: Sequence[Row]) -> None:
        if (self.out / "ngrams.npz").exists():
            return
        LOG.info("n-grams")
        some = [row for row in train if not row.target and row.corpus != "intents"]
        rows, idf = ngrams.features([row.text for row in some])
        weights, bias = np.zeros((rows.shape[1], SIMPLE), np.float32), np.zeros(SIMPLE, np.float32)
        for name, place in SLICES.items():
            labels = _labels(some, name)
            if place.stop <= SIMPLE and len(np.unique(labels[labels >= 0])) == HEADS[name]:
                strength = 20.0 if name in ("smp", "emotion") else 10.0
                weights[:, place], bias[place] = ngrams.fit(rows, labels, strength)
        ngrams.write(self.out / "ngrams.npz", idf, weights, bias)

    def _calibration(self, dev: Sequence[Row], trained: Collection[str]) -> None:
        LOG.info("calibration")
        texts, targets = [row.text for row in dev], [row.target or None for row in dev]
        encoder = Shipped(self.out / "judge.onnx", self.out / "pieces.txt").logits(texts, targets)
        simple = Ngrams.read(self.out / "ngrams.npz").logits(texts)
        labels = {name: _labels(dev, name) for name in HEADS}
        both = calibrate.factors([encoder, simple], labels, trained)
        (alone,) = calibrate.factors([simple], labels, trained)
        settings = {
            "default": {"encoder": both[0], "ngrams": both[1]},
            "fast": alone,
        }
        (self.out / "calibration.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")

    def _start(self) -> Encoder:
        return start(unpack(), np.load(self.work / "table.npy"))


def _post(text: str, **labels: int) -> Row:
    return Row(corpus="posts", part="train", text=text, labels=labels)


def _example(row: Row, text: list[int], target: list[int], hints: Array | None) -> Example:
    ids = frame(text, LONGEST if row.corpus in LONG else SHORT, target)
    labels = [row.labels.get(name, -1) for name in HEADS]
    return Example(ids=ids, labels=labels, corpus=row.corpus, hints=hints)


def _labels(rows: Sequence[Row], name: str) -> npt.NDArray[np.int64]:
    return np.asarray([row.labels.get(name, -1) for row in rows], np.int64)


def _save(model: Encoder | Judge, path: Path) -> None:
    new = path.with_suffix(".new")
    torch.save(model.state_dict(), new)
    new.replace(path)
