"""What a detector returns: episodes in which a rule's condition held, each with its verdict at its worst."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.kinds import Reading, Verdict
from indexing.detection.nearness import Nearness
from indexing.detection.search_rounds import Body

__all__ = ["Found", "Heard", "Span"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time under test: windows that end in (`since`, `now`] may fire."""

    now: datetime
    since: datetime | None = None
    """None for what the rule itself counts as recent."""
    changed_at: datetime | None = None
    """Since when mentions are analysed with other brands, words or models, while older ones are not analysed anew."""
    nearness: Nearness | None = None
    """Takes up how near a rule came to each brand, where that is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One episode. [start, end) is its worst window, `scope` finds the mentions that it is about, in any time."""

    brand: str
    story: str | None = None
    customer: str | None = None
    began_at: datetime
    fired_at: datetime
    """End of the first window that fired: when an evaluation could first have found it."""
    last_at: datetime
    """End of the last window that fired."""
    start: datetime
    end: datetime
    verdict: Verdict
    usual_since: datetime | None = None
    """Where the past windows begin whose median is the verdict's usual: one after the other, up to `start`."""
    history: timedelta = timedelta(days=14)
    """How far back the usual is looked for."""
    scope: tuple[Body, ...]
    subject: tuple[Body, ...] = ()
    """What narrows the scope to the mentions that the finding counts, such as the negative ones."""
    kind_of_index: str = "mentions"
    traces: Mapping[str, str] = field(default_factory=dict)
    """Where the verdict's figures come from, beyond those that all kinds share: see indexing.detection.recount."""
    asks: Mapping[str, Body] = field(default_factory=dict)
    """Further questions that traces name, by their ids."""
    asked_of: Mapping[str, str] = field(default_factory=dict)
    """The kinds of index that questions go to, where it is another one."""
    aggs: Body = field(default_factory=dict)
    """Further aggregations of the question `window`."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What the reason names: a term, a feed, a value."""

    @property
    def subject_id(self) -> tuple[str, str | None, str | None]:
        """What tells episodes of one thing from those of another."""
        return self.brand, self.story, self.customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Verdict):
    """A verdict that keeps the names of the figures that a sentence takes from it."""

    asked: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, verdict: Verdict) -> "Heard":
        """Return the same verdict, of which nothing has been asked."""
        return cls(fires=verdict.fires, weight=verdict.weight, readings=verdict.readings)

    def reading(self, name: str) -> Reading:
        """Return the figure, and keep its name."""
        self.asked.append(name)
        return Verdict.reading(self, name)
