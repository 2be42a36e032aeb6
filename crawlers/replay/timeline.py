"""Moving a replay in time, and remembering where it was moved to.

Ids that carry a time move with it, so another ending means other ids: to the rest of the pipeline those are new posts.
Hence `anchor`: the first replay of a source in a data folder fixes its ending, and later ones use it again.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import settings
from crawlers.post import Post
from crawlers.replay import wires
from crawlers.replay.errors import SourceError
from crawlers.storage.stage import query_folder

__all__ = ["anchor", "ending_of", "shifted"]


def anchor(source: str, now: datetime | None = None, *, fresh: bool = False) -> datetime:
    """Return the ending of `source` in this data folder: the one kept, or `now` (to the second), which is kept then.

    With `fresh`, `now` takes the place of what was kept: every post with a time in its id will be a new one.
    """
    path = settings.data_dir() / "replay" / f"anchor-{query_folder(source)}.txt"
    kept = None if fresh else _kept(path)
    return kept or _keep(path, (now or datetime.now(UTC)).replace(microsecond=0), fresh)


def ending_of(source: str, text: str | None, *, fresh: bool = False) -> datetime | None:
    """Return what a person means by `--ending`: None leaves times alone, `now` is the source's anchor, else a time.

    A time without a zone is Asia/Shanghai's; SourceError when it is none.
    """
    if text is None:
        return None
    if text == "now":
        return anchor(source, fresh=fresh)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SourceError(f"--ending {text}: give now, or a time such as 2026-11-22T20:00+08:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.DAY_ZONE)


def _kept(path: Path) -> datetime | None:
    try:
        moment = datetime.fromisoformat(path.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise SourceError(f"{path}: holds no time ({error}): remove it, or replay with --fresh") from error
    if moment.tzinfo is None:
        raise SourceError(f"{path}: its time has no zone: remove it, or replay with --fresh")
    return moment


def _keep(path: Path, moment: datetime, fresh: bool) -> datetime:
    """Write the anchor whole; of two replays that start at once, one writes it and both use it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(f".{os.getpid()}.tmp")
    written.write_text(moment.isoformat() + "\n", encoding="utf-8")
    try:
        if fresh:
            written.replace(path)
        else:
            path.hardlink_to(written)
    except FileExistsError:
        return _kept(path) or moment
    finally:
        written.unlink(missing_ok=True)
    return moment


def shifted(posts: Sequence[Post], ending: datetime) -> list[Post]:
    """Move all posts by the same whole seconds, so that the newest is published at `ending`; references follow.

    What had to be made anew is named in `synthetic`. SourceError when two posts would get one id.
    """
    if not posts:
        return []
    seconds = int((ending - max(post.published_at for post in posts)).total_seconds() // 1)
    ids = {(post.platform, post.native_id): _moved(post, post.native_id, post.published_at, seconds) for post in posts}
    moved = [_shifted(post, seconds, ids) for post in posts]
    if len({post.id for post in moved}) != len({post.id for post in posts}):
        raise SourceError("two posts of this source get the same id when they are moved: replay it without --ending")
    return moved


def _shifted(post: Post, seconds: int, ids: dict[tuple[str, str], str]) -> Post:
    def moved_id(native_id: str, platform: str = post.platform) -> str:
        return ids.get((platform, native_id)) or _moved(post, native_id, None, seconds)

    by = timedelta(seconds=seconds)
    native_id, root_id = moved_id(post.native_id), post.root_id
    if root_id is not None and root_id.count(":") >= 2:
        platform, kind, root = root_id.split(":", 2)
        root_id = f"{platform}:{kind}:{moved_id(root, platform)}"
    made = {"published_at"} if seconds else set()
    if native_id != post.native_id:
        made |= {"native_id", "url"}
    return replace(
        post,
        native_id=native_id,
        url=post.url.replace(post.native_id, native_id),
        published_at=post.published_at + by,
        fetched_at=post.fetched_at + by,
        edited_at=post.edited_at + by if post.edited_at else None,
        parent_id=moved_id(post.parent_id) if post.parent_id is not None else None,
        root_id=root_id,
        synthetic=tuple(sorted(made.union(post.synthetic))),
    )


def _moved(post: Post, native_id: str, published_at: datetime | None, seconds: int) -> str:
    return wires.moved_id(post.feed, native_id, published_at, seconds)
