"""The values that the page shows; made by `gather`, or by a test, and drawn by `render`.

Every figure that a reader could doubt is a plain number here, next to the question (`Question`) that it answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from indexing.metrics.wilson import Estimate, net_sentiment, share

if TYPE_CHECKING:
    from indexing.alerts.alert import Alert
    from indexing.evidence.roots import Root

__all__ = [
    "AlertShown",
    "BrandFigures",
    "Bucket",
    "Coverage",
    "MentionShown",
    "PageData",
    "PlatformFigures",
    "Posts",
    "Question",
    "Source",
    "Split",
    "Word",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request to the index: `id` is what a figure cites, `body` the JSON that was sent."""

    id: str
    name: str
    index: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Mentions by sentiment; a person's label counts before the model's."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0

    @property
    def parts(self) -> tuple[int, int, int]:
        """The three counts in the order in which they are drawn."""
        return self.negative, self.neutral, self.positive

    @property
    def total(self) -> int:
        """All three."""
        return sum(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One day or hour; `partial` when the period ends within it."""

    start: datetime
    split: Split
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformFigures:
    """A brand's mentions on one platform."""

    platform: str
    split: Split
    authors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word that is commoner in one sentiment than in all of the brand's mentions; `lift` says how many times."""

    word: str
    mentions: int
    lift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicShown:
    """What a brand was spoken of on a day (as in an address, 2026-11-22) beyond its own past; `id` is its document's.

    `usual` is how many mentions would hold its first word on such a day; of `significance`, 10.8 is chance's once in a
    thousand. `since` is the day on which it was met first.
    """

    id: str
    name: str
    words: tuple[str, ...]
    day: str
    since: str
    mentions: int
    negative: int
    usual: float
    significance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandFigures:
    """All that the page says of one brand; `customers` is how many linked customers made the `customer_mentions`."""

    id: str
    name: str
    mentions: int = 0
    split: Split = Split()
    engagement: int = 0
    customer_mentions: int = 0
    customers: int = 0
    timeline: tuple[Bucket, ...] = ()
    platforms: tuple[PlatformFigures, ...] = ()
    negative_words: tuple[Word, ...] = ()
    positive_words: tuple[Word, ...] = ()
    topics: tuple[TopicShown, ...] = ()

    @property
    def authors(self) -> int:
        """Accounts that spoke; an account belongs to one platform."""
        return sum(platform.authors for platform in self.platforms)

    @property
    def negative_share(self) -> Estimate | None:
        """Negative mentions of all, 0 to 1."""
        return share(self.split.negative, self.mentions)

    @property
    def risk(self) -> float:
        """Negative mentions that chance does not explain: the low end of the share's interval, times the mentions."""
        return self.negative_share.low * self.mentions if self.negative_share else 0.0

    @property
    def net_sentiment(self) -> Estimate | None:
        """NSR, -1 to 1."""
        return net_sentiment(self.split.positive, self.split.negative)


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionShown:
    """One mention as quoted; its text is what the platform gave, and may be hostile."""

    id: str
    brand: str
    platform: str
    kind: str
    published_at: datetime
    label: str
    text: str
    title: str | None = None
    url: str | None = None
    author: str | None = None
    engagement: int | None = None
    customer: bool = False
    corrected: bool = False
    """True when a person has set the sentiment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertShown:
    """An alert and those mentions of its evidence that the page quotes."""

    alert: "Alert"
    quoted: tuple[MentionShown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the crawl runs of one feed × query came to in the period; verdict, message and end are the last run's."""

    feed: str
    query: str
    runs: int
    incomplete_runs: int
    posts: int
    verdict: str
    complete: bool
    finished_at: datetime
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far the figures can be trusted: who was asked, what is made up, whose model judged."""

    sources: tuple[Source, ...] = ()
    synthetic: tuple[tuple[str, int], ...] = ()
    """Fields that a replay made up, with the number of mentions."""
    imprecise: int = 0
    """Mentions whose platform told only the day of publishing, or no time."""
    corrected: int = 0
    models: tuple[tuple[str, int], ...] = ()
    books: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """What the period's runs came to: `analyse` (posts = matched + unmatched + dead; own accounts' posts are among the
    unmatched) and `index` (mentions = held + dead)."""
    indexed_at: datetime | None = None

    @property
    def blind(self) -> tuple[Source, ...]:
        """Sources whose last run did not see all that it should have."""
        return tuple(source for source in self.sources if not source.complete)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """The newest posts of `total` in the period, as Elasticsearch answered: `_id`, `_source`, `matched_queries`."""

    total: int = 0
    hits: tuple[Mapping[str, Any], ...] = ()
    keys: tuple[str, ...] = ()
    """What they can be chosen by, beside the time."""
    words: frozenset[str] = frozenset()
    """The keywords that the page shows; others are left out."""
    customers: bool = False
    """Whether the page shows customers' ids; else it says only that a post is a customer's."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The brands' names by their ids."""
    alerts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The ids of each alert's evidence."""
    period: Mapping[str, str] = field(default_factory=dict)
    """The page's first and last day, as `from` and `to`: the console holds posts of other times too."""
    indexed: bool = False
    """Whether they can be chosen by when they came into the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """The whole page. The period is from `since` to `until`, both aware and included; `interval` is `day` or `hour`."""

    language: str
    made_at: datetime
    since: datetime
    until: datetime
    days: int
    interval: str
    brands: tuple[BrandFigures, ...]
    alerts: tuple[AlertShown, ...] = ()
    alert_count: int = 0
    mentions: tuple[MentionShown, ...] = ()
    """The newest, for a reader without a script."""
    posts: Posts = Posts()
    coverage: Coverage = Coverage()
    changed_at: datetime | None = None
    """Since when mentions are analysed otherwise than older ones still are; None where all are of one analysis."""
    questions: tuple[Question, ...] = ()
    root: "Root | None" = None
    """The root of the evidence chain of the last day that has one: who keeps the page can hold the chain against it."""
    boards: str | None = None
    """The address of the page of all dashboards, where it lies beside this one."""

    @property
    def total(self) -> int:
        """All mentions; a post that speaks of two brands counts once for each."""
        return sum(brand.mentions for brand in self.brands)

    def name_of(self, brand: str) -> str:
        """Return a brand's name; an id that is not among the page's brands stands for itself."""
        return next((known.name for known in self.brands if known.id == brand), brand)
