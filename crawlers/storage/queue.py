"""What each stage has handed on to the next: one small marker for each finished write of a batch.

    <root>/queue/<consumer>/<window>~<feed>~<query>~<mark>          the batch waits for this consumer
    <root>/queue/failed/<consumer>/<window>~<feed>~<query>~<mark>   the consumer could not use it; holds the reason
    <root>/queue/format                                             which form all of this has

A marker says everything by its name, so that one listing of what waits is all that a consumer reads. A mark sorts by
time, and the batch's manifest repeats it: a marker is removed only after work on a manifest whose mark is as late.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from config import settings
from config.errors import UserError
from crawlers.storage.files import names, read, remove, replace, touch

__all__ = [
    "BACKFILL",
    "CONSUMERS",
    "Marker",
    "NewerQueue",
    "begin",
    "begun",
    "fail",
    "failed",
    "forgive",
    "markers",
    "new_mark",
    "note_packs",
    "put",
    "queue_root",
    "take_off",
    "unreadable",
]

CONSUMERS = {"posts": "analyse", "mentions": "index"}
"""By the stage that wrote a batch, who takes it up."""
BACKFILL = "backfill"
"""Who takes up what was queued by hand to be analysed anew; no stage hands on to it."""
_STAGES = {consumer: stage for stage, consumer in CONSUMERS.items()} | {BACKFILL: "posts"}
_FORMATS = ("1", "2")
"""1: every window lies in files of its own; 2: finished days may lie in packs."""
_TIME = "%Y%m%dT%H%M%S.%fZ"


class NewerQueue(UserError):
    """A newer version has written the queue; use that version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """One write of one batch that waits for a consumer; `batch` is its path, such as `posts/rss/小米-1a2b/2026…Z`."""

    consumer: str
    batch: str
    mark: str

    @classmethod
    def named(cls, consumer: str, name: str) -> "Marker | None":
        """Return the marker of a file's name, or None where it is no marker's."""
        parts = name.split("~")
        if len(parts) != 4 or not all(parts):
            return None
        window, feed, query, mark = parts
        return cls(consumer=consumer, batch=f"{_STAGES[consumer]}/{feed}/{query}/{window}", mark=mark)

    @property
    def name(self) -> str:
        """The file's name, which sorts by the window."""
        _, feed, query, window = self.batch.rsplit("/", 3)
        return f"{window}~{feed}~{query}~{self.mark}"

    @property
    def path(self) -> str:
        """The file's path."""
        return f"{queue_root()}/{self.consumer}/{self.name}"

    @property
    def failed_path(self) -> str:
        """The path of the file with the reason, once the marker is set aside."""
        return f"{queue_root()}/failed/{self.consumer}/{self.name}"

    @property
    def put_at(self) -> datetime:
        """When the write was made; the beginning of time for those from before there were marks."""
        try:
            return datetime.strptime(self.mark.partition("-")[0], _TIME).replace(tzinfo=UTC)
        except ValueError:
            return datetime.min.replace(tzinfo=UTC)


def queue_root() -> str:
    """Return the folder below the stages' root."""
    return f"{settings.stage_root().rstrip('/')}/queue"


def new_mark() -> str:
    """Return the mark of a write that is about to become visible; later ones sort behind it, and no two are alike."""
    return f"{datetime.now(UTC).strftime(_TIME)}-{uuid.uuid4().hex[:8]}"


def put(marker: Marker) -> None:
    """Let a batch wait for its consumer; putting it twice is putting it once."""
    touch(marker.path)


def take_off(marker: Marker) -> None:
    """Remove a marker whose work is done."""
    remove(marker.path)


def fail(marker: Marker, reason: str) -> None:
    """Set a marker aside with the reason why its consumer could not use the batch."""
    _set_aside(marker.consumer, marker.name, reason)


def markers(consumer: str) -> list[Marker]:
    """Return what waits for a consumer, by window."""
    found = (Marker.named(consumer, name) for name in names(f"{queue_root()}/{consumer}"))
    return [marker for marker in found if marker]


def unreadable(consumer: str) -> list[str]:
    """Set aside the files in a consumer's queue that are no markers, and return a message for each."""
    aside = f"{queue_root()}/failed/{consumer}"
    reasons = []
    for name in names(f"{queue_root()}/{consumer}"):
        if Marker.named(consumer, name) is None:
            reason = f"{aside}/{name}: not the name of a marker, moved here from the queue: remove it"
            _set_aside(consumer, name, f"{reason}; `tingfeng doctor` finds what it may have stood for")
            reasons.append(reason)
    return reasons


def failed(consumer: str) -> dict[Marker, str]:
    """Return what was set aside, with the reason."""
    folder = f"{queue_root()}/failed/{consumer}"
    found = ((Marker.named(consumer, name), read(f"{folder}/{name}")) for name in names(folder))
    return {marker: reason.decode(errors="replace") for marker, reason in found if marker and reason is not None}


def forgive(marker: Marker) -> None:
    """Forget that a marker was set aside."""
    remove(marker.failed_path)


def begun() -> bool:
    """Return whether this folder has its queue already; NewerQueue when a newer version has written it."""
    path = f"{queue_root()}/format"
    content = read(path)
    if content is None:
        return False
    if content.strip().decode(errors="replace") not in _FORMATS:
        found, known = content.decode(errors="replace").strip()[:20], " and ".join(_FORMATS)
        raise NewerQueue(f"{path}: form {found!r}, this version knows {known}: use the version that wrote it")
    return True


def begin() -> None:
    """Note that all that was owed from before there was a queue is in it."""
    replace(f"{queue_root()}/format", _FORMATS[0].encode())


def note_packs() -> None:
    """Note that there are packs from now on, so that no version reads on that does not know them."""
    replace(f"{queue_root()}/format", _FORMATS[1].encode())


def _set_aside(consumer: str, name: str, reason: str) -> None:
    replace(f"{queue_root()}/failed/{consumer}/{name}", reason.encode())
    remove(f"{queue_root()}/{consumer}/{name}")
