"""The questions a model answers, side by side in one row of logits.

`smp`: three classes as SMP2020 draws the line of neutral; `plain`: as NLPCC2013 does; `target`: towards a target;
`review`, `weibo`: the better of two poles; `emotion`: SMP2020's six; `source`: what the text looks like (an SMP2020
post, another post, a post of the 2018 binary set, a review), by which the others are mixed; `intent`: what the author
is after, which the n-grams do not answer. `eight` and `seven` only help training: NLPCC2013's and the COVID-19 set's
own classes.
"""

from __future__ import annotations

from typing import Final

__all__ = ["DOMAINS", "EMOTIONS", "HEADS", "INTENTS", "POLES", "SENTIMENTS", "SERVED", "SIMPLE", "SLICES", "WIDTH"]

SENTIMENTS: Final = ("negative", "neutral", "positive")
INTENTS: Final = ("complaint", "question", "suggestion", "purchase", "praise", "news", "other")
POLES: Final = ("negative", "positive")
EMOTIONS: Final = ("neutral", "angry", "happy", "sad", "fear", "surprise")

HEADS: Final = {
    "smp": 3, "plain": 3, "target": 3, "review": 2, "weibo": 2, "emotion": 6, "source": 4,
    "intent": 7, "eight": 8, "seven": 7
}  # fmt: skip


def _slices() -> dict[str, slice]:
    at, slices = 0, {}
    for name, width in HEADS.items():
        slices[name] = slice(at, at + width)
        at += width
    return slices


SLICES: Final = _slices()
WIDTH: Final = sum(HEADS.values())
SERVED: Final = SLICES["intent"].stop
"""How many logits the encoder serves: all but the helping heads."""
SIMPLE: Final = SLICES["source"].stop
"""How many logits the n-grams serve."""
DOMAINS: Final = {
    "weibo2018": "weibo", "covid": "weibo", "hotel": "review", "takeaway": "review", "products": "review",
    "shopping": "review"
}  # fmt: skip
"""Corpora whose poles the n-grams learn by themselves, too, and the head that is theirs."""
