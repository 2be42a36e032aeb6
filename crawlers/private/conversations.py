"""Private messages in a stage of their own, sealed line by line; only of people who agreed, and only for a while.

    <root>/private/<source>/<account>/<window>.jsonl   one sealed message a line, and its manifest

What a person without consent said is counted in the manifest's books and not kept:
messages = kept + without_consent + events + dead.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from config import settings
from crawlers.private import consent
from crawlers.private.message import Message
from crawlers.private.seal import open_sealed, reseal, seal
from crawlers.storage import files
from crawlers.storage.stage import Batch, own_batches

__all__ = [
    "STAGE",
    "Books",
    "erase",
    "expire",
    "load_cursor",
    "messages",
    "remove",
    "replace_lines",
    "reseal_all",
    "save_cursor",
    "write",
]

STAGE = "private"


@dataclass(slots=True, kw_only=True)
class Books:
    """What became of the messages of a page; they balance."""

    messages: int = 0
    kept: int = 0
    without_consent: int = 0
    events: int = 0
    """What says nothing, such as that somebody came in."""
    dead: int = 0

    def counts(self) -> dict[str, int]:
        """Return each count by its name."""
        return {name: getattr(self, name) for name in self.__slots__}

    def add(self, other: "Books") -> None:
        """Add another page's."""
        for name, count in other.counts().items():
            setattr(self, name, getattr(self, name) + count)


def write(batch: Batch, found: Iterable[Message | None], dead: Iterable[tuple[str, bytes]]) -> Books:
    """Write a page of messages; None stands for an event that says nothing. The same page again replaces it.

    Every customer of a message must have consented.
    """
    books = Books()
    agreed: dict[tuple[str, datetime], bool] = {}
    with batch.write(hand_on=False) as writer:
        for message in found:
            books.messages += 1
            if message is None:
                books.events += 1
            elif _all_agreed(message, agreed):
                books.kept += 1
                writer.add(seal(msgspec.json.encode(message)))
            else:
                books.without_consent += 1
        for reason, content in dead:
            books.messages += 1
            books.dead += 1
            writer.set_aside(reason, seal(content).decode())
        writer.books = books.counts()
    return books


def messages(source: str) -> Iterator[Message]:
    """Yield what is kept of a source, page by page, without what was taken back or is no longer agreed to."""
    pages = sorted(own_batches(STAGE, source), key=lambda batch: (batch.query, batch.window))
    recalled = {message.recalls for batch in pages for message in _read(batch) if message.recalls}
    seen: set[str] = set()
    for batch in pages:
        for message in _read(batch):
            if message.id not in seen and message.id not in recalled and not message.recalls:
                seen.add(message.id)
                if _all_agreed(message, {}):
                    yield message


def erase(source: str, person: str) -> int:
    """Remove all that is kept of the talks that a person took part in; return how many messages went."""
    return sum(_rewrite(batch, lambda message: person not in message.people) for batch in own_batches(STAGE, source))


def expire(before: datetime, *, dry_run: bool = False) -> int:
    """Remove the pages of days before that of `before`; return how many messages went."""
    gone = 0
    for batch in own_batches(STAGE):
        if batch.window[:8] < f"{before:%Y%m%d}":
            manifest = batch.own_manifest()
            gone += manifest.count if manifest else 0
            if not dry_run:
                remove(batch)
    return gone


def remove(batch: Batch) -> None:
    """Remove a page, its manifest first."""
    for ending in ("manifest", "dead.jsonl", "jsonl"):
        files.remove(f"{batch.path}.{ending}")


def reseal_all(stage: str = STAGE) -> int:
    """Seal the batches of a stage anew with the first key; return how many lines that were."""
    count = 0
    for batch in own_batches(stage):
        lines = [reseal(line) for line in batch.lines()]
        replace_lines(batch, lines)
        count += len(lines)
    return count


def load_cursor(source: str, account: str) -> str:
    """Return how far a source was read; empty from the beginning."""
    return (files.read(_cursor(source, account)) or b"").decode()


def save_cursor(source: str, account: str, cursor: str) -> None:
    """Keep how far a source was read, once all before it is written."""
    files.replace(_cursor(source, account), cursor.encode())


def _all_agreed(message: Message, known: dict[tuple[str, datetime], bool]) -> bool:
    for person in message.people:
        key = (person, message.sent_at)
        if key not in known:
            known[key] = consent.given(message.source, *key)
        if not known[key]:
            return False
    return bool(message.people)


def _read(batch: Batch) -> Iterator[Message]:
    for line in batch.lines():
        yield msgspec.json.decode(open_sealed(line), type=Message)


def _rewrite(batch: Batch, stays: Callable[[Message], bool]) -> int:
    """Write a page anew without what may not stay; return how many messages went. A page of which all stays is left."""
    lines = list(batch.lines())
    kept = [line for line in lines if stays(msgspec.json.decode(open_sealed(line), type=Message))]
    if len(kept) < len(lines):
        replace_lines(batch, kept)
    return len(lines) - len(kept)


def replace_lines(batch: Batch, lines: Sequence[bytes], *, without: Collection[int] = ()) -> None:
    """Write a window of sealed lines anew with these alone, and its dead letters but those at these places."""
    letters, manifest = enumerate(batch.dead_letters()), batch.own_manifest()
    dead = [letter for place, letter in letters if place not in without]
    with batch.write(hand_on=False) as writer:
        for line in lines:
            writer.add(line)
        for letter in dead:
            writer.set_aside(letter.reason, reseal(letter.content.encode()).decode())
        writer.books = dict(manifest.books) if manifest else {}


def _cursor(source: str, account: str) -> str:
    return f"{settings.stage_root().rstrip('/')}/{STAGE}/cursors/{source}/{account}"
