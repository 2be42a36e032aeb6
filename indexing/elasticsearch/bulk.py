"""Many writes in few requests: each gets its own answer, in order; what is retryable is tried again until it passes."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from indexing.elasticsearch.ahead import side_by_side
from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.errors import Overloaded, ReadOnly
from indexing.elasticsearch.own_writes import note
from indexing.elasticsearch.retry import MAX_WAIT, backoff, is_transient, with_retries
from indexing.elasticsearch.stop import safe_place

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

__all__ = ["Action", "BulkResult", "send"]

_REQUEST_BYTES = 8_000_000
_REQUEST_ACTIONS = 1_000
_WAYS = 2
"""Requests at the same time: an index writes each of them by one thread."""
_LARGE = 200
"""Actions from which on there are so many, for each takes some time of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One write. `index` is an alias; none is made by writing to it. `seen` is (seq_no, primary_term) as read."""

    operation: str
    """`create` (409 when the document is there), `index` (replaces it) or `delete`."""
    index: str
    id: str
    source: Mapping[str, Any] | None = None
    seen: tuple[int, int] | None = None

    def lines(self) -> bytes:
        """Return the action as the bulk API's one or two lines, without the last line end."""
        head: dict[str, Any] = {"_index": self.index, "_id": self.id, "require_alias": True}
        if self.seen:
            head["if_seq_no"], head["if_primary_term"] = self.seen
        lines = msgspec.json.encode({self.operation: head})
        return lines if self.source is None else lines + b"\n" + msgspec.json.encode(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What became of one action: an HTTP status, and Elasticsearch's reason where it refused."""

    status: int
    reason: str = ""

    @property
    def done(self) -> bool:
        """Whether the write took place."""
        return self.status < 300


def send(
    client: "Elasticsearch", actions: Sequence[Action], max_wait: float = MAX_WAIT, *, ways: int = _WAYS
) -> list[BulkResult]:
    """Write, and return an answer an action; 409, 404 and refusals are the caller's to judge.

    Many go by two requests (`ways`) at the same time: only writes of one document, and what is written before others
    are deleted, keep their order. A request that was lost on its way is sent again, so a `create` that did take place
    may answer 409. Raises a StoreError when the cluster does not come back within `max_wait` seconds.
    """
    client = with_options(client, max_retries=0)
    results: dict[int, BulkResult] = {}
    waiting = {place: action.lines() for place, action in enumerate(actions)}
    tries = backoff(max_wait)
    while waiting:
        places = iter(waiting)
        while some := {place: waiting[place] for place in islice(places, ways * _REQUEST_ACTIONS)}:
            safe_place()
            for items in side_by_side(partial(_one_way, client, max_wait), _ways(actions, some, ways), ways):
                note(items.values())  # by the caller's own thread, which counts them
                results |= {place: _answer(next(iter(item.values()))) for place, item in items.items()}
        waiting = {
            place: lines
            for place, lines in waiting.items()
            if is_transient(results[place].status, results[place].reason)
        }
        if waiting:
            _rest(tries, results[next(iter(waiting))].reason)
    return [results[place] for place in range(len(actions))]


def _ways(actions: Sequence[Action], waiting: Mapping[int, bytes], count: int) -> list[dict[int, bytes]]:
    """Deal out what is to be written; what concerns one document goes one way, in its order.

    Where something is deleted all goes one way, for another document may be written to take its place.
    """
    if len(waiting) < _LARGE or any(actions[place].operation == "delete" for place in waiting):
        return [dict(waiting)]
    ways: list[dict[int, bytes]] = [{} for _ in range(count)]
    way_of: dict[tuple[str, str], int] = {}
    for number, (place, lines) in enumerate(waiting.items()):
        way = way_of.setdefault((actions[place].index, actions[place].id), number * count // len(waiting))
        ways[way][place] = lines
    return [way for way in ways if way]


def _one_way(client: "Elasticsearch", max_wait: float, bodies: Mapping[int, bytes]) -> dict[int, Mapping[str, Any]]:
    """Send one request after the other, and return the items of the answers."""
    items: dict[int, Mapping[str, Any]] = {}
    for chunk in _chunks(bodies):
        items.update(zip(chunk, _request(client, [bodies[place] for place in chunk], max_wait), strict=True))
    return items


def _rest(tries: Iterator[float], reason: str) -> None:
    pause = next(tries, None)
    if pause is None:
        kind = ReadOnly if "block" in reason else Overloaded
        raise kind(
            f"Elasticsearch went on refusing to write ({reason}): look at its health and its disk, then run the same"
            " again; nothing is lost"
        )
    time.sleep(pause)


def _request(client: "Elasticsearch", bodies: Sequence[bytes], max_wait: float) -> list[Mapping[str, Any]]:
    """Send one request, and return the items of its answer; one that is too large for the cluster is halved."""
    from elasticsearch import ApiError

    try:
        response = with_retries(lambda: client.bulk(operations=bodies), max_wait)  # type: ignore[arg-type]
    except ApiError as error:
        if error.meta.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        if len(bodies) == 1:
            reason = f"{len(bodies[0]):,} bytes are more than this cluster takes at once"
            return [{"write": {"status": HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "error": {"reason": reason}}}]
        half = len(bodies) // 2
        return [*_request(client, bodies[:half], max_wait), *_request(client, bodies[half:], max_wait)]
    return list(response["items"])


def _answer(item: Mapping[str, Any]) -> BulkResult:
    error = item.get("error")
    if not error:
        return BulkResult(status=item["status"])
    cause = (error.get("caused_by") or {}).get("reason")
    reason = ": ".join(str(error[name]) for name in ("type", "reason") if name in error)
    return BulkResult(status=item["status"], reason=f"{reason} ({cause})" if cause else reason)


def _chunks(bodies: Mapping[int, bytes]) -> Iterator[list[int]]:
    chunk: list[int] = []
    size = 0
    for place, body in bodies.items():
        if chunk and (size + len(body) > _REQUEST_BYTES or len(chunk) == _REQUEST_ACTIONS):
            yield chunk
            chunk, size = [], 0
        chunk.append(place)
        size += len(body)
    if chunk:
        yield chunk
