"""The encoder's vocabulary cut to what Chinese posts use, and widened by their emoticons and pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from nlp.classifier.pieces import SPECIAL, Pieces

__all__ = ["widen"]

Array = npt.NDArray[np.float32]
_EMOTICON = re.compile(r"\[[^\[\]\s]{1,8}\]|[\u2190-\u2bff\u3200-\u33ff\U0001f000-\U0001faff]")


def widen(pieces: Sequence[str], table: Array, texts: Iterable[str], *, least: int = 8) -> tuple[Pieces, Array]:
    """Return the new vocabulary and its table of embeddings, (pieces, hidden).

    Kept: pieces that `texts` use, and every single character. New: emoticons and pictures that `least` texts or more
    use; an emoticon starts as the mean of its characters, a picture as the unknown piece.
    """
    old = {piece: number for number, piece in enumerate(pieces)}
    own = [piece for piece in pieces if piece not in SPECIAL and not piece.startswith("[unused")]
    full = Pieces([*SPECIAL, *own])
    used: Counter[int] = Counter()
    found: Counter[str] = Counter()
    for text in texts:
        lower = text.lower()
        used.update(full.cut(lower))
        found.update(set(_EMOTICON.findall(lower)))
    kept = [piece for n, piece in enumerate(own, start=len(SPECIAL)) if used[n] or len(piece) == 1]
    known = set(kept)
    new = [piece for piece, count in found.items() if count >= least and piece not in known]
    rows = [table[old[piece]] for piece in (*SPECIAL, *kept)]
    rows += [table[[old.get(c, old["[UNK]"]) for c in _inside(piece)]].mean(axis=0) for piece in new]
    return Pieces([*SPECIAL, *kept, *new]), np.asarray(rows, np.float32)


def _inside(piece: str) -> str:
    return piece.strip("[]") or piece
