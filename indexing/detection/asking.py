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

from config.errors import Mendable
from config.query import QueryError
from indexing.elasticsearch.patience import patiently
from indexing.elasticsearch.store import Store

__all__ = ["Answer", "Ask", "Asking", "Body", "EvaluationFailed", "Search", "Tally", "drive"]

Body = dict[str, Any]
Answer = Mapping[str, Any]
T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)

_SEARCHES_AT_ONCE = 100
_MOST_BUCKETS = 50_000  # below the server's limit of 65,535 for one search
_MOST_FILTERS = 250

_log = logging.getLogger(__name__)


class EvaluationFailed(Mendable):
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


Ask = Search | Tally
Asking = Generator[list[Ask], list[Answer], T]
"""Something that asks in rounds and returns what it has found."""


def drive(store: Store, askings: Mapping[Key, Asking[T]]) -> tuple[dict[Key, T], dict[Key, str]]:
    """Run all askings to their ends; return what each returned, and why each that has failed did."""
    results: dict[Key, T] = {}
    failures: dict[Key, str] = {}
    answers: dict[Key, list[Answer] | None] = dict.fromkeys(askings)
    while answers:
        asked: dict[Key, list[Ask]] = {}
        for key, answer in answers.items():
            try:
                asked[key] = askings[key].send(answer)  # type: ignore[arg-type]
            except StopIteration as end:
                results[key] = end.value
            except QueryError as error:
                failures[key] = str(error)
                _log.error("rule %s could not be evaluated: %s", key, error)
        answers = {}
        for key, answer_or_reason in _ask_all(store, asked):
            if isinstance(answer_or_reason, str):
                failures[key] = answer_or_reason
                askings[key].close()
                _log.error("rule %s could not be evaluated: %s", key, answer_or_reason)
            else:
                answers[key] = answer_or_reason
    return results, failures


def _ask_all(store: Store, asked: Mapping[Key, list[Ask]]) -> Iterator[tuple[Key, list[Answer] | str]]:
    """Yield each asking's answers, or the reason why one of them cannot be relied on."""
    searches: dict[bytes, Search] = {}
    places: dict[tuple[Key, int], tuple[bytes, str | None]] = {}
    tallies: defaultdict[bytes, list[tuple[tuple[Key, int], Tally]]] = defaultdict(list)
    for key, asks in asked.items():
        for number, ask in enumerate(asks):
            if isinstance(ask, Search):
                name = _name(ask.kind, ask.body)
                searches[name] = ask
                places[key, number] = (name, None)
            else:
                tallies[_name(ask.kind, [ask.query, ask.aggs])].append(((key, number), ask))
    for together in tallies.values():
        for name, search, own in _merged(together):
            searches[name] = search
            places |= own
    answers = dict(zip(searches, _send(store, list(searches.values())), strict=True))
    alone = _alone(asked, places, answers)  # one rule's filter must not silence those that it was sent with
    searches = {name: search for name, search, _ in alone.values()}
    answers |= dict(zip(searches, _send(store, list(searches.values())), strict=True))
    places |= {place: (name, number) for place, (name, _, number) in alone.items()}
    for key, asks in asked.items():
        found = [_pick(answers[places[key, number][0]], places[key, number][1], ask) for number, ask in enumerate(asks)]
        yield (
            key,
            next((one for one in found if isinstance(one, str)), None)
            or [one for one in found if not isinstance(one, str)],
        )


def _alone(
    asked: Mapping[Key, list[Ask]],
    places: Mapping[tuple[Key, int], tuple[bytes, str | None]],
    answers: Mapping[bytes, Answer],
) -> dict[tuple[Key, int], tuple[bytes, Search, str | None]]:
    """Return, for every tally whose common search failed, a search of its own."""
    failed = {
        place: ask
        for key, asks in asked.items()
        for place, ask in (((key, number), ask) for number, ask in enumerate(asks))
        if isinstance(ask, Tally) and _failure(answers[places[place][0]])
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


def _send(store: Store, searches: Sequence[Search]) -> list[Answer]:
    answers: list[Answer] = []
    for start in range(0, len(searches), _SEARCHES_AT_ONCE):
        parts = [
            part
            for search in searches[start : start + _SEARCHES_AT_ONCE]
            for part in ({"index": store.alias(search.kind), "ignore_unavailable": True}, search.body)
        ]
        answers += patiently(partial(store.client.msearch, searches=parts))["responses"]
    return answers


def _pick(answer: Answer, name: str | None, ask: Ask) -> Answer | str:
    if reason := _failure(answer):
        return {} if isinstance(ask, Search) and ask.optional else reason
    return answer if name is None else dict(answer["aggregations"]["of"]["buckets"][name])


def _failure(answer: Answer) -> str | None:
    """Return why the answer cannot be relied on; half an answer would read as a quiet brand."""
    if "error" in answer:
        causes = answer["error"].get("root_cause") or [answer["error"]]
        return str(causes[0].get("reason") or causes[0].get("type"))
    if not answer["_shards"]["total"]:
        return "there is no index of mentions"
    if answer.get("timed_out") or answer["_shards"]["failed"]:
        return f"{answer['_shards']['failed']} of {answer['_shards']['total']} shards did not answer"
    return None
