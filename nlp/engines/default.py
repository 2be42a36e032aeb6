"""The project's own classifier: a small encoder with character n-grams, calibrated on Weibo posts and reviews."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.classifier.judge import Default, Fast

__all__ = ["Classifier", "load"]


class Classifier:
    """The engine behind the seam; `name` is `default`, or `fast` for the n-grams alone."""

    def __init__(self, name: str) -> None:
        from nlp.classifier.judge import version

        self.name, self.model = name, f"{name}-{version(name)}"

    def score(self, texts: "Sequence[str]") -> NDArray[np.float32]:
        """Return negative, neutral and positive of each text, shape (n, 3)."""
        return _loaded(self.name).score(texts)


@lru_cache(maxsize=2)
def _loaded(name: str) -> "Default | Fast":
    """Load the models once a process, when something is scored."""
    from nlp.classifier.judge import load as load_models

    return load_models(name)


def load() -> Classifier:
    """Return the engine."""
    return Classifier("default")
