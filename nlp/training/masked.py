"""Masked-language training on Weibo posts: the encoder learns how the posts speak before it learns to judge them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.classifier.pieces import MASK
from nlp.training.batches import pad, plan
from nlp.training.encoder import Encoder
from nlp.training.loop import BATCHES, Loop, seed

__all__ = ["adapt"]

SHARE = 0.2
PIECES = 2048


class _Guess(nn.Module):
    """The encoder with a head that guesses pieces; the table of pieces is shared."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        hidden = encoder.hidden
        self.encoder = encoder
        self.dense = nn.Linear(hidden, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.bias = nn.Parameter(torch.zeros(encoder.word.num_embeddings))

    def forward(self, ids: Tensor, hidden: Tensor) -> Tensor:
        x = self.encoder(ids).flatten(0, 1)[hidden]
        x = self.norm(functional.gelu(self.dense(x)))
        return functional.linear(x, self.encoder.word.weight, self.bias)


def adapt(
    encoder: Encoder, rows: Sequence[Sequence[int]], path: Path, *, most: int = 3_600, number: int = 1
) -> Encoder:
    """Train `encoder` for `most` steps or one pass over `rows` (framed ids); `path` is the checkpoint."""
    generator = seed(number)
    batches = plan([len(row) for row in rows], PIECES, generator)
    loop = Loop(
        _Guess(encoder),
        path,
        steps=min(most, len(batches) // BATCHES),
        rate=lambda name: 1e-3 if name[0] != "e" else 3e-4,
    )

    def loss(step: int) -> tuple[Tensor, int]:
        ids = pad([rows[row] for row in batches[step]])
        chance = torch.from_numpy(np.random.default_rng((number, step)).random(ids.shape))
        chance[ids <= MASK] = 2.0
        count = int((ids > MASK).sum() * SHARE) // 32 * 32 + 32  # few shapes: see plan
        chosen = chance.flatten().argsort()[:count]
        covered = ids.flatten().clone()
        covered[chosen[: count * 17 // 20]] = MASK
        logits = loop.model(covered.view_as(ids), chosen)
        return functional.cross_entropy(logits.float(), ids.flatten()[chosen]), ids.numel()

    loop.run(loss)
    return encoder
