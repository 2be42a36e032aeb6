"""How often the engine's label is the one that a person gave, month by month, on texts that no training may use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from indexing.mentions.corrections import Corrected
from nlp.evaluation.score import interval
from nlp.reader import Reader
from nlp.stance.scene import SentimentTarget

__all__ = ["Month", "drift", "read_anew"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month's mentions of one model: how many a person labelled, and in how many the engine agreed."""

    month: str
    model: str
    right: int
    of: int

    @property
    def share(self) -> float:
        """Accuracy, 0 to 1."""
        return self.right / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share."""
        return interval(self.right, self.of)


def drift(found: Iterable[Corrected]) -> list[Month]:
    """Return a row a month and model, in order, and one a model over all its months (`all`)."""
    counted: dict[tuple[str, str], list[int]] = {}
    for one in found:
        for month in (one.month, "all"):
            pair = counted.setdefault((month, one.model), [0, 0])
            pair[0] += one.predicted == one.label
            pair[1] += 1
    return [
        Month(month=month, model=model, right=right, of=of) for (month, model), (right, of) in sorted(counted.items())
    ]


def read_anew(found: Sequence[Corrected], reader: Reader) -> list[Corrected]:
    """Return the corrections with another engine's labels in the place of those that stand in the index."""
    subjects = [SentimentTarget.of(one.target) if one.target else None for one in found]
    readings = reader.read([one.text for one in found], subjects)
    model = reader.engine.model
    return [
        replace(one, predicted=reading.best()[0], model=model) for one, reading in zip(found, readings, strict=True)
    ]
