"""What all rules ask of the index, in as few searches as can be.

Every rule is a generator that yields what it wants to know and is sent the answers. All rules go in step: what they ask
in one round goes out together, equal searches once, and counts over the same time as one search with many filters. No
Painless and no pipeline aggregation, so that the embedded node and every licence serve.
"""

import logging
from collections import defaultdict
from collections.abc import Generator, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import msgspec

from config.errors import UserError
from config.query import QueryError
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["Response", "Request", "SearchRounds", "Body", "EvaluationFailed", "Search", "Tally", "drive"]

Body = dict[str, Any]
Response = Mapping[str, Any]
T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)

_SEARCHES_AT_ONCE = 100
_MOST_BUCKETS = 50_000  # below the server's limit of 65,535 for one search
_MOST_FILTERS = 250

_log = logging.getLogger(__name__)


class EvaluationFailed(UserError):
    """The index could not answer any rule; see the message, and evaluate again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search as it is sent; the answer is Elasticsearch's own."""

    body: Body
    kind: str = "mentions"
    """The kind of index that is asked."""
    optional: bool = False
    """Whether a failure is answered with {} instead of ending the asking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of what `filter` matches, taken apart by `aggs`; the answer is the filter's bucket.

    `query` is what all that match have in common, such as a time; tallies with the same one are sent together.
    """

    query: Body
    filter: Body
    aggs: Body
    buckets: int = 1
    """Buckets that the answer may have, at the most."""
    kind: str = "mentions"


Request = Search | Tally
SearchRounds = Generator[list[Request], list[Response], T]
"""Something that asks in rounds and returns what it has found."""


def drive(store: Store, rounds: Mapping[Key, SearchRounds[T]]) -> tuple[dict[Key, T], dict[Key, str]]:
    """Run all askings to their ends; return what each returned, and why each that has failed did."""
    results: dict[Key, T] = {}
    failures: dict[Key, str] = {}
    responses: dict[Key, list[Response] | None] = dict.fromkeys(rounds)
    while responses:
        requested: dict[Key, list[Request]] = {}
        for key, response in responses.items():
            try:
                requested[key] = rounds[key].send(response)  # type: ignore[arg-type]
            except StopIteration as end:
                results[key] = end.value
            except QueryError as error:
                failures[key] = str(error)
                _log.error("rule %s could not be evaluated: %s", key, error)
        responses = {}
        for key, answer_or_reason in _answer_all(store, requested):
            if isinstance(answer_or_reason, str):
                failures[key] = answer_or_reason
                rounds[key].close()
                _log.error("rule %s could not be evaluated: %s", key, answer_or_reason)
            else:
                responses[key] = answer_or_reason
    return results, failures


def _answer_all(store: Store, requested: Mapping[Key, list[Request]]) -> Iterator[tuple[Key, list[Response] | str]]:
    """Yield each asking's answers, or the reason why one of them cannot be relied on."""
    searches: dict[bytes, Search] = {}
    places: dict[tuple[Key, int], tuple[bytes, str | None]] = {}
    tallies: defaultdict[bytes, list[tuple[tuple[Key, int], Tally]]] = defaultdict(list)
    for key, requests in requested.items():
        for number, request in enumerate(requests):
            if isinstance(request, Search):
                name = _name(request.kind, request.body)
                searches[name] = request
                places[key, number] = (name, None)
            else:
                tallies[_name(request.kind, [request.query, request.aggs])].append(((key, number), request))
    for together in tallies.values():
        for name, search, own in _merged(together):
            searches[name] = search
            places |= own
    responses = dict(zip(searches, _send(store, list(searches.values())), strict=True))
    alone = _alone(requested, places, responses)  # one rule's filter must not silence those that it was sent with
    searches = {name: search for name, search, _ in alone.values()}
    responses |= dict(zip(searches, _send(store, list(searches.values())), strict=True))
    places |= {place: (name, number) for place, (name, _, number) in alone.items()}
    for key, requests in requested.items():
        found = [
            _pick(responses[places[key, number][0]], places[key, number][1], request)
            for number, request in enumerate(requests)
        ]
        yield (
            key,
            next((one for one in found if isinstance(one, str)), None)
            or [one for one in found if not isinstance(one, str)],
        )


def _alone(
    requested: Mapping[Key, list[Request]],
    places: Mapping[tuple[Key, int], tuple[bytes, str | None]],
    responses: Mapping[bytes, Response],
) -> dict[tuple[Key, int], tuple[bytes, Search, str | None]]:
    """Return, for every tally whose common search failed, a search of its own."""
    failed = {
        place: request
        for key, requests in requested.items()
        for place, request in (((key, number), request) for number, request in enumerate(requests))
        if isinstance(request, Tally) and _failure(responses[places[place][0]])
    }
    alone = {}
    for place, tally in failed.items():
        ((name, search, own),) = _merged([(place, tally)])
        alone[place] = (name, search, own[place][1])
    return alone


def _merged(
    together: Sequence[tuple[tuple[Key, int], Tally]],
) -> Iterator[tuple[bytes, Search, dict[tuple[Key, int], tuple[bytes, str | None]]]]:
    """Yield searches with many filters each, and where in them every tally's answer will be."""
    by_filter: defaultdict[bytes, list[tuple[Key, int]]] = defaultdict(list)
    filters = {}
    for place, tally in together:
        name = msgspec.json.encode(tally.filter, order="sorted")
        by_filter[name].append(place)
        filters[name] = tally.filter
    example = together[0][1]
    most = max(tally.buckets for _, tally in together)
    at_once = max(1, min(_MOST_FILTERS, _MOST_BUCKETS // max(1, most)))
    names = list(by_filter)
    for start in range(0, len(names), at_once):
        some = names[start : start + at_once]
        own = {str(number): filters[name] for number, name in enumerate(some)}
        body = {
            "size": 0,
            "query": {"bool": {"filter": [example.query]}},
            "aggs": {"of": {"filters": {"filters": own}, **({"aggs": example.aggs} if example.aggs else {})}},
        }
        search = Search(kind=example.kind, body=body)
        search_name = _name(example.kind, body)
        places = {place: (search_name, str(number)) for number, name in enumerate(some) for place in by_filter[name]}
        yield search_name, search, places  # type: ignore[misc]


def _name(kind: str, body: Any) -> bytes:
    return kind.encode() + b" " + msgspec.json.encode(body, order="sorted")


def _send(store: Store, searches: Sequence[Search]) -> list[Response]:
    responses: list[Response] = []
    for start in range(0, len(searches), _SEARCHES_AT_ONCE):
        parts = [
            part
            for search in searches[start : start + _SEARCHES_AT_ONCE]
            for part in ({"index": store.alias(search.kind), "ignore_unavailable": True}, search.body)
        ]
        responses += with_retries(partial(store.client.msearch, searches=parts))["responses"]
    return responses


def _pick(response: Response, name: str | None, request: Request) -> Response | str:
    if reason := _failure(response):
        return {} if isinstance(request, Search) and request.optional else reason
    return response if name is None else dict(response["aggregations"]["of"]["buckets"][name])


def _failure(response: Response) -> str | None:
    """Return why the answer cannot be relied on; half an answer would read as a quiet brand."""
    if "error" in response:
        causes = response["error"].get("root_cause") or [response["error"]]
        return str(causes[0].get("reason") or causes[0].get("type"))
    if not response["_shards"]["total"]:
        return "there is no index of mentions"
    if response.get("timed_out") or response["_shards"]["failed"]:
        return f"{response['_shards']['failed']} of {response['_shards']['total']} shards did not answer"
    return None
