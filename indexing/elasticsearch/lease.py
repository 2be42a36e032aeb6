"""One rebuild, backup or restore at a time, one telling of stories: a document says who is at it, while they live."""

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.errors import Busy

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

__all__ = ["Lease", "free_from_the_dead", "lease"]

_LIFE = 60.0
"""Seconds of silence after which a holder counts as dead; one on this machine does as soon as its process has ended."""
_ID = "exchange"
"""What is held unless somebody says otherwise: the right to exchange the index, or to read it whole."""


class Lease:
    """The right to exchange the index; `keep` runs in a thread and says that the holder lives."""

    def __init__(self, client: "Elasticsearch", index: str, purpose: str, id: str = _ID) -> None:
        self._client, self._index, self._id = client, index, id
        self._document: dict[str, Any] = {
            "purpose": purpose,
            "owner": uuid.uuid4().hex,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "exchanging": False,
        }
        self._turn, self._ended = threading.Lock(), threading.Event()
        self._seen: Mapping[str, Any] = {"op_type": "create"}
        self._lost = False

    def take(self) -> None:
        """Raise Busy unless nobody who lives holds it."""
        from elasticsearch import ConflictError

        known = with_options(self._client, ignore_status=404).get(index=self._index, id=self._id)
        if known.get("found"):
            holder = known["_source"]
            if _lives(holder):
                who = f"process {holder['pid']} on {holder['host']}"
                raise Busy(f"a {holder['purpose']} runs already ({who}): wait for its end")
            self._seen = {"if_seq_no": known["_seq_no"], "if_primary_term": known["_primary_term"]}
        try:
            self._say(_LIFE)
        except ConflictError as error:
            raise Busy(
                f"something else has just begun where a {self._document['purpose']} would: wait for its end"
            ) from error

    def keep(self) -> None:
        """Say again and again that the holder lives, until `end`."""
        from elastic_transport import TransportError
        from elasticsearch import ApiError, ConflictError

        while not self._ended.wait(_LIFE / 6):
            try:
                self._say(_LIFE)
            except ConflictError:
                self._lost = True
            except (ApiError, TransportError):
                continue  # the cluster is busy; there are more tries before the time is up

    def end(self) -> None:
        """Stop `keep`."""
        self._ended.set()

    def check(self) -> None:
        """Raise Busy when another process has taken over, because this one stood still for too long."""
        if self._lost:
            raise Busy("another process took over while this one stood still: run the same again")

    def exchanging(self, yes: bool) -> None:
        """Note whether writers are being held back, so that somebody lets them go if this process dies."""
        self.check()
        self._document["exchanging"] = yes
        self._say(_LIFE)

    def release(self) -> None:
        """Let others in; where that cannot be said, they see it by the process or the time."""
        from elastic_transport import TransportError
        from elasticsearch import ApiError

        if not self._lost:
            with suppress(ApiError, TransportError):
                self._say(0)

    def _say(self, life: float) -> None:
        with self._turn:
            document = {**self._document, "expires_at": round((time.time() + life) * 1000)}
            answer = self._client.index(index=self._index, id=self._id, document=document, **self._seen)
            self._seen = {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}


@contextmanager
def lease(client: "Elasticsearch", index: str, purpose: str, id: str = _ID) -> Iterator[Lease]:
    """Hold the lease `id` of `index` while the block runs; raises Busy while another process that lives holds it."""
    held = Lease(client, index, purpose, id)
    held.take()
    keeper = threading.Thread(target=held.keep, daemon=True)
    keeper.start()
    try:
        yield held
    finally:
        held.end()
        keeper.join()
        held.release()


def free_from_the_dead(client: "Elasticsearch", index: str, free: Callable[[], None]) -> None:
    """Call `free` when somebody has died who was holding writers back."""
    known = with_options(client, ignore_status=404).get(index=index, id=_ID)
    if known.get("found") and known["_source"]["exchanging"] and not _lives(known["_source"]):
        free()
        place = {"if_seq_no": known["_seq_no"], "if_primary_term": known["_primary_term"]}
        source = {**known["_source"], "exchanging": False}
        with_options(client, ignore_status=409).index(index=index, id=_ID, document=source, **place)


def _lives(holder: Mapping[str, Any]) -> bool:
    if holder["expires_at"] <= time.time() * 1000:
        return False
    if holder["host"] != socket.gethostname():
        return True
    try:
        os.kill(holder["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
