"""Reviews as a forum: topics and their replies, made up so that a reply speaks of what its topic speaks of."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from crawlers.post import Author, Engagement, Kind, Post
from crawlers.replay.corpus import names_in, theme
from crawlers.replay.envelope import Envelope
from crawlers.replay.luck import drawn_from
from crawlers.replay.rhythm import moment

__all__ = ["HOST", "Board", "title_of"]

HOST = "forum.replay.example"
_TALK = timedelta(days=3)
"""For how long a topic gets replies."""
_TITLE = 30
_STOPS = "，。！？!?,;；、…~～"


@dataclass(slots=True)
class _Topic:
    opener: Post
    size: int
    replies: list[Post] = field(default_factory=list)


class Board:
    """Takes reviews one after the other; each opens a topic or answers the latest one about the same names or shelf.

    A topic and its replies name the same shops and makers, or none, since a reply counts as a mention of what its topic
    is about.
    """

    def __init__(self, seed: int, end: datetime) -> None:
        self._seed, self._end = seed, end
        self._open: dict[tuple[str, ...], _Topic] = {}
        self._topics: list[_Topic] = []
        self._replies = 0

    def add(self, envelope: Envelope) -> None:
        """Put one review on the board."""
        text = envelope.review.text
        about = names_in(text) or (theme(text),)
        topic = self._open.get(about)
        if topic is not None and len(topic.replies) < topic.size:
            self._answer(topic, envelope)
            return
        number = f"{HOST}/topic/{1001 + len(self._topics)}"
        post = self._post(envelope, Kind.POST, number, title=title_of(text))
        topic = self._open[about] = _Topic(opener=post, size=envelope.topic_size)
        self._topics.append(topic)

    def posts(self) -> list[Post]:
        """Return all topics with their replies; each opener counts its replies."""
        found = []
        for topic in self._topics:
            counts = replace(topic.opener.engagement, comments=len(topic.replies))
            found += [replace(topic.opener, engagement=counts), *topic.replies]
        return found

    def _answer(self, topic: _Topic, envelope: Envelope) -> None:
        opened = topic.opener.published_at
        luck = drawn_from("reply", self._seed, envelope.key)
        self._replies += 1
        post = self._post(envelope, Kind.COMMENT, f"{HOST}/post/{100_000 + self._replies}")
        topic.replies.append(
            replace(
                post,
                published_at=moment(luck, opened, min(self._end, opened + _TALK)),
                engagement=Engagement(likes=envelope.engagement.likes),
                parent_id=topic.opener.native_id,
                root_id=topic.opener.id,
                synthetic=tuple(sorted({*post.synthetic, "parent_id", "root_id"} - {"title"})),
            )
        )

    def _post(self, envelope: Envelope, kind: Kind, native_id: str, title: str | None = None) -> Post:
        member = f"{HOST}/user/{101 + envelope.rank}"
        slug = quote(envelope.author.name or "")
        counts = envelope.engagement
        return Post(
            platform="forum",
            feed="nodebb",
            site=HOST,
            kind=kind,
            native_id=native_id,
            url=f"https://{native_id}",
            title=title,
            text=envelope.review.text,
            author=Author(id=member, name=envelope.author.name, url=f"https://{HOST}/user/{slug}"),
            published_at=envelope.published_at,
            fetched_at=self._end,
            engagement=Engagement(likes=counts.likes, views=counts.views),
            query="*",
            run_id="replay",
            synthetic=("author", "engagement", "native_id", "published_at", "site", "title", "url"),
        )


def title_of(text: str) -> str:
    """Return a heading for a text that came without one: its first clause, up to 30 characters."""
    clause = text
    for stop in _STOPS:
        clause = clause.split(stop, 1)[0].strip() or clause
    return " ".join(clause[:_TITLE].split())
