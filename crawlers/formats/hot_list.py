"""Platforms' lists of what is hot now: topics with their rank, read again and again.

A topic on a list is one post a day. Its native id is `hot/{list}/{hour}/{topic}`; the hour is that in which it came
onto the list: the platform's word where it gives one, else when it was first seen, which `Job.seen` remembers. So the
post stays the same from crawl to crawl while its rank changes; the index keeps each rank with the time of its reading.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import ClassVar

from config.settings import DAY_ZONE
from crawlers.page import Dead, Listed, Page, Response
from crawlers.post import Engagement, Kind, Post, Precision
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["HotList", "Topic"]

_HOUR = "%Y-%m-%dT%H"
_LONGEST_KEY = 100
_ANY = ("", "*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as its list shows it; `since` is when it came onto the list, by the platform's word."""

    key: str
    """What stays the same while it is on the list: its words, or a question's number."""
    title: str
    url: str
    rank: int | None
    text: str = ""
    since: datetime | None = None
    pictures: tuple[str, ...] = ()
    engagement: Engagement = Engagement()


class HotList(PlatformSpider):
    """A list that is read whole with one request; the query names which."""

    lists: ClassVar[Sequence[str]]
    """The lists that there are, the one that `*` means first."""
    max_pages = 1
    overlap = 0

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.list = self.lists[0] if job.query.strip() in _ANY else job.query.strip()
        if self.list not in self.lists:
            raise CannotCrawl(f"{job.feed} {job.query!r}: no such list: use one of {', '.join(self.lists)}")
        prefix = f"{self.platform}:{Kind.POST}:hot/{self.list}/"
        known = re.compile(rf"{re.escape(prefix)}(?P<hour>\d{{4}}-\d\d-\d\dT\d\d)/(?P<key>.+)")
        found = sorted((match["hour"], match["key"]) for id in job.seen if (match := known.fullmatch(id)))
        self._first_seen = {key: hour for hour, key in found}

    def page_of(self, response: Response, topics: Sequence[Topic], dead: Sequence[Dead]) -> Page:
        """Return the page that holds these topics."""
        posts, unfit = self.read_each(topics, partial(self._parse_topic, response))
        return Page(
            posts=tuple(posts),
            dead=(*dead, *unfit),
            listed=tuple(Listed(id=post.id) for post in posts),
        )

    def _parse_topic(self, response: Response, topic: Topic) -> Post:
        key = _plain(topic.key)
        published_at, precision = topic.since, Precision.SECOND
        if published_at is None or published_at > response.fetched_at:
            published_at, precision = self._first_hour(key, response.fetched_at), Precision.HOUR
        hour = published_at.astimezone(DAY_ZONE).strftime(_HOUR)
        return self.post(
            response,
            kind=Kind.POST,
            native_id=f"hot/{self.list}/{hour}/{key}",
            url=topic.url,
            title=topic.title,
            text=topic.text or topic.title,
            published_at=published_at,
            time_precision=precision,
            rank=topic.rank,
            pictures=topic.pictures,
            engagement=topic.engagement,
        )

    def _first_hour(self, key: str, now: datetime) -> datetime:
        """Return the hour of today in which the topic was first seen, which is this one when it is new."""
        here = now.astimezone(DAY_ZONE)
        known = self._first_seen.get(key, "")
        if known.startswith(here.strftime("%Y-%m-%d")) and known <= here.strftime(_HOUR):
            here = here.replace(hour=int(known[-2:]))
        return here.replace(minute=0, second=0, microsecond=0)


def _plain(key: str) -> str:
    """Return a key without blanks, as a native id must be; a long one by its digest."""
    plain = "-".join(key.split())
    return plain if len(plain) <= _LONGEST_KEY else sha256(plain.encode()).hexdigest()[:32]
