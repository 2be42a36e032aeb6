"""How often a rule may page somebody, and what of a brand's own past follows from that.

The past is cut into `KEPT` blocks of a day (shorter ones where the budget is of more than ten pages a month). Of each
the fullest window is kept: its peak. As many of the highest peaks as the budget has pages in that time are counted off,
and a page must be higher than the least of them by a factor, since peaks have heavy tails: the rarer a page may be,
the further beyond the known past it must lie. docs/rules.md tells how this was chosen and measured.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.both import Both

__all__ = ["ENOUGH_BLOCKS", "KEPT", "RECENT", "PageBudget"]

KEPT = 30
"""Blocks of the past whose peaks count."""
ENOUGH_BLOCKS = 7
"""Blocks that it takes to know a brand; with fewer the alert says that the brand is new."""
RECENT = 3
"""The last blocks, which say how much is spoken of the brand at present."""
_LEAST_APART = 3
"""Blocks from one page to the next, at the least."""
_STEEP = (2.0, 9.0)
"""Times the present level that a sudden rise reaches, for a budget of a page every three blocks and for a rare page."""
_PERIODS = {"day": 1, "week": 7, "month": 30, "year": 365}
_PER = {
    "day": Both("每天", "a day"),
    "week": Both("每周", "a week"),
    "month": Both("每月", "a month"),
    "year": Both("每年", "a year"),
}
_DAY = timedelta(days=1)


class PageBudget(BaseModel):
    """Pages that a rule may cause for one brand, such as at most two per month."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    at_most: Annotated[float, Field(gt=0, le=1000)]
    """How many."""
    per: Literal["day", "week", "month", "year"]
    """In which time; a month has 30 days."""

    @cached_property
    def apart(self) -> timedelta:
        """The time from one page to the next."""
        return timedelta(days=_PERIODS[self.per] / self.at_most)

    @cached_property
    def block(self) -> timedelta:
        """The length of time of which the fullest window is kept."""
        return min(_DAY, self.apart / _LEAST_APART)

    @cached_property
    def rank(self) -> int:
        """Which of the peaks the budget reaches down to: the first is the greatest."""
        return max(1, round(KEPT * self.block / self.apart))

    @cached_property
    def rarity(self) -> float:
        """How many times rarer a page is than the most frequent that a budget can ask for, of one in three blocks."""
        return self.apart / self.block / _LEAST_APART

    @cached_property
    def factor(self) -> float:
        """How many times that peak a page must be: the fourth root of how rare it is."""
        return float(self.rarity**0.25)

    @cached_property
    def steep(self) -> float:
        """How many times the present level the window's fullest quarter must be."""
        least, most = _STEEP
        return float(min(most, least * self.rarity**0.9))

    def reach(self, peaks: Sequence[float]) -> float:
        """Return what the budget lets pass: more than this many may page. `peaks` are one or more."""
        ordered = sorted(peaks, reverse=True)
        return self.factor * (ordered[self.rank - 1] if len(ordered) >= self.rank else ordered[0])

    def shared(self, parts: int) -> "PageBudget":
        """Return one of so many equal parts of the budget, such as what each of two looks has."""
        return PageBudget(at_most=self.at_most / parts, per=self.per)  # a copy would keep what was worked out

    @property
    def words(self) -> Both:
        """How often that is, in words."""
        zh, en = _PER[self.per]
        return Both(
            f"{zh}至多 {self.at_most:g} 次提醒", f"{self.at_most:g} page{'' if self.at_most == 1 else 's'} {en}"
        )

    def __str__(self) -> str:
        return f"{self.at_most:g} per {self.per}"
