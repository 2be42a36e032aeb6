"""A training loop that a kill costs a few minutes: quick work, float32 truth, a checkpoint now and then."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ["BATCHES", "WORK", "Loop", "seed"]

LOG = logging.getLogger(__name__)
EVERY = 150.0
"""Seconds between checkpoints."""
WORKERS = 2
BATCHES = 2
_MULTIPLY = ("amx_bf16", "avx512_bf16", "avx512_bw", "bf16")
WORK = torch.bfloat16 if any(torch.cpu.get_capabilities().get(name) for name in _MULTIPLY) else torch.float32
"""What work is done in: a processor with none of these multiplies bfloat16 number by number, thirty times slower."""


class Loop:
    """Train `model`'s float32 weights through a copy in WORK, from the checkpoint at `path` where there is one.

    `rate` maps a parameter's name to its highest learning rate (0 freezes it). The rate climbs for a twentieth of
    `steps` and falls as a cosine to a fiftieth.
    """

    def __init__(
        self, model: nn.Module, path: Path, *, steps: int, rate: Callable[[str], float], decay: float = 0.01
    ) -> None:
        self.model, self.path, self.steps, self.done = model, path, steps, 0
        truth = {name: p.detach().clone() for name, p in model.named_parameters()}
        self.model.to(WORK)
        self.truth = truth
        for name, p in self.model.named_parameters():
            p.requires_grad_(rate(name) > 0)
        self._live = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self._sums = {name: torch.zeros_like(truth[name]) for name in self._live}
        self._lock = Lock()
        groups: list[list[dict[str, object]]] = [[] for _ in range(WORKERS)]
        for name, p in sorted(self._live.items(), key=lambda item: item[1].numel()):
            truth[name].grad = self._sums[name]
            shrink = decay if p.ndim > 1 else 0.0
            group = {"params": [truth[name]], "lr": rate(name), "peak": rate(name), "weight_decay": shrink}
            min(groups, key=_elements).append(group)
        self.optimizers = [torch.optim.AdamW(some, betas=(0.9, 0.98), fused=True) for some in groups]
        if path.exists():
            saved = torch.load(path, weights_only=True)
            for name, value in saved["truth"].items():
                truth[name].copy_(value)
            for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
                optimizer.load_state_dict(state)
            self.done = int(saved["done"])
            LOG.info("going on from step %d of %d", self.done, steps)

    def run(self, loss: Callable[[int], tuple[Tensor, int]]) -> None:
        """Take the steps left, each the mean of `BATCHES` batches; `loss(batch)` gives a loss and its pieces.

        The batches of a step are shared out among single-threaded workers, not every operation among cores: so a core
        that other work takes away does not hold up the rest.
        """
        saved, reported, pieces, total = time.monotonic(), time.monotonic(), 0, 0.0
        self._refresh()
        with ThreadPoolExecutor(WORKERS, initializer=torch.set_num_threads, initargs=(1,)) as workers:
            for step in range(self.done, self.steps):
                numbers = range(step * BATCHES, (step + 1) * BATCHES)
                for value, count in workers.map(partial(self._gradient, loss), numbers):
                    pieces, total = pieces + count, total + value / BATCHES
                self._update(step, workers)
                self.done = step + 1
                if self.done % 25 == 0:
                    now = time.monotonic()
                    speed = pieces / (now - reported)
                    LOG.info("step %d/%d loss %.4f %.0f pieces/s", self.done, self.steps, total / 25, speed)
                    reported, pieces, total = now, 0, 0.0
                if time.monotonic() - saved > EVERY:
                    self.save()
                    saved = time.monotonic()
        self.save()
        self.model.float()
        self._refresh()

    def _gradient(self, loss: Callable[[int], tuple[Tensor, int]], batch: int) -> tuple[float, int]:
        value, count = loss(batch)
        gradients = torch.autograd.grad(value / BATCHES, list(self._live.values()), allow_unused=True)
        with self._lock, torch.no_grad():
            for name, gradient in zip(self._live, gradients, strict=True):
                if gradient is not None:
                    self._sums[name].add_(gradient)
        return float(value.detach()), count

    def save(self) -> None:
        """Write the checkpoint beside its name, then rename it."""
        new = self.path.with_suffix(".new")
        torch.save(
            {"truth": self.truth, "optimizers": [one.state_dict() for one in self.optimizers], "done": self.done}, new
        )
        new.replace(self.path)

    def _update(self, step: int, workers: ThreadPoolExecutor) -> None:
        warm = max(1, self.steps // 20)
        share = (
            (step + 1) / warm if step < warm else 0.51 + 0.49 * math.cos(math.pi * (step - warm) / (self.steps - warm))
        )
        torch.nn.utils.clip_grad_norm_([self.truth[name] for name in self._live], 1.0)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * share
        list(workers.map(lambda optimizer: optimizer.step(), self.optimizers))
        for value in self._sums.values():
            value.zero_()
        self._refresh()

    @torch.no_grad()
    def _refresh(self) -> None:
        for name, p in self.model.named_parameters():
            p.copy_(self.truth[name])


def _elements(groups: list[dict[str, object]]) -> int:
    return sum(p.numel() for group in groups for p in group["params"])  # type: ignore[attr-defined]


def seed(number: int) -> np.random.Generator:
    """Seed torch and return a numpy generator."""
    torch.manual_seed(number)
    return np.random.default_rng(number)
