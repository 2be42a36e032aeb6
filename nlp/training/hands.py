"""The encoder's last round: how a target fares, read at its places, from judgements in several hands.

All layers learn; what the other heads answer on the rows that they were trained on is held to what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nlp.classifier.emoji import emoticons
from nlp.classifier.encoder import LONGEST
from nlp.classifier.heads import HEADS, SERVED, SLICES
from nlp.classifier.judge import load
from nlp.classifier.pieces import MASK, Pieces, frame, places
from nlp.classifier.text import normalise
from nlp.stance.polarity import lexicon
from nlp.towards import guessed
from nlp.training.batches import pad, plan
from nlp.training.encoder import Judge
from nlp.training.judge import MASKED, PIECES, ROWS, SMOOTHING, answer
from nlp.training.loop import BATCHES, Loop, seed
from nlp.training.stances import apart, found, judgements, real, sentences

__all__ = ["Told", "learn", "told"]

EPOCHS = 4
RATE = 1.2e-4
REPLAYED = 0.3
"""Rows of the other heads' sets for each judgement."""
FROZEN = ("encoder.word", "encoder.position", "encoder.norm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Framed ids, the target's places in them, how it fares there (0, 1, 2), and how much that counts."""

    ids: list[int]
    places: list[int]
    label: int
    counts: float


def told(folder: Path, data: Path) -> list[Told]:
    """Return the windows of all judgements but those kept apart, as the encoder in a folder reads them.

    `data` has the real posts.
    """
    cut, engine = Pieces.read(folder / "pieces.txt").cut, load("fast", folder)
    known = [one for one in (*judgements(), *real(data)) if not apart(one)]
    rows = []
    for one, window in found(engine, [*known, *sentences()], lexicon().guessing(partial(guessed, engine))):
        text, target = (cut(emoticons(normalise(part or ""))) for part in window.beside or window.row)
        ids = frame(text, LONGEST, target[: LONGEST // 4])
        there = places(ids, [cut(name) for name in window.scene.calls])
        rows.append(Told(ids=ids, places=there, label=one.label, counts=one.counts))
    return rows


def learn(judge: Judge, rows: Sequence[Told], others: Sequence[list[int]], path: Path, *, number: int = 1) -> Judge:
    """Train the layers and the head of stances; `others` are rows on which the other heads keep their answers."""
    generator = seed(number)
    before = torch.from_numpy(answer(judge, others))
    batches: list[tuple[bool, list[int]]] = []
    for _ in range(EPOCHS):
        some = generator.choice(len(others), min(len(others), int(REPLAYED * len(rows))), replace=False).tolist()
        replay = plan([len(others[row]) for row in some], PIECES, generator)
        both = [(True, batch) for batch in plan([len(row.ids) for row in rows], PIECES, generator)]
        both += [(False, [some[row] for row in batch]) for batch in replay]
        batches += [both[at] for at in generator.permutation(len(both))]
    loop = Loop(judge, path, steps=len(batches) // BATCHES, rate=_rate)

    def loss(batch: int) -> tuple[Tensor, int]:
        judged, some = batches[batch]
        if judged:
            return _judged(judge, [rows[row] for row in some], np.random.default_rng((number, batch)))
        ids = pad([others[row] for row in some])
        return _moved(judge(ids).float(), before[some]) / ROWS, ids.numel()

    loop.run(loss)
    return judge


def _rate(name: str) -> float:
    return 10 * RATE if name.startswith("stance") else 0.0 if name.startswith(FROZEN) else RATE


def _judged(judge: Judge, rows: Sequence[Told], generator: np.random.Generator) -> tuple[Tensor, int]:
    ids = pad([row.ids for row in rows])
    places = torch.zeros(ids.shape)
    for at, row in enumerate(rows):
        places[at, row.places] = 1
    covered = torch.from_numpy(generator.random(ids.shape) < MASKED) & (ids > MASK) & (places == 0)
    logits = judge.stances(torch.where(covered, torch.tensor(MASK), ids), places).float()
    labels, counts = torch.tensor([row.label for row in rows]), torch.tensor([row.counts for row in rows])
    lost = functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING, reduction="none")
    return (lost * counts).sum() / ROWS, ids.numel()


def _moved(logits: Tensor, before: Tensor) -> Tensor:
    """How far the served heads' answers are from what they were (Kullback-Leibler), over all rows."""
    total = logits.new_zeros(())
    for name in HEADS:
        if SLICES[name].stop <= SERVED:
            was = functional.log_softmax(before[:, SLICES[name]], -1)
            now = functional.log_softmax(logits[:, SLICES[name]], -1)
            total = total + functional.kl_div(now, was, log_target=True, reduction="sum")
    return total
