"""Private talk and contacts, sealed line by line: those of the person go, with callbacks and what they agreed to.

Without their consent nothing that they say from then on is kept.
"""

from collections.abc import Iterator
from itertools import chain

from crawlers.private import consent, conversations
from crawlers.private.seal import open_sealed
from crawlers.storage import files
from crawlers.storage.stage import Batch, own_batches
from crawlers.wecom import contacts, inbox
from indexing.elasticsearch.store import Store
from indexing.privacy.sought import Sought

__all__ = ["erase", "look"]

_STAGES = (conversations.STAGE, contacts.STAGE)


def look(store: Store, sought: Sought) -> Iterator[str]:
    """Yield the windows, events and consents in which the person is."""
    for batch in _batches():
        if any(_theirs(line, sought) for line in batch.lines()) or any(_dead(batch, sought)):
            yield str(batch)
    for path in _files():
        if _theirs(files.read(path) or b"", sought):
            yield path


def erase(store: Store, sought: Sought) -> int:
    """Remove these lines, events and consents; return how many."""
    gone = 0
    for batch in _batches():
        lines = list(batch.lines())
        kept = [line for line in lines if not _theirs(line, sought)]
        dead = list(_dead(batch, sought))
        if len(kept) < len(lines) or any(dead):
            conversations.replace_lines(batch, kept, without=[place for place, held in enumerate(dead) if held])
            gone += len(lines) - len(kept) + sum(dead)
    for path in list(_files()):
        if _theirs(files.read(path) or b"", sought):
            files.remove(path)
            gone += 1
    return gone


def _files() -> Iterator[str]:
    return chain(inbox.files_of_events(), consent.files_of_consents())


def _batches() -> list[Batch]:
    return [batch for stage in _STAGES for batch in own_batches(stage)]


def _dead(batch: Batch, sought: Sought) -> Iterator[bool]:
    """Yield of each dead letter whether it is about the person."""
    for letter in batch.dead_letters():
        yield _theirs(letter.content.encode(), sought)


def _theirs(sealed: bytes, sought: Sought) -> bool:
    return bool(sealed) and sought.holds(open_sealed(sealed).decode("utf-8", "replace"))
