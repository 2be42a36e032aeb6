"""The stages' windows: posts, mentions, answers and dead letters, in files of their own and in packs."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from crawlers.storage.compact import Content, rewrite
from crawlers.storage.days import Day, days
from crawlers.storage.manifest import Manifest
from crawlers.storage.stage import STAGES, batches
from indexing.elasticsearch.store import Store
from indexing.privacy.sought import Sought, cleaned

__all__ = ["erase", "find_posts", "look"]

_EVER = "99999999"
_TELLING = 6
"""Characters from which on a post's own id, which others' posts name, can be nothing else."""
_LATER = timedelta(microseconds=1)
"""By how much a changed window is newer than the one in whose place it stands."""
_WRITTEN = ("runs", "indexed", "replies", "mentions", "posts")
"""The order of writing: what is made of posts bears their digest, so that a kill leaves them to be analysed at most."""


class _Author(msgspec.Struct):
    id: str
    name: str | None = None


class _Post(msgspec.Struct):
    platform: str
    kind: str
    native_id: str
    author: _Author | None = None


_post = msgspec.json.Decoder(_Post)


def find_posts(sought: Sought) -> None:
    """Let `sought` learn which posts the accounts wrote, and under which ids and names."""
    for batch in batches("posts"):
        for line in batch.lines():
            post = _read(line)
            if post and post.author and sought.wrote(post.platform, post.author.id):
                id = f"{post.platform}:{post.kind}:{post.native_id}"
                native = post.native_id if len(post.native_id) >= _TELLING else None
                sought.know(posts=[id], plain=[post.author.id, native], names=[post.author.name])


def look(store: Store, sought: Sought) -> Iterator[str]:
    """Yield the windows that hold a word, or what the accounts wrote."""
    for stage in STAGES:
        for batch in batches(stage):
            if any(_without(line, sought) != line for line in batch.lines()):
                yield str(batch)
            elif any(sought.holds(letter.content) or sought.holds(letter.reason) for letter in batch.dead_letters()):
                yield f"{batch}, what was set aside"


def erase(store: Store, sought: Sought) -> int:
    """Take the accounts' posts, and the words in those of others, out of every window; return how many changed."""
    return sum(_erase(day, sought) for day in days(_EVER))


def _erase(day: Day, sought: Sought) -> int:
    """Rewrite one query's day. Of each stage it is known first what the others will be, for their manifests say it."""
    plan: dict[str, dict[str, tuple[Manifest, Manifest]]] = {}
    for stage in STAGES:
        plan[stage] = dict(_planned(day, stage, sought, plan))
    return sum(rewrite(stage, day, _change(stage, sought, plan)) for stage in _WRITTEN)


_Plan = Mapping[str, Mapping[str, tuple[Manifest, Manifest]]]
"""By stage and window: the manifest as it is, and as it will be."""


def _planned(day: Day, stage: str, sought: Sought, plan: _Plan) -> Iterator[tuple[str, tuple[Manifest, Manifest]]]:
    change = _change(stage, sought, plan)
    for window, manifest in day.manifests(stage).items():
        if manifest:
            lines = b"".join(line + b"\n" for line in day.batch(stage, window).lines())
            changed = change(window, Content(manifest=manifest, lines=lines, dead=b""))
            yield window, (manifest, changed.manifest)


def _change(stage: str, sought: Sought, plan: _Plan) -> Callable[[str, Content], Content]:
    def change(window: str, content: Content) -> Content:
        lines = _clean(content.lines, lambda line: _without(line, sought))
        dead = _clean(content.dead, lambda line: _letter(line, sought))
        made_by = _made_by(stage, window, content.manifest.made_by, plan)
        if (lines, dead, made_by) == (content.lines, content.dead, content.manifest.made_by):
            return content
        manifest = replace(
            content.manifest,
            count=lines.count(b"\n"),
            sha256=hashlib.sha256(lines).hexdigest(),
            made_by=made_by,
            made_at=content.manifest.made_at + _LATER,
        )
        return replace(content, manifest=manifest, lines=lines, dead=dead, own=content.own)

    return change


def _made_by(stage: str, window: str, made_by: str, plan: _Plan) -> str:
    """Return what a changed window says of its making: of the posts, or the mentions, as they will be."""
    of = {"mentions": "posts", "replies": "posts", "indexed": "mentions"}.get(stage)
    pair = plan.get(of or "", {}).get(window)
    if pair is None:
        return made_by
    was, now = pair
    if of == "posts":
        return made_by.replace(was.sha256[:16], now.sha256[:16])
    return made_by.replace(f"{was.made_at.isoformat()} {was.sha256}", f"{now.made_at.isoformat()} {now.sha256}")


def _clean(content: bytes, without: Callable[[bytes], bytes | None]) -> bytes:
    kept = (without(line) for line in content.splitlines())
    return b"".join(line + b"\n" for line in kept if line is not None)


def _without(line: bytes, sought: Sought) -> bytes | None:
    """Return a line of any stage without the words; None where the accounts wrote the post that it is about."""
    post = _read(line)
    if post and post.author and sought.wrote(post.platform, post.author.id):
        return None
    if not sought.holds(line.decode("utf-8", "replace")):
        return line
    value: Any = msgspec.json.decode(line)
    if sought.is_word(_id_of(value)):
        return None
    made = msgspec.json.encode(cleaned(value, sought))
    return made if msgspec.json.decode(made) != value else line


def _letter(line: bytes, sought: Sought) -> bytes | None:
    """Return a dead letter, or None where it holds a word: nobody can tell what else of theirs is in it."""
    return None if sought.holds(line.decode("utf-8", "replace")) else line


def _read(line: bytes) -> _Post | None:
    """Return the post of a line of posts or mentions; None for lines of other kinds."""
    try:
        return _mention.decode(line).post or _post.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class _Mention(msgspec.Struct):
    post: _Post | None = None


_mention = msgspec.json.Decoder(_Mention)


def _id_of(value: Any) -> str:
    post = value.get("post") if isinstance(value, dict) else None
    post = post if isinstance(post, dict) else value
    parts = [post.get(name) for name in ("platform", "kind", "native_id")] if isinstance(post, dict) else [None]
    return ":".join(map(str, parts)) if None not in parts else ""
