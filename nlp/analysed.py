"""What has been analysed, from which posts and by which version: told by manifests, and by one small file in all.

    <root>/queue/versions      the versions that any batch of mentions may be of, the newest last

A change of brand, dictionary or model makes a new version. What is new is analysed by it at once; older batches stay as
they are until a backfill, and that one file says whether there are any, without a look at them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from config.errors import UserError
from crawlers.storage import files
from crawlers.storage.queue import queue_root
from crawlers.storage.stage import Batch, Manifest, manifests

__all__ = [
    "Versions",
    "made_by",
    "made_of",
    "none_older",
    "note_history",
    "note_version",
    "outdated",
    "owed",
    "version_of",
    "versions",
]


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """Versions of the analysis that batches may be of, the one in use last, and since when it is."""

    known: tuple[str, ...] = ()
    since: datetime | None = None

    @property
    def older(self) -> bool:
        """Whether there may be batches of another version than the one in use."""
        return len(self.known) > 1


def made_by(version: str, posts: Manifest, *, roots: bool) -> str:
    """Return what a batch of mentions says of its making: the version, its posts, and whether the index was asked."""
    return f"{version} {posts.sha256[:16]}" + (" roots" if roots else "")


def version_of(mentions: Manifest) -> str:
    """Return the version that made a batch of mentions."""
    return mentions.made_by.partition(" ")[0]


def made_of(mentions: Manifest, posts: Manifest) -> bool:
    """Return whether a batch of mentions was made of these posts."""
    return posts.sha256[:16] in mentions.made_by.split()[1:2]


def owed() -> list[tuple[Batch, Manifest]]:
    """Return the batches of posts that have no mentions, or mentions of other posts; it reads every manifest."""
    done = manifests("mentions")
    return [
        (batch, posts)
        for batch, posts in manifests("posts").items()
        if not (found := done.get(batch.to("mentions"))) or not made_of(found, posts)
    ]


def outdated(version: str) -> Iterator[tuple[Batch, Manifest]]:
    """Yield the batches of posts whose mentions another version made, newest first; it reads every manifest."""
    done = manifests("mentions")
    for batch, posts in reversed(manifests("posts").items()):
        if (found := done.get(batch.to("mentions"))) and version_of(found) != version:
            yield batch, posts


def versions() -> Versions:
    """Return what is noted; UserError names the file where it cannot be read."""
    path = f"{queue_root()}/versions"
    content = files.read(path)
    try:
        return msgspec.json.decode(content, type=Versions) if content else Versions()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error}): remove it; `tingfeng doctor` counts anew") from error


def note_version(version: str) -> Versions:
    """Note that this version is in use from now on, and return what is noted."""
    noted = versions()
    if noted.known[-1:] == (version,):
        return noted
    noted = Versions(known=(*(one for one in noted.known if one != version), version), since=datetime.now(UTC))
    _write(noted)
    return noted


def note_history() -> None:
    """Note the versions of all mentions that there are; it reads every manifest."""
    for version in sorted({version_of(mentions) for mentions in manifests("mentions").values()}):
        note_version(version)


def none_older(version: str) -> None:
    """Note that no batch need be of another version than this one: a backfill has ended."""
    noted = versions()
    if noted.known[-1:] == (version,):
        _write(Versions(known=(version,), since=noted.since))


def _write(noted: Versions) -> None:
    files.replace(f"{queue_root()}/versions", msgspec.json.encode(noted))
