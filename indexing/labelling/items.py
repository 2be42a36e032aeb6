"""Drawn mentions and the labels that people gave them: who labels what next, and what is settled."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from config.errors import UserError
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp
from nlp.classifier.heads import SENTIMENTS

__all__ = [
    "KIND",
    "LABELS",
    "UNRELATED",
    "Given",
    "Item",
    "NoSuchSample",
    "give",
    "item_id",
    "items",
    "next_of",
    "person",
]

KIND = "labelling"
UNRELATED = "unrelated"
"""The mention does not speak of the brand at all: the query took something else."""
LABELS = (*SENTIMENTS, UNRELATED)
_LONGEST_NAME, _MOST, _TRIES = 100, 10_000, 20


class NoSuchSample(UserError):
    """There is no such sample or mention in it, or the label cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One person's label."""

    label: str
    by: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A drawn mention; `given` are all labels that it ever got, `seen` the document's version as it was read."""

    id: str
    sample: str
    brand: str
    mention: str
    place: int
    stratum: str
    weight: float
    predicted: str
    probability: float
    model: str
    given: tuple[Given, ...]
    seen: tuple[int, int]

    @property
    def by_person(self) -> dict[str, Given]:
        """Each person's label, the last one that they gave, in the order in which they first came."""
        return {one.by: one for one in self.given}

    @property
    def differ(self) -> bool:
        """Whether the first two people said different things, so that a third must settle it."""
        first = [one.label for one in self.by_person.values()][:2]
        return len(first) > 1 and first[0] != first[1]

    @property
    def settled(self) -> Given | None:
        """What counts: the label on which two agreed, in both names, or the third person's."""
        people = list(self.by_person.values())
        if len(people) > 1 and not self.differ:
            one, other = people[:2]
            return Given(label=one.label, by=f"{one.by}+{other.by}", at=max(one.at, other.at))
        return people[2] if len(people) > 2 else None


def items(store: Store, sample: str) -> list[Item]:
    """Return a sample's mentions in their order; NoSuchSample lists those that there are."""
    with store_errors():
        store.refresh(KIND)
        answer = store.client.search(
            index=store.alias(KIND),
            query={"term": {"sample": sample}},
            sort=["place"],
            size=_MOST,
            seq_no_primary_term=True,
        )
        found = [_item(hit) for hit in answer["hits"]["hits"]]
        if found:
            return found
        asked = store.client.search(
            index=store.alias(KIND), size=0, aggs={"there": {"terms": {"field": "sample", "size": 50}}}
        )
    there = ", ".join(bucket["key"] for bucket in asked["aggregations"]["there"]["buckets"])
    raise NoSuchSample(f"no sample {sample!r}: there are: {there or 'none: `tingfeng label plan` draws one'}")


def next_of(found: Iterable[Item], by: str) -> Item | None:
    """Return the next mention that this person is to label: one that they have not, and that wants a label yet."""
    mine = [one for one in found if by not in one.by_person]
    wanting = (one for one in mine if len(one.by_person) < 2)
    to_settle = (one for one in mine if one.differ and len(one.by_person) < 3)
    return next(wanting, None) or next(to_settle, None)


def give(store: Store, sample: str, mention: str, label: str, by: str) -> Item:
    """Write a person's label beside those that are there, and return the mention as it stands then.

    A person may change their own label until the mention is settled. Nobody's label is lost to another's at the same
    moment. Raises NoSuchSample.
    """
    by = person(by)
    if label not in LABELS:
        raise NoSuchSample(f"{mention}: label {label!r}: write one of {', '.join(LABELS)}")
    for _ in range(_TRIES):
        item, document = _read(store, sample, mention)
        _check(item, by)
        given = Given(label=label, by=by, at=timestamp(datetime.now(UTC)))
        if answer := _written(store, item, document, given):
            return answer
    raise NoSuchSample(f"{mention}: others keep labelling it: try again")


def person(by: str) -> str:
    """Return a person's name as it stands beside their labels; NoSuchSample where it cannot stand there."""
    by = " ".join(by.split())
    if not 0 < len(by) <= _LONGEST_NAME or "+" in by:
        raise NoSuchSample(f"--by: say who labels, in {_LONGEST_NAME} characters at most and without a +")
    return by


def _read(store: Store, sample: str, mention: str) -> tuple[Item, Mapping[str, Any]]:
    """Return a drawn mention as it stands now, and its document."""
    with store_errors():
        answer = with_options(store.client, ignore_status=404).get(index=store.alias(KIND), id=item_id(sample, mention))
    if not answer.get("found"):
        items(store, sample)  # says so where there is no such sample
        raise NoSuchSample(f"{mention} was not drawn for {sample}")
    return _item(answer.body), answer["_source"]


def _check(item: Item, by: str) -> None:
    if by in item.by_person and len(item.by_person) == 1:
        return
    if item.settled:
        raise NoSuchSample(f"{item.mention}: settled by {item.settled.by}: correct it with `tingfeng label ID LABEL`")
    if by in item.by_person:
        raise NoSuchSample(f"{item.mention}: {by} has labelled it, and so has another: a third person settles it")


def _written(store: Store, item: Item, document: Mapping[str, Any], given: Given) -> Item | None:
    """Return the mention with one label more; None where somebody else was faster."""
    every = (*item.given, given)
    after = Item(**{name: getattr(item, name) for name in Item.__slots__} | {"given": every})
    settled = after.settled
    source = {
        **document,
        "given": [{"label": one.label, "by": one.by, "at": one.at} for one in every],
        **({"settled": settled.label, "settled_by": settled.by} if settled else {}),
    }
    action = Action(operation="index", index=store.alias(KIND), id=item.id, source=source, seen=item.seen)
    answer = send(store.client, [action])[0]
    if answer.status == HTTPStatus.CONFLICT:
        return None
    if not answer.done:
        raise RuntimeError(f"{action.index}/{action.id}: {answer.reason}")
    return after


def item_id(sample: str, mention: str) -> str:
    """Return the id of a drawn mention's document."""
    return f"{sample}:{hashlib.sha256(mention.encode()).hexdigest()[:32]}"


def _item(hit: Mapping[str, Any]) -> Item:
    source: Mapping[str, Any] = hit["_source"]
    given: Sequence[Mapping[str, str]] = source.get("given", ())
    plain = {name: source[name] for name in ("sample", "brand", "mention", "place", "stratum", "weight")}
    said = {name: source[name] for name in ("predicted", "probability", "model")}
    return Item(
        id=hit["_id"],
        **plain,
        **said,
        given=tuple(Given(label=one["label"], by=one["by"], at=one["at"]) for one in given),
        seen=(hit["_seq_no"], hit["_primary_term"]),
    )
