"""Which story a post belongs to and what it is in it; a pure function of posts and of what is known of earlier ones.

A story has the id of the post that was seen first to say it, and keeps it: nothing is merged or split later. An answer
or a repost belongs where its root belongs. A first post that says what an origin of the last weeks said is its copy; so
is one that says something else but shows the same picture, where pictures are compared. A post that others have
answered before it was seen itself stays the origin of their story.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crawlers.pictures.fingerprint import bands, distance, near_bands
from crawlers.post import Kind
from indexing.stories.likeness import Likeness, alike

__all__ = ["REACH_OF_COPIES", "Known", "Leader", "Place", "Role", "StoryPost", "assign"]

REACH_OF_COPIES = timedelta(days=30)
"""How far apart a post and its copy may be published: the same words a season later are another story."""


class Role(StrEnum):
    """What a mention is in its story."""

    ORIGIN = "origin"
    REPOST = "repost"
    REPLY = "reply"
    COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPost:
    """One post that has no story yet; `likeness` is that of title and text."""

    post_id: str
    kind: str
    root_id: str | None
    at: datetime
    likeness: Likeness
    pictures: tuple[str, ...] = ()
    """What its pictures look like, where pictures are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """The origin of a story, against which copies are held."""

    story: str
    at: datetime
    likeness: Likeness
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A post's story, its role there, and the keys by which its copies will find it."""

    story: str
    role: Role
    keys: tuple[str, ...]
    pictures: tuple[str, ...] = ()

    @property
    def picture_keys(self) -> list[str]:
        """What posts with the same picture will find it by."""
        return sorted({key for picture in self.pictures for key in bands(picture)}) if self.role is Role.ORIGIN else []


@dataclass(slots=True)
class Known:
    """What the index says of the posts at hand: `stories` of posts that have one, ids of `trees`, and leaders."""

    stories: dict[str, Place] = field(default_factory=dict)
    """By post id: of the posts themselves (another brand's mention) and of their roots."""
    trees: frozenset[str] = frozenset()
    """Ids of posts that others have answered or reposted under a story of that id."""
    leaders: defaultdict[str, list[Leader]] = field(default_factory=lambda: defaultdict(list))
    """By key."""
    shown: defaultdict[str, list[Leader]] = field(default_factory=lambda: defaultdict(list))
    """By a part of a picture's bits."""
    distance: int = 0
    """Bits in which two pictures may differ and count as the same."""

    def add(self, leader: Leader) -> None:
        """Let copies find the leader."""
        for key in leader.likeness.keys:
            self.leaders[key].append(leader)
        for picture in leader.pictures:
            for key in bands(picture):
                self.shown[key].append(leader)


def assign(posts: Iterable[StoryPost], known: Known) -> Mapping[str, Place]:
    """Return each post's place by its id, earliest posts first, roots before their answers; `known` learns of them."""
    ordered = sorted(posts, key=lambda post: (_root(post) is not None, post.at, post.post_id))
    places = {}
    for post in ordered:
        place = known.stories.get(post.post_id) or _place(post, known)
        places[post.post_id] = known.stories[post.post_id] = place
        if place.role is Role.ORIGIN:
            known.add(Leader(story=place.story, at=post.at, likeness=post.likeness, pictures=post.pictures))
    return places


def _place(post: StoryPost, known: Known) -> Place:
    whole = post.likeness.keys[:1]
    if root := _root(post):
        known_root = known.stories.get(root)
        return Place(known_root.story if known_root else root, _answer(post.kind), whole, post.pictures)
    if post.post_id not in known.trees and (leader := _copied(post, known) or _shown(post, known)):
        return Place(leader.story, Role.COPY, whole, post.pictures)
    return Place(post.post_id, Role.ORIGIN, post.likeness.keys, post.pictures)


def _root(post: StoryPost) -> str | None:
    return post.root_id if post.root_id != post.post_id else None


def _answer(kind: str) -> Role:
    return Role.REPOST if kind == Kind.REPOST else Role.REPLY


def _copied(post: StoryPost, known: Known) -> Leader | None:
    """Return the leader that the post copies: the most alike, and of equals the earliest."""
    near: dict[str, Leader] = {
        leader.story: leader
        for key in post.likeness.keys
        for leader in known.leaders.get(key, ())
        if abs(leader.at - post.at) <= REACH_OF_COPIES and leader.story != post.post_id
    }
    scored: Sequence[tuple[float, datetime, str]] = sorted(
        (-overlap, leader.at, story)
        for story, leader in near.items()
        if (overlap := alike(leader.likeness, post.likeness))
    )
    return near[scored[0][2]] if scored else None


def _shown(post: StoryPost, known: Known) -> Leader | None:
    """Return the leader with the picture most like one of the post's, and of equals the earliest."""
    best: tuple[int, datetime, str] | None = None
    found: Leader | None = None
    for picture in post.pictures:
        near = {id(leader): leader for key in near_bands(picture) for leader in known.shown.get(key, ())}
        for leader in near.values():
            if abs(leader.at - post.at) > REACH_OF_COPIES or leader.story == post.post_id:
                continue
            apart = min(distance(picture, other) for other in leader.pictures)
            if apart <= known.distance and (best is None or (apart, leader.at, leader.story) < best):
                best, found = (apart, leader.at, leader.story), leader
    return found
