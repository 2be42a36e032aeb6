"""A model's parameters: for each level of each comparison m, u and h, and how often two rows are one person's."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from config.errors import UserError
from config.output import write_whole
from indexing.identity.match.comparison import Comparison

__all__ = ["FORMAT", "Model", "ModelUnusable"]

FORMAT = 5
_NAMESAKES = 0.01
"""Of as many pairs as are one person's, before anything is known."""


class ModelUnusable(UserError):
    """A stored model cannot be used: the message says why, and how to make another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What was learnt of a pair of tables; `m`, `u` and `h` have a number a level, in the comparison's order."""

    m: Mapping[str, tuple[float, ...]]
    u: Mapping[str, tuple[float, ...]]
    h: Mapping[str, tuple[float, ...]]
    prior: float
    """How often two rows drawn at random are one person's."""
    house: float
    """How often they are of two people of one household."""
    namesakes: float
    """How often they are of two people of one household and name: a child called as the parent."""
    labels: int = 0
    """How many pairs that people judged it has learnt from."""
    format: int = FORMAT

    @property
    def version(self) -> str:
        """What no other parameters have."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:12]

    @classmethod
    def guessed(cls, wanted: list[Comparison], prior: float) -> "Model":
        """Return the model before it has seen any data."""
        m = {one.name: _shares([level.m for level in one.levels]) for one in wanted}
        u = {one.name: _shares([level.u for level in one.levels]) for one in wanted}
        return cls(
            m=m,
            u=u,
            h={one.name: one.of_household(u[one.name]) for one in wanted},
            prior=prior,
            house=prior / 2,
            namesakes=prior * _NAMESAKES,
        )

    def weight(self, comparison: str, level: int) -> float:
        """Return what meeting this level says, in bits: more than 0 for one person."""
        return math.log2(self.m[comparison][level] / self.u[comparison][level])

    def at_home(self, comparison: str, level: int) -> float:
        """Return the same against two people of one household, in bits."""
        return math.log2(self.m[comparison][level] / self.h[comparison][level])

    def among_namesakes(self, one: Comparison) -> list[float]:
        """Return by level the same against a parent and a child of one name, in bits; 0 for the name itself."""
        n = one.of_namesakes(self.h[one.name])
        return [math.log2(m / of) for m, of in zip(self.m[one.name], n, strict=True)] if n else [0.0] * len(one.levels)

    def write(self, path: Path) -> None:
        """Store it as JSON."""
        write_whole(path, msgspec.json.format(msgspec.json.encode(self), indent=2))

    @classmethod
    def read(cls, path: Path, wanted: list[Comparison]) -> "Model":
        """Return a stored model; ModelUnusable where it was made for other columns or another format."""
        try:
            found = msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise ModelUnusable(
                f"{path}: cannot be read ({error}): run `tingfeng links learn` to make another"
            ) from error
        sizes = {one.name: len(one.levels) for one in wanted}
        if found.format != FORMAT or {name: len(of) for name, of in found.m.items()} != sizes:
            raise ModelUnusable(
                f"{path}: was made for {', '.join(sorted(found.m))} (format {found.format}), not for"
                f" {', '.join(sorted(sizes))} (format {FORMAT}): run `tingfeng links learn` to make another"
            )
        return found


def _shares(of: list[float]) -> tuple[float, ...]:
    return tuple(one / sum(of) for one in of)
