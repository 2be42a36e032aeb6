"""From a model's logits to probabilities: scale each head, then mix the heads by what the text looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.classifier.heads import HEADS, SLICES

__all__ = ["Predictions", "mix", "scale"]

Array = npt.NDArray[np.float32]
PLAIN = (0.6, 0.35)
"""How much the heads `plain` and `smp` say about a post that is not like SMP2020's."""
DECIDED = np.float32(1.5)
"""How much surer of what a post looks like the mixing is than the head that says so."""
TOWARDS = np.asarray([0.0, -0.75, 0.0], np.float32)
"""Two thirds of the car forums' rows are neutral; a brand's mentions are less so, and the rarer classes matter more.

Chosen on training rows, two thirds each read by what the rest taught: macro-F1 0.530 at -0.5, 0.549 here, 0.547 at -1.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """Probabilities of texts: `sentiment` (n, 3), `binary` (n, 2), `emotion` (n, 6 or 0), `target` (n, 3)."""

    sentiment: Array
    binary: Array
    emotion: Array
    """Without columns where an engine does not answer it."""
    target: Array
    intent: Array
    """Without columns, as above: the rules of `nlp.intent` answer alone."""
    stance: Callable[[int, Sequence[str]], Array] | None = None
    """Of a row, (3,) logits of how a target fares that it calls by these names; None where no encoder has read it."""

    @classmethod
    def of(cls, sentiment: Array) -> Predictions:
        """Return the answers of an engine that knows the whole text's sentiment alone."""
        poles = sentiment[:, [0, 2]] + np.float32(1e-9)
        nothing = np.zeros((len(sentiment), 0), np.float32)
        binary = poles / poles.sum(axis=1, keepdims=True)
        return cls(sentiment=sentiment, binary=binary, emotion=nothing, target=sentiment, intent=nothing)


def softmax(logits: Array) -> Array:
    """Probabilities along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True, initial=-np.inf))
    result: Array = raised / raised.sum(axis=-1, keepdims=True)
    return result


def scale(logits: Array, factors: Mapping[str, float]) -> Array:
    """Multiply each head's logits by its factor (1 / temperature), 1.0 where it has none."""
    wide = np.concatenate([np.full(width, factors.get(name, 1.0), np.float32) for name, width in HEADS.items()])
    scaled: Array = logits * wide[: logits.shape[-1]]
    return scaled


def mix(logits: Array) -> Predictions:
    """Return the mixed probabilities of scaled logits.

    An SMP2020-like post is judged by that set's line of neutral, any other post by the plainer one with the first's
    support; a review has no neutral of its own, so takes the two lines' mean and its poles from the head that read
    reviews.
    """
    heads = {name: softmax(logits[:, SLICES[name]]) for name in ("smp", "review", "weibo", "emotion")}
    heads["plain"] = softmax(PLAIN[0] * logits[:, SLICES["plain"]] + PLAIN[1] * logits[:, SLICES["smp"]])
    source = softmax(DECIDED * logits[:, SLICES["source"]])
    like_smp, review = source[:, :1], source[:, 3:]
    neutral = (heads["smp"][:, 1:2] + heads["plain"][:, 1:2]) / 2
    poles = heads["review"] * (1 - neutral)
    judged = np.concatenate([poles[:, :1], neutral, poles[:, 1:]], axis=1)
    plain = (1 - like_smp - review) * heads["plain"]
    return Predictions(
        sentiment=like_smp * heads["smp"] + plain + review * judged,
        binary=review * heads["review"] + (1 - review) * heads["weibo"],
        emotion=heads["emotion"],
        target=softmax(logits[:, SLICES["target"]] + TOWARDS),
        intent=softmax(logits[:, SLICES["intent"]]),
    )
