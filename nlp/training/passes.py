"""How often each corpus is read in fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["PLAN", "Plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`passes` over a corpus's rows, `few` where it is not named, spread over `epochs`, at the highest rate `rate`."""

    passes: Mapping[str, float]
    few: float
    epochs: int
    rate: float


PLAN = Plan(
    passes={
        "usual": 3.0, "virus": 3.4, "2013": 1.5, "weibo2018": 2.3, "covid": 1.2, "cars": 3.4, "hotel": 1.3,
        "takeaway": 1.3, "products": 1.6, "contrasts": 1.6, "posts": 1.2, "intents": 8.0, "own": 3.0,
    },
    few=0.5,
    epochs=8,
    rate=1.5e-4,
)  # fmt: skip
