"""What of training needs no PyTorch: emoji, n-grams, and how much encoder and n-grams count."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.classifier.encoder import Encoder
from nlp.classifier.heads import HEADS
from nlp.classifier.ngrams import Ngrams
from nlp.training import calibrate, corpora, emoji, ngrams, shares, stances
from nlp.training.contrasts import contrasts
from nlp.training.corpora import Row
from nlp.training.sentences import intents, targets

__all__ = ["Simple", "labels_of"]

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """Train from `data` (and the user's `table`), and write to `out`; a step whose file stands is not taken again."""

    data: Path
    out: Path
    table: Path | None = None
    without: frozenset[str] = frozenset()
    """Corpora left out of training, to be measured as never seen."""
    seed: int = 1

    def run(self) -> None:
        """Learn emoji and n-grams, and weigh them beside the encoder that lies in `out`."""
        self.out.mkdir(parents=True, exist_ok=True)
        train, dev = self.rows()
        self.emoji(train)
        self.ngrams(train)
        self.calibration(dev, {name for row in train for name in row.labels})
        self.stances(dev)

    def stances(self, dev: Sequence[Row]) -> None:
        """Fit the head of sentiment towards a target, and measure the engines, which are others by then."""
        stances.write(self.out, self.data)
        shares.write(self.out, dev)

    def rows(self) -> tuple[list[Row], list[Row]]:
        """Return what is trained on and what is kept apart."""
        rows = [*corpora.read(self.data), *intents(), *targets(), *(corpora.own(self.table) if self.table else [])]
        rows += [*contrasts(5_000, "train", self.seed), *contrasts(300, "dev", self.seed)]
        kept = [row for row in rows if not {row.corpus, row.corpus.split(":")[0]} & self.without]
        train = [row for row in kept if row.part == "train"]
        return train, [row for row in kept if row.part == "dev" and row.corpus != "contrasts"]

    def emoji(self, train: Sequence[Row]) -> None:
        """Learn which emoticon an emoji is used as."""
        if not (self.out / "emoji.txt").exists():
            LOG.info("emoji")
            emoji.write(self.out / "emoji.txt", emoji.learn(train, emoji.proposals()))

    def ngrams(self, train: Sequence[Row]) -> None:
        """Fit the n-grams."""
        if not (self.out / "ngrams.npz").exists():
            LOG.info("n-grams")
            ngrams.train(train, self.out / "ngrams.npz")

    def calibration(self, dev: Sequence[Row], trained: Collection[str]) -> None:
        """Find what each head counts, by the rows kept apart; without an encoder, for the n-grams alone."""
        LOG.info("calibration")
        texts, asked = [row.text for row in dev], [row.target or None for row in dev]
        grams = Ngrams.read(self.out / "ngrams.npz")
        simple = grams.logits(texts, asked)
        labels = {name: labels_of(dev, name) for name in HEADS}
        (alone,) = calibrate.factors([grams.alone(texts, asked)], labels, trained)
        settings: dict[str, object] = {"fast": alone}
        if (self.out / "judge.onnx").exists():
            encoder = Encoder(self.out / "judge.onnx", self.out / "pieces.txt").logits(texts, asked)
            both = calibrate.factors([encoder, simple], labels, trained)
            settings["default"] = {"encoder": both[0], "ngrams": both[1]}
        (self.out / "calibration.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def labels_of(rows: Sequence[Row], name: str) -> npt.NDArray[np.int64]:
    """Return the rows' labels of a head, -1 for none."""
    return np.asarray([row.labels.get(name, -1) for row in rows], np.int64)
