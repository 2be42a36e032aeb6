"""The default engine's reader: an eight-bit ONNX encoder under onnxruntime, all heads in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nlp.classifier.emoji import emoticons
from nlp.classifier.heads import SERVED
from nlp.classifier.pieces import Pieces, frame
from nlp.classifier.text import normalise

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["Encoder"]

Array = npt.NDArray[np.float32]
LONGEST = 160
"""Pieces read of a text, with start and end: a longer one keeps its head and its tail."""


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
        return self.read(texts, targets)[0]

    def read(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> tuple[Array, Array]:
        """Return the logits, and beside them what they are made from: the mean of the pieces and first piece."""
        wanted = targets if targets is not None else [None] * len(texts)
        rows = [self._frame(text, target or "") for text, target in zip(texts, wanted, strict=True)]
        if not rows:
            return np.zeros((0, SERVED), np.float32), np.zeros((0, 0), np.float32)
        with ThreadPoolExecutor(self._threads) as workers:
            logits, pooled = zip(*workers.map(self._run, rows), strict=True)
        return np.concatenate(logits), np.concatenate(pooled)

    def _frame(self, text: str, target: str) -> list[int]:
        cut = self._pieces.cut
        return frame(cut(emoticons(normalise(text))), LONGEST, cut(normalise(target))[: LONGEST // 4] if target else ())

    def _run(self, row: Sequence[int]) -> tuple[Array, Array]:
        ids = np.asarray([row], np.int64)
        logits, pooled = self._session.run(["logits", "pooled"], {"ids": ids, "mask": np.ones(ids.shape, np.int32)})
        return np.asarray(logits, np.float32), np.asarray(pooled, np.float32)


def _session(model: Path) -> InferenceSession:
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # the file has its operators fused already; further fusion would bring back a slow one
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_BASIC
    return InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
