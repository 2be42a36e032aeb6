"""Fine-tuning: one encoder, one head a question, every research set at once, a teacher's hints where no label is."""

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
from nlp.training.passes import Plan

__all__ = ["Example", "answer", "finetune"]

Array = npt.NDArray[np.float32]

PIECES = 2048
MASKED = 0.1
ROWS = 64
"""About how many texts a batch holds: a text counts the same in a batch of few long ones and of many short ones."""
WEIGHT = {"source": 0.2, "eight": 0.3, "seven": 0.3}
"""How much a head counts against the others, 1.0 where not named."""
SMOOTHING = 0.05
HINT = 0.6
"""How much a teacher's hint counts against a person's label."""
RULE = 0.1
"""How much a rule's does: of intents, rules say most, and are the worse teachers."""
FROZEN = ("encoder.word", "encoder.position", "encoder.norm")
"""What masked-language training has settled: a third of the weights, and of the time that a step takes on a CPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Framed ids, a label a head (-1 for none), and the corpus that says how often it is read.

    `hints` (WIDTH,) are a teacher's probabilities for the heads without a label, nan where it was not asked.
    """

    ids: list[int]
    labels: list[int]
    corpus: str
    hints: Array | None = None


def finetune(judge: Judge, examples: Sequence[Example], path: Path, plans: Plan, *, number: int = 1) -> Judge:
    """Train encoder and heads; `path` is the checkpoint."""
    generator = seed(number)
    passes = [plans.passes.get(example.corpus, plans.few) for example in examples]
    chances = np.asarray(passes) / plans.epochs
    batches: list[list[int]] = []
    for _ in range(plans.epochs):
        some = np.flatnonzero(generator.random(len(examples)) < chances).tolist()
        lengths = [len(examples[row].ids) for row in some]
        batches += [[some[row] for row in batch] for batch in plan(lengths, PIECES, generator)]
    loop = Loop(judge, path, steps=len(batches) // BATCHES, rate=lambda name: _rate(name, plans.rate))
    goals, weights = _goals(examples)

    def loss(batch: int) -> tuple[Tensor, int]:
        rows = batches[batch]
        ids = pad([examples[row].ids for row in rows])
        chance = torch.from_numpy(np.random.default_rng((number, batch)).random(ids.shape))
        covered = torch.where((chance < MASKED) & (ids > MASK) & ~_target(ids), torch.tensor(MASK), ids)
        logits = judge(covered).float()
        return _loss(logits, goals[rows], weights[rows]), ids.numel()

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


def _goals(examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """What each head should say, (examples, WIDTH) probabilities, and how much it counts, (examples, heads)."""
    goals = np.zeros((len(examples), WIDTH), np.float32)
    weights = np.zeros((len(examples), len(HEADS)), np.float32)
    labels = np.asarray([example.labels for example in examples]).reshape(-1, len(HEADS))
    none = np.full(WIDTH, np.nan, np.float32)
    hints = np.stack([none if example.hints is None else example.hints for example in examples])
    for at, (name, place) in enumerate(SLICES.items()):
        known = np.flatnonzero(labels[:, at] >= 0)
        hinted = np.flatnonzero((labels[:, at] < 0) & ~np.isnan(hints[:, place.start]))
        goals[known, place] = SMOOTHING / HEADS[name]
        goals[known, place.start + labels[known, at]] += 1 - SMOOTHING
        goals[hinted, place] = hints[hinted, place]
        weights[known, at] = WEIGHT.get(name, 1.0)
        weights[hinted, at] = RULE if name == "intent" else HINT * WEIGHT.get(name, 1.0)
    return torch.from_numpy(goals), torch.from_numpy(weights)


def _loss(logits: Tensor, goals: Tensor, weights: Tensor) -> Tensor:
    total = logits.new_zeros(())
    for at, place in enumerate(SLICES.values()):
        surprise = functional.cross_entropy(logits[:, place], goals[:, place], reduction="none")
        total = total + (surprise * weights[:, at]).sum()
    return total / ROWS


@torch.no_grad()
def answer(judge: Judge, rows: Sequence[list[int]]) -> npt.NDArray[np.float32]:
    """Return (rows, WIDTH) logits of framed ids, in the rows' order."""
    logits = np.zeros((len(rows), WIDTH), np.float32)
    for batch in plan([len(row) for row in rows], 4 * PIECES, np.random.default_rng(0)):
        logits[batch] = judge(pad([rows[row] for row in batch])).float().numpy()
    return logits
