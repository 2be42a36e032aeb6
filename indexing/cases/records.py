"""Cases as documents: opened once, changed by whoever comes first, found by what they are about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

from config.case_rules import load_case_rules
from config.errors import UserError
from indexing.cases.case import Case, from_document, to_document
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.people.pseudonyms import pseudonyms
from indexing.profiles.gather import found

__all__ = [
    "TRIES", "NoSuchCase", "Overtaken", "about", "as_they_stand", "cases_where", "change", "find", "pair_of",
    "some_cases", "write",
]  # fmt: skip

TRIES = 50
_AT_ONCE = 1_000
Seen: TypeAlias = tuple[int, int]
"""A document's (seq_no, primary_term) as it was read."""


class NoSuchCase(UserError):
    """No case has this id."""


class Overtaken(UserError):
    """Others kept changing the case; run again."""


def pair_of(customer: str, brand: str) -> str:
    """Return the keyed digest of customer and brand."""
    return pseudonyms().of("case", f"{customer}\n{brand}")


def find(store: Store, id: str) -> Case:
    """Return the case as it stands; NoSuchCase where there is none of this id."""
    return _get(store, id)[0]


def cases_where(store: Store, query: Mapping[str, Any]) -> list[Case]:
    """Return the cases that a condition holds for, oldest first; what was written just now counts."""
    store.refresh("cases")
    hits = [from_document(hit["_id"], hit["_source"]) for hit in found(store, "cases", query)]
    return sorted(hits, key=lambda case: (case.begun_at, case.id))


def some_cases(
    store: Store, query: Mapping[str, Any], most: int, *, newest_first: bool = False
) -> tuple[list[Case], int]:
    """Return the first so many of the cases that a condition holds for, oldest first, and how many there are."""
    store.refresh("cases")
    order = {"order": "desc" if newest_first else "asc"}
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias("cases"),
            query=dict(query),
            size=most,
            sort=[{"@timestamp": order}],
            track_total_hits=True,
        )
    )
    hits = answer["hits"]
    return [from_document(hit["_id"], hit["_source"]) for hit in hits["hits"]], int(hits["total"]["value"])


def about(store: Store, field: str, values: Iterable[str]) -> list[Case]:
    """Return the cases whose field (mentions, posts, pair) holds one of the values."""
    wanted = sorted(set(values))
    return cases_where(store, {"terms": {field: wanted}}) if wanted else []


def as_they_stand(store: Store, ids: Sequence[str]) -> list[tuple[Case, Seen]]:
    """Return those of the cases that there are, as they stand now, each with its place by which it can be changed."""
    found: list[tuple[Case, Seen]] = []
    for some in in_parts(ids, _AT_ONCE):
        docs = with_retries(lambda some=some: store.client.mget(index=store.alias("cases"), ids=some))["docs"]  # type: ignore[misc]
        found += [
            (from_document(doc["_id"], doc["_source"]), (doc["_seq_no"], doc["_primary_term"]))
            for doc in docs
            if doc.get("found")
        ]
    return found


def write(store: Store, cases: Sequence[tuple[Case, Seen | None]]) -> list[bool]:
    """Write cases, each with its place as it was read, None for a new one; return which were written.

    Another process was faster with the others: one of this id has just been opened, or changed.
    """
    hours, index = load_case_rules().hours, store.alias("cases")
    actions = [
        Action(
            operation="index" if seen else "create", index=index, id=case.id, source=to_document(case, hours), seen=seen
        )
        for case, seen in cases
    ]
    answers = send(store.client, actions)
    for action, answer in zip(actions, answers, strict=True):
        if not answer.done and answer.status != HTTPStatus.CONFLICT:
            raise StoreError(f"{index}/{action.id} is refused ({answer.reason}): run `tingfeng doctor`")
    return [answer.done for answer in answers]


def change(store: Store, id: str, edit: Callable[[Case], Case]) -> Case:
    """Apply `edit` to the case as it stands, again whenever somebody else was faster; return what stands then."""
    for _ in range(TRIES):
        old, seen = _get(store, id)
        new = edit(old)
        if new == old:
            return old
        if new.events[: len(old.events)] != old.events:
            raise ValueError(f"case {id}: what happened is never taken out")
        if all(write(store, [(new, seen)])):
            return new
    raise Overtaken(f"case {id}: {TRIES} others changed it first: run the same again")


def _get(store: Store, id: str) -> tuple[Case, Seen]:
    for one in as_they_stand(store, [id]):
        return one
    raise NoSuchCase(f"there is no case {id!r}: `tingfeng cases list --all` shows those that there are")
