"""An override of the rota: for some time somebody takes over, two people swap, or somebody is away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from config.both import Both

__all__ = ["Override"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What holds from `begin` until `end` in place of the shifts; a later one is applied to what an earlier one left.

    With `person` alone, nobody else is on duty. With `instead_of`, `person` has the other's duties, and with `swap` the
    other has `person`'s too. With `instead_of` alone, that person is away.
    """

    id: str
    made_at: datetime
    begin: datetime
    end: datetime
    author: str
    reason: str
    person: str | None = None
    instead_of: str | None = None
    swap: bool = False
    ended_by: str | None = None

    def words(self, named: Callable[[str], str] = str) -> Both:
        """Say what it does; `named` tells what to call a person."""
        person, other = (named(id) if id else None for id in (self.person, self.instead_of))
        if self.swap:
            return Both(f"{person} ⇄ {other}", "swap")
        if person is None:
            return Both(f"{other} 不在", "away")
        return Both(f"{person} 代 {other}", "takes over") if other else Both(f"{person} 一人值班", "alone on duty")

    def holds(self, moment: datetime) -> bool:
        """Say whether it holds at the moment."""
        return self.begin <= moment < self.end

    def apply(self, duty: tuple[str, ...]) -> tuple[str, ...]:
        """Return who is on duty, given who would be without it."""
        if self.instead_of is None:
            return duty if self.person is None else (self.person,)
        taken = {self.instead_of: self.person}
        if self.swap and self.person:
            taken[self.person] = self.instead_of
        return tuple(dict.fromkeys(found for id in duty if (found := taken.get(id, id)) is not None))
