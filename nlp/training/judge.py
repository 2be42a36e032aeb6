"""Fine-tuning: one encoder, one head a question, every research set at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from nlp.classifier.heads import HEADS, SLICES, WIDTH
from nlp.classifier.pieces import END, MASK
from nlp.training.batches import pad, plan
from nlp.training.encoder import Judge
from nlp.training.loop import BATCHES, Loop, seed
from nlp.training.rounds import Round

__all__ = ["Example", "answer", "finetune"]

PIECES = 2048
MASKED = 0.1
ROWS = 64
"""About how many texts a batch holds: a text counts the same in a batch of few long ones and of many short ones."""
WEIGHT = {"source": 0.2, "eight": 0.3, "seven": 0.3}
"""How much a head counts against the others, 1.0 where not named."""
SMOOTHING = 0.05
FROZEN = ("encoder.word", "encoder.position", "encoder.norm")
"""What masked-language training has settled: a third of the weights, and of the time that a step takes on a CPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Framed ids, a label a head (-1 for none), and the corpus that says how often it is read."""

    ids: list[int]
    labels: list[int]
    corpus: str


def finetune(judge: Judge, examples: Sequence[Example], path: Path, plans: Round, *, number: int = 1) -> Judge:
    """Train encoder and heads for one round; `path` is the checkpoint."""
    generator = seed(number)
    passes = [plans.passes.get(example.corpus, plans.few) for example in examples]
    chances = np.asarray(passes) / plans.epochs
    batches: list[list[int]] = []
    for _ in range(plans.epochs):
        some = np.flatnonzero(generator.random(len(examples)) < chances).tolist()
        lengths = [len(examples[row].ids) for row in some]
        batches += [[some[row] for row in batch] for batch in plan(lengths, PIECES, generator)]
    loop = Loop(judge, path, steps=len(batches) // BATCHES, rate=lambda name: _rate(name, plans.rate))

    def loss(batch: int) -> tuple[Tensor, int]:
        rows = [examples[row] for row in batches[batch]]
        ids = pad([row.ids for row in rows])
        chance = torch.from_numpy(np.random.default_rng((number, batch)).random(ids.shape))
        covered = torch.where((chance < MASKED) & (ids > MASK) & ~_target(ids), torch.tensor(MASK), ids)
        logits = judge(covered).float()
        return _loss(logits, torch.tensor([row.labels for row in rows])), ids.numel()

    loop.run(loss)
    return judge


def _target(ids: Tensor) -> Tensor:
    """Where the target stands: before the first of two ends."""
    ends = ids == END
    return (ends.cumsum(1) == 0) & (ends.sum(1, keepdim=True) > 1)


def _rate(name: str, rate: float) -> float:
    if name.startswith("heads"):
        return 10 * rate
    return 0.0 if name.startswith(FROZEN) else rate


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    total = logits.new_zeros(())
    for at, name in enumerate(HEADS):
        known = labels[:, at] >= 0
        if bool(known.any()):
            part = functional.cross_entropy(
                logits[known, SLICES[name]], labels[known, at], label_smoothing=SMOOTHING, reduction="sum"
            )
            total = total + part * WEIGHT.get(name, 1.0)
    return total / ROWS


@torch.no_grad()
def answer(judge: Judge, rows: Sequence[list[int]]) -> npt.NDArray[np.float32]:
    """Return (rows, WIDTH) logits of framed ids, in the rows' order."""
    logits = np.zeros((len(rows), WIDTH), np.float32)
    for batch in plan([len(row) for row in rows], 4 * PIECES, np.random.default_rng(0)):
        logits[batch] = judge(pad([rows[row] for row in batch])).float().numpy()
    return logits
