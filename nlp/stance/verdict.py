"""What a rule says of the target, and how much it counts beside the model."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Verdict"]

Probabilities = tuple[float, float, float]

WEIGHTS = {
    "contrast": 0.65,
    "bystander": 0.35,
    "place": 0.7,
    "wanting": 0.75,
    "turn": 0.5,
    "news": 0.7,
    "official": 0.7,
    "phrase": 0.6,
}
SURE = 0.85
"""How much a rule's verdict counts beside the model's answer, by the rule's kind; any other kind counts `SURE`."""
KNOWN = 0.5
"""How much of its weight a verdict keeps beside a model that knows of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How the target fares by a rule: -1, 0 or +1, and the rule's kind."""

    fate: int
    why: str

    @property
    def sure(self) -> bool:
        """Whether the verdict settles the label whatever the model says."""
        return WEIGHTS.get(self.why, SURE) > 0.5

    def beside(self, model: Probabilities, *, known: bool = False) -> Probabilities:
        """Return a model's probabilities of negative, neutral and positive with the verdict's weight among them.

        It weighs less where the model has the verdict `known` to it, and has learnt what such verdicts are worth.
        """
        weight = WEIGHTS.get(self.why, SURE) * (KNOWN if known else 1.0)
        mixed = [(1 - weight) * value for value in model]
        mixed[self.fate + 1] += weight
        return mixed[0], mixed[1], mixed[2]
