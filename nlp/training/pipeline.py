"""From research data to shipped models, step by step; a step whose file stands is not taken again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from nlp.classifier.emoji import emoticons
from nlp.classifier.encoder import LONGEST
from nlp.classifier.heads import HEADS
from nlp.classifier.pieces import Pieces, frame
from nlp.training import corpora, export
from nlp.training.bge import unpack
from nlp.training.corpora import Row
from nlp.training.encoder import Encoder, Judge, start
from nlp.training.hands import learn, told
from nlp.training.judge import Example, finetune
from nlp.training.masked import adapt
from nlp.training.rounds import ROUNDS
from nlp.training.simple import Simple
from nlp.training.vocabulary import widen

__all__ = ["Job"]

LOG = logging.getLogger(__name__)
POSTS = 250_000
SHORT = 128
"""Pieces of a text in training; only the long reviews below get the full length."""
LAST = 0.7
"""How much the last round counts beside the first: the mean keeps what the first knows of moods."""
REPLAYED = 10_000
"""Rows of all sets on which the last round holds the other heads to their answers."""
HANDS = 0.75
"""How much the round of judgements counts beside what was before it, but for its own head: moods stay as they were."""
LONG = frozenset({"hotel", "products"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Train from `data` (and the user's `table`), keep checkpoints in `work`, write the models to `out`."""

    data: Path
    work: Path
    out: Path
    table: Path | None = None
    without: frozenset[str] = frozenset()
    """Corpora left out of training, to be measured as never seen."""
    seed: int = 1

    def run(self) -> None:
        """Take every step that is left: emoji, vocabulary, masked, judge, ngrams, calibration."""
        for folder in (self.work, self.out):
            folder.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(1)
        simple = Simple(data=self.data, out=self.out, table=self.table, without=self.without, seed=self.seed)
        train, dev = simple.rows()
        simple.emoji(train)
        self._vocabulary(train)
        self._masked(train)
        self._judge(train)
        simple.ngrams(train)
        simple.calibration(dev, {name for row in train for name in row.labels})
        self._hands(train)
        simple.stances(dev)

    def hands(self) -> None:
        """Take the last round alone, from the judge that lies in `out`, and fit anew what stands above it."""
        self.work.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(1)
        simple = Simple(data=self.data, out=self.out, table=self.table, without=self.without, seed=self.seed)
        train, dev = simple.rows()
        self._hands(train)
        simple.stances(dev)

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
        texts = 2 * [row.text for row in train if row.labels.get("source") != 3 and row.corpus != "contrasts"]
        texts += [row.text for row in train if row.labels.get("source") == 3][::2]
        framed = [frame(cut(emoticons(text)), 64) for text in (*texts, *corpora.posts(self.data, POSTS))]
        encoder = self._start()
        adapt(encoder, [ids for ids in framed if len(ids) > 5], self.work / "masked.ckpt", number=self.seed)
        _save(encoder, self.work / "masked.pt")

    def _judge(self, train: Sequence[Row]) -> None:
        if (self.out / "judge.onnx").exists():
            return
        cut = Pieces.read(self.out / "pieces.txt").cut
        examples = [_example(row, cut(emoticons(row.text)), cut(emoticons(row.target))) for row in train]
        other = [1 if name == "source" else -1 for name in HEADS]
        for text in corpora.posts(self.data, 4_000):
            examples.append(Example(ids=frame(cut(emoticons(text)), SHORT), labels=other, corpus="posts"))
        judge = Judge(self._start())
        judge.encoder.load_state_dict(torch.load(self.work / "masked.pt", weights_only=True))
        rounds = []
        for number, plans in enumerate(ROUNDS):
            done = self.work / f"judge{number}.pt"
            if not done.exists():
                LOG.info("fine-tuning, round %d", number + 1)
                path = self.work / f"judge{number}.ckpt"
                _save(finetune(judge, examples, path, plans, number=self.seed + number), done)
            rounds.append(torch.load(done, weights_only=True))
            judge.load_state_dict(rounds[-1])
        first, last = rounds[0], rounds[-1]
        weights = {name: torch.lerp(first[name], last[name], LAST).numpy() for name in last}
        export.write(weights, self.out / "judge.onnx")

    def _hands(self, train: Sequence[Row]) -> None:
        if (self.work / "hands.pt").exists():
            return
        LOG.info("judgements in several hands")
        cut = Pieces.read(self.out / "pieces.txt").cut
        some = np.random.default_rng(self.seed).permutation(len(train))[:REPLAYED].tolist()
        others = [
            _example(train[row], cut(emoticons(train[row].text)), cut(emoticons(train[row].target))).ids for row in some
        ]
        weights = {name: torch.from_numpy(value.copy()) for name, value in export.read(self.out / "judge.onnx").items()}
        layers = len({name.split(".")[2] for name in weights if name.startswith("encoder.layers.")})
        vocabulary, hidden = weights["encoder.word.weight"].shape
        judge = Judge(Encoder(vocabulary, hidden, layers))
        judge.load_state_dict(weights)
        learn(judge, told(self.out, self.data), others, self.work / "hands.ckpt", number=self.seed)
        for name, value in judge.state_dict().items():
            weights[name] = value if name.startswith("stance") else torch.lerp(weights[name], value, HANDS)
        export.write({name: value.numpy() for name, value in weights.items()}, self.out / "judge.onnx")
        _save(judge, self.work / "hands.pt")

    def _start(self) -> Encoder:
        return start(unpack(), np.load(self.work / "table.npy"))


def _example(row: Row, text: list[int], target: list[int]) -> Example:
    ids = frame(text, LONGEST if row.corpus in LONG else SHORT, target)
    labels = [row.labels.get(name, -1) for name in HEADS]
    return Example(ids=ids, labels=labels, corpus=row.corpus)


def _save(model: Encoder | Judge, path: Path) -> None:
    new = path.with_suffix(".new")
    torch.save(model.state_dict(), new)
    new.replace(path)
