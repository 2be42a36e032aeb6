"""Prune the encoder's 250,002 pieces to those that Chinese posts use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from nlp.classifier.pieces import Pieces

__all__ = ["prune"]

_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def prune(
    pieces: list[str], scores: npt.NDArray[np.float32], texts: Iterable[str], *, least: int = 2
) -> tuple[Pieces, npt.NDArray[np.int64]]:
    """Return the pruned vocabulary and, for each of its ids, the row in the encoder's table.

    Kept: pieces that `texts` use at least `least` times, and every single Han, ASCII or emoji character.
    """
    rows = [pieces.index(name) for name in _SPECIAL]
    others = [n for n, piece in enumerate(pieces) if piece not in _SPECIAL and _may_be_used(piece)]
    full = Pieces([*_SPECIAL, *(pieces[n] for n in others)], [0.0] * 5 + [float(scores[n]) for n in others])
    used = Counter(number for text in texts for number in full.cut(text))
    for number, row in enumerate(others, start=len(_SPECIAL)):
        if used[number] >= least or _always(pieces[row]):
            rows.append(row)
    kept = np.asarray(rows, np.int64)
    return Pieces([pieces[n] for n in rows], [0.0] * 5 + [float(scores[n]) for n in rows[5:]]), kept


def _may_be_used(piece: str) -> bool:
    """Pieces in scripts that Chinese posts do not write are left out before counting."""
    return not any("\u0370" <= c <= "\u1fff" or "\uac00" <= c <= "\ud7ff" for c in piece) and "\t" not in piece


def _always(piece: str) -> bool:
    return len(piece) == 1 and (" " < piece <= "~" or "\u4e00" <= piece <= "\u9fff" or piece >= "\U0001f300")
