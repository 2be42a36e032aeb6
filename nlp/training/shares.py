"""How the trained engines answer where the labels are known: what the shares of another stream are held against."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlp.classifier.judge import load, version
from nlp.shift import Reference
from nlp.training.corpora import Row

__all__ = ["write"]

_CLASSES = 3


def write(folder: Path, dev: Sequence[Row]) -> None:
    """Measure every engine in `folder` on the three-class rows of whole texts, and write shares.json beside it."""
    rows = [row for row in dev if not row.target and _label(row) is not None]
    labels = np.asarray([_label(row) for row in rows], np.int64)
    if len(np.unique(labels)) < _CLASSES:
        return  # a table of one's own may lack a class: then no prior is learnt without labels
    found = {}
    for name in ("default", "fast"):
        if name == "default" and not (folder / "judge.onnx").exists():
            continue
        told = load(name, folder).answers([row.text for row in rows]).sentiment
        measured = Reference.of(told.astype(float), labels)
        model = f"{name}-{version(name, folder)}"
        found[name] = {"model": model, "shares": measured.shares, "answered": measured.answered}
    (folder / "shares.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _label(row: Row) -> int | None:
    return row.labels.get("smp", row.labels.get("plain"))
