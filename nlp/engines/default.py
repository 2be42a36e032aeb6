"""The project's own classifier: a small encoder with character n-grams, calibrated on Weibo posts and reviews."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.classifier.judge import Default, Fast
    from nlp.classifier.predictions import Predictions

__all__ = ["Classifier", "load"]


class Classifier:
    """The engine behind the seam; `name` is `default`, or `fast` for the n-grams alone."""

    def __init__(self, name: str) -> None:
        from nlp.classifier.judge import size, version

        self.name, self.model, self.size = name, f"{name}-{version(name)}", size(name)
        """`size` of the model's files, in bytes."""

    def answers(self, texts: "Sequence[str]", targets: "Sequence[str | None] | None" = None) -> "Predictions":
        """Return the calibrated probabilities of all that the models answer."""
        return _loaded(self.name).answers(texts, targets)


@lru_cache(maxsize=2)
def _loaded(name: str) -> "Default | Fast":
    """Load the models once a process, when something is scored."""
    from nlp.classifier.judge import load as load_models

    return load_models(name)


def load() -> Classifier:
    """Return the engine."""
    return Classifier("default")
