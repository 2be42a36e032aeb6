"""A foreign classifier's labels → negative, neutral and positive, or a message that says what to write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from config.errors import UserError
from nlp.classifier.heads import SENTIMENTS

__all__ = ["UnknownLabels", "column_of", "three_classes"]

Array = npt.NDArray[np.float32]

_KNOWN = {
    "negative": "negative neg bad 负面 负向 消极 负 差评",
    "neutral": "neutral neu mixed 中性 中立 中",
    "positive": "positive pos good 正面 正向 积极 正 好评",
}
_BY_WORD = {word: SENTIMENTS.index(name) for name, words in _KNOWN.items() for word in words.split()}
_STARS = re.compile(r"(?:star[ _-]?)?([1-5])(?:[ _-]?stars?)?|stars? ?\(([1-5])(?:,[^)]*)?\)")
_OF_STARS = (0, 0, 1, 2, 2)


class UnknownLabels(UserError):
    """A model's labels cannot be read as sentiments; the message shows them and what to write."""


def column_of(labels: Mapping[int, str], meanings: Mapping[str, str]) -> list[int]:
    """Return the class (0 negative, 1 neutral, 2 positive) of each of a model's outputs, in their order.

    `meanings` says what a label means where its name does not. Both poles must be there. Raises UnknownLabels.
    """
    names = [str(labels[number]) for number in sorted(labels)]
    found = [_class(name, meanings) for name in names]
    unknown = [name for name, place in zip(names, found, strict=True) if place is None]
    if unknown or not {0, 2} <= set(found):
        example = ",".join(f"{name}={SENTIMENTS[min(2, 2 * n)]}" for n, name in enumerate(names[:3]))
        what = f"what {', '.join(unknown)} means is not known" if unknown else "both poles are needed"
        raise UnknownLabels(
            f"the model's labels are {', '.join(names)}: {what}: say which is which of {', '.join(SENTIMENTS)}, "
            f"as TINGFENG_TRANSFORMERS_LABELS={example!r}"
        )
    return [place for place in found if place is not None]


def _class(name: str, meanings: Mapping[str, str]) -> int | None:
    meant = meanings.get(name, name).strip().lower()
    if stars := _STARS.fullmatch(meant):
        return _OF_STARS[int(stars[1] or stars[2]) - 1]
    return _BY_WORD.get(meant)


def three_classes(probabilities: Array, columns: Sequence[int]) -> Array:
    """Return (n, 3) from a model's (n, labels); one without a neutral label gets it as two readers' disagreement.

    Both readers say positive p², both negative (1-p)², and they differ with 2p(1-p), as the engine `snownlp` has it.
    """
    found = np.zeros((len(probabilities), 3), np.float32)
    for number, place in enumerate(columns):
        found[:, place] += probabilities[:, number]
    if 1 in columns:
        return found
    p = found[:, 2] / np.maximum(found[:, 0] + found[:, 2], 1e-9)
    return np.stack([(1 - p) ** 2, 2 * p * (1 - p), p**2], axis=1).astype(np.float32)
