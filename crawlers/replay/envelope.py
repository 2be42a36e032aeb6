"""What chance decides about one review, drawn in one order, so that no option changes what another one drew."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from crawlers.post import Author, Engagement
from crawlers.replay.corpus import Review
from crawlers.replay.luck import drawn_from
from crawlers.replay.people import account, rank
from crawlers.replay.rhythm import moment

__all__ = ["Envelope", "envelope", "order"]

_MOST = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The made-up circumstances of a review; all follow from the seed, the text and the time span."""

    review: Review
    key: int
    """64 bits that stand for the review."""
    place: float
    """0 to 1: on which platform it appears."""
    burst: float
    """0 to 1: whether a staged burst takes it, and when."""
    burst_at: float
    published_at: datetime
    rank: int
    author: Author
    engagement: Engagement
    topic_size: int
    """Replies that it would get as a forum's topic."""


def order(review: Review, seed: int) -> int:
    """Return the key by which reviews are shuffled: 64 bits of the seed and the text."""
    return drawn_from("review", seed, review.text).getrandbits(64)


def envelope(review: Review, seed: int, start: datetime, end: datetime) -> Envelope:
    """Make up the circumstances of a review that was published in [start, end)."""
    luck = drawn_from("review", seed, review.text)
    key, who = luck.getrandbits(64), rank(luck)
    return Envelope(
        review=review,
        key=key,
        place=luck.random(),
        burst=luck.random(),
        burst_at=luck.random(),
        topic_size=min(80, int(luck.paretovariate(0.9)) - 1),
        rank=who,
        author=account(who, seed),
        engagement=_engagement(luck),
        published_at=moment(luck, start, end),
    )


def _engagement(luck: Random) -> Engagement:
    likes = min(_MOST, int(luck.paretovariate(1.1)) - 1)
    return Engagement(
        likes=likes,
        comments=int(likes * luck.random() / 2),
        reposts=int(likes * luck.random() / 3),
        views=min(100 * _MOST, (likes + 1) * luck.randrange(20, 200)),
    )
