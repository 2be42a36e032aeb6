"""How often each corpus is read in fine-tuning: a round over all, then a short one over what is said of targets."""

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


# the first round goes without the sentences about targets: they were written after the shipped weights had taken it
ROUNDS = (
    Round(
        passes={
            "usual": 2.6, "virus": 3.0, "2013": 1.5, "weibo2018": 3.0, "covid": 0.8, "cars": 3.4, "hotel": 3.0,
            "takeaway": 2.5, "products": 3.0, "posts": 0.6, "contrasts": 0.8, "targets": 0.0,
            "intents": 8.0, "own": 3.0,
        },
        few=1.0,
        epochs=8,
        rate=1.5e-4,
    ),
    Round(
        passes={
            "usual": 0.3, "virus": 0.4, "2013": 0.3, "weibo2018": 0.4, "covid": 0.1, "cars": 1.5, "hotel": 0.3,
            "takeaway": 0.2, "products": 0.4, "posts": 0.1, "contrasts": 2.0, "targets": 6.0,
            "intents": 2.0, "own": 1.0,
        },
        few=0.08,
        epochs=6,
        rate=1e-4,
    ),
)  # fmt: skip
