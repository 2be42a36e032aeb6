"""The default engine's reader: an eight-bit ONNX encoder under onnxruntime, all heads in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nlp.classifier.emoji import emoticons
from nlp.classifier.heads import SERVED
from nlp.classifier.pieces import Pieces, frame, places
from nlp.classifier.text import normalise

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["Encoder", "Read"]

Array = npt.NDArray[np.float32]
LONGEST = 160
"""Pieces read of a text, with start and end: a longer one keeps its head and its tail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What an encoder made of texts: `logits` (texts, SERVED), and of each piece what it says of a target there."""

    logits: Array
    ids: Sequence[Sequence[int]]
    stances: Sequence[Array]
    """Of each text (pieces, 3) logits."""
    pieces: Pieces

    def stance(self, row: int, names: Sequence[str]) -> Array:
        """Return a text's (3,) logits of how a target fares, which it calls by these names."""
        there = places(self.ids[row], [self.pieces.cut(name) for name in names])
        found: Array = self.stances[row][there].mean(axis=0)
        return found


class Encoder:
    """All heads' logits for texts, one text a pass, so that an answer never hangs on what it was asked beside.

    (The eight-bit steps are chosen anew for each pass; batches would be a sixth faster, and move a probability by
    up to 0.04.)
    """

    def __init__(self, model: Path, vocabulary: Path, *, threads: int = 2) -> None:
        self._pieces = Pieces.read(vocabulary)
        self._session = _session(model)
        self._threads = threads

    def logits(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Array:
        """Return (texts, SERVED) logits for raw texts, each with its target where it has one."""
        return self.read(texts, targets).logits

    def read(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Read:
        """Return the logits, and beside them what each piece says of a target."""
        wanted = targets if targets is not None else [None] * len(texts)
        rows = [self._frame(text, target or "") for text, target in zip(texts, wanted, strict=True)]
        with ThreadPoolExecutor(self._threads) as workers:
            told = list(workers.map(self._run, rows))
        logits = np.concatenate([np.zeros((0, SERVED), np.float32), *(logits for logits, _ in told)])
        return Read(logits=logits, ids=rows, stances=[stances for _, stances in told], pieces=self._pieces)

    def _frame(self, text: str, target: str) -> list[int]:
        cut = self._pieces.cut
        return frame(cut(emoticons(normalise(text))), LONGEST, cut(normalise(target))[: LONGEST // 4] if target else ())

    def _run(self, row: Sequence[int]) -> tuple[Array, Array]:
        ids = np.asarray([row], np.int64)
        logits, stances = self._session.run(["logits", "stances"], {"ids": ids, "mask": np.ones(ids.shape, np.int32)})
        return np.asarray(logits, np.float32), np.asarray(stances[0], np.float32)


def _session(model: Path) -> InferenceSession:
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # the file has its operators fused already; further fusion would bring back a slow one
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_BASIC
    return InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
