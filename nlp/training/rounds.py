"""How often each corpus is read in fine-tuning: a round over all, then one over what is half learnt."""

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
            "usual": 1.8, "virus": 2.25, "2013": 1.8, "weibo2018": 2.0, "covid": 0.7, "cars": 2.7, "hotel": 1.35,
            "takeaway": 1.1, "products": 1.35, "contrasts": 0.9, "own": 3.0,
        },
        few=0.45,
        epochs=4,
        rate=1.5e-4,
    ),
    Round(
        passes={
            "usual": 0.2, "virus": 0.3, "2013": 0.3, "weibo2018": 0.65, "covid": 0.15, "cars": 1.9, "hotel": 0.65,
            "takeaway": 0.5, "products": 0.65, "contrasts": 1.3, "own": 1.0,
        },
        few=0.13,
        epochs=3,
        rate=1e-4,
    ),
)  # fmt: skip
