"""How often each corpus is read in fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ROUNDS", "Round"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`passes` over a corpus's rows, `few` where it is not named, spread over `epochs`, at the highest rate `rate`."""

    passes: Mapping[str, float]
    few: float
    epochs: int
    rate: float


ROUNDS = (
    Round(
        passes={
            "usual": 2.4, "virus": 2.7, "2013": 1.5, "weibo2018": 2.3, "covid": 0.6, "cars": 3.4, "hotel": 1.3,
            "takeaway": 1.3, "products": 1.6, "contrasts": 0.8, "own": 3.0,
        },
        few=0.5,
        epochs=4,
        rate=1.5e-4,
    ),
)  # fmt: skip
