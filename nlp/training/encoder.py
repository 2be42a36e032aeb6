"""The encoder in torch: a post-norm transformer that starts from BGE's weights and ends in one head a question."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.classifier.heads import SENTIMENTS, WIDTH
from nlp.classifier.pieces import PAD
from nlp.training.bge import Encoder as Unpacked

__all__ = ["POSITIONS", "Encoder", "Judge", "start"]

POSITIONS = 160
"""Longest input in pieces, with start and end."""
_NAMES = {
    "out": "attention.output.dense",
    "attended": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "done": "output.LayerNorm",
}


class _Layer(nn.Module):
    """Self-attention and a feed-forward block, each followed by its norm."""

    def __init__(self, hidden: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.out = nn.Linear(hidden, hidden)
        self.attended = nn.LayerNorm(hidden, eps=1e-12)
        self.wide = nn.Linear(hidden, 4 * hidden)
        self.narrow = nn.Linear(4 * hidden, hidden)
        self.done = nn.LayerNorm(hidden, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, hidden = x.shape
        size = hidden // self.heads
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        # explicit: the fused kernel's bfloat16 backward is four times slower on a CPU
        weights = ((q @ k.transpose(-1, -2)) * (1 / math.sqrt(size)) + mask).softmax(-1)
        seen = (weights @ v).transpose(1, 2).reshape(batch, length, hidden)
        x = self.attended(x + self.out(seen))
        result: Tensor = self.done(x + self.narrow(functional.gelu(self.wide(x))))
        return result


class Encoder(nn.Module):
    """Piece ids (batch, length), padded with 1, to hidden states (batch, length, hidden)."""

    def __init__(self, vocabulary: int, hidden: int = 512, layers: int = 4, heads: int = 8) -> None:
        super().__init__()
        self.hidden = hidden
        self.word = nn.Embedding(vocabulary, hidden)
        self.position = nn.Embedding(POSITIONS, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)
        self.layers = nn.ModuleList(_Layer(hidden, heads) for _ in range(layers))

    def forward(self, ids: Tensor) -> Tensor:
        """Return the hidden states of `ids`."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x: Tensor = self.norm(self.word(ids) + self.position(places))
        mask = (ids == PAD).to(x.dtype)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, mask)
        return x


class Judge(nn.Module):
    """The encoder and its heads: (batch, WIDTH) logits side by side, and how a target fares at its places."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.Linear(2 * encoder.hidden, WIDTH)
        self.stance = nn.Linear(3 * encoder.hidden, len(SENTIMENTS))

    def forward(self, ids: Tensor) -> Tensor:
        """Return every head's logits from the mean of the real pieces beside the first."""
        logits: Tensor = self.heads(_pooled(ids, self.encoder(ids)))
        return logits

    def stances(self, ids: Tensor, places: Tensor) -> Tensor:
        """Return (batch, 3) logits of how the target fares that stands at `places` (batch, length: 1 or 0)."""
        x = self.encoder(ids)
        beside = places.to(x.dtype)[:, :, None]
        there = (x * beside).sum(1) / beside.sum(1)
        logits: Tensor = self.stance(torch.cat([_pooled(ids, x), there], -1))
        return logits


def _pooled(ids: Tensor, x: Tensor) -> Tensor:
    kept = (ids != PAD).to(x.dtype)[:, :, None]
    return torch.cat([(x * kept).sum(1) / kept.sum(1), x[:, 0]], -1)


def start(source: Unpacked, table: npt.NDArray[np.float32]) -> Encoder:
    """Build an encoder over `table`, the embeddings of its vocabulary, with the source's layers, in float32."""
    encoder = Encoder(len(table), source.hidden, source.layers, source.heads)
    weights = {name: torch.from_numpy(value.copy()) for name, value in source.weights.items()}
    state = {
        "word.weight": torch.from_numpy(table.copy()),
        "position.weight": weights["embeddings.position_embeddings.weight"][:POSITIONS]
        + weights["embeddings.token_type_embeddings.weight"][0],
    }
    for kind in ("weight", "bias"):
        state[f"norm.{kind}"] = weights[f"embeddings.LayerNorm.{kind}"]
        for number in range(source.layers):
            old, new = f"encoder.layer.{number}.", f"layers.{number}."
            parts = [weights[f"{old}attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            state[f"{new}qkv.{kind}"] = torch.cat(parts)
            for ours, theirs in _NAMES.items():
                state[f"{new}{ours}.{kind}"] = weights[f"{old}{theirs}.{kind}"]
    encoder.load_state_dict(state)
    return encoder
