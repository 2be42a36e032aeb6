"""What a comparison of two values is: levels from equal to different, each with its condition and first guesses.

A level's numbers are how often it is met by two rows of one person (m), of two strangers (u), of two people of one
household (h) and of a parent and a child of one name (n); they are what the estimation begins with, and what it falls
back to where the data says too little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Comparison", "Level"]


@dataclass(frozen=True, slots=True)
class Level:
    """One level: a condition in DuckDB's SQL over `…_l` and `…_r`, and its words."""

    words: str
    sql: str
    m: float
    u: float
    frequent: str | None = None
    """The column whose common values weigh less."""
    h: float | None = None
    """None: as of one person where a household shares the field, as of strangers where it does not."""
    n: float | None = None
    """By a parent and a child of one name, where that is otherwise than by any two people of a household."""
    at_least: float = 0.0
    """What u cannot be below, however few random pairs have shown it."""
    at_most: float = 1.0
    """What m cannot be above, however many pairs of two people look like one person's."""
    needs_own: bool = False
    """Whether, where it is seldom met, such a pair is linked only with something equal that is the person's own."""
    other: int = 0
    """How much it speaks for another person, in a field that is kept for life: 2 parks whatever else is equal."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison; `shared` says whether the people of one household have the field in common, more or less."""

    name: str
    missing: str
    levels: Sequence[Level]
    shared: bool = True
    number: bool = False
    """Whether it is of a number that no two people have."""
    own: bool = False
    """Whether it is of a name or address of one's own choice, which a household seldom shares."""
    of_name: bool = False
    """Whether it is of the name, which parent and child may have in common."""

    def of_household(self, strangers: Sequence[float]) -> tuple[float, ...]:
        """Return h before it is learnt; `strangers` is u by level."""
        said = [
            level.h if level.h is not None else level.m if self.shared else u
            for level, u in zip(self.levels, strangers, strict=True)
        ]
        return tuple(one / sum(said) for one in said)

    def possible(self, m: Sequence[float]) -> tuple[float, ...]:
        """Return m with no level above what it can be; the others take what it leaves."""
        kept = [min(share, level.at_most) for level, share in zip(self.levels, m, strict=True)]
        free = sum(one for one, share in zip(kept, m, strict=True) if one == share)
        more = 1 + (1 - sum(kept)) / free if free else 1.0
        return tuple(one * more if one == share else one for one, share in zip(kept, m, strict=True))

    @property
    def telling(self) -> int | None:
        """The level that parent and child of one name mostly show; None where they are as others of a household."""
        said = {place: level.n for place, level in enumerate(self.levels) if level.n is not None}
        return max(said, key=said.__getitem__) if said else None

    def of_namesakes(self, household: Sequence[float]) -> tuple[float, ...] | None:
        """Return n; `household` is h by level. None for the name itself, which says nothing of who bears it."""
        if self.of_name:
            return None
        said = [h if level.n is None else level.n for level, h in zip(self.levels, household, strict=True)]
        return tuple(one / sum(said) for one in said)
