"""Writers' parts into the mentions: read what is there, merge, write unless somebody was faster, else do it again."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from http import HTTPStatus
from itertools import islice

from indexing.elasticsearch.ahead import meanwhile
from indexing.elasticsearch.bulk import Action, BulkResult, send
from indexing.elasticsearch.errors import Overloaded
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.own_writes import unnoted
from indexing.elasticsearch.retry import backoff
from indexing.elasticsearch.store import Store
from indexing.mentions.engagement import point
from indexing.mentions.locate import Place, locate
from indexing.mentions.merge import Document, merge

__all__ = ["Further", "Outcome", "Result", "Update", "nothing_further", "write"]

_AT_ONCE = 1_000
_NOT_THE_PAGE = (Writer.STORY, Writer.LINK, Writer.PERSON)


class Outcome(StrEnum):
    """What became of an update."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    DEAD = "dead"
    MISSING = "missing"
    """The mention is not there, and only a page brings one in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What writers have to say of one mention: their parts, as merge.merge takes them.

    `month` is where the mention goes unless it lies elsewhere already; `settled` says that it can lie nowhere else.
    `ingested` is when this came to the index; of several, the first one stands. An update that is `carried` over from
    another generation changes only what is there, and nothing of its own version.
    """

    id: str
    parts: Mapping[Writer, Document]
    month: str
    settled: bool = False
    ingested: str
    carried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An update's outcome; the reason says why it is dead."""

    outcome: Outcome
    reason: str = ""


@dataclass(slots=True)
class _Merged:
    """What the updates of one round make of one mention."""

    place: Place
    document: Document | None
    results: dict[int, Result] = field(default_factory=dict)
    points: list[Action] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        before = self.place.copy.document if self.place.copy else None
        return self.document != before or bool(self.place.twins)


Further = Callable[[Mapping[str, Document]], AbstractContextManager[Mapping[str, Mapping[Writer, Document]]]]
"""What other writers say of mentions (by id) that come into the index: asked just before they are, left just after."""


def nothing_further(_: Mapping[str, Document]) -> AbstractContextManager[Mapping[str, Mapping[Writer, Document]]]:
    """Say nothing."""
    return nullcontext({})


def write(store: Store, updates: Iterable[Update], further: Further = nothing_further) -> list[Result]:
    """Apply the updates in their order and return what became of each; the same ones again change nothing.

    What `further` says of mentions that are not there yet is written with them, which saves a write of each.
    Any number of processes may write the same mentions at once. A StoreError says that the cluster did not come back;
    what was written stays, and the same call finishes it.
    """
    results: list[Result] = []
    waiting = iter(updates)
    while chunk := list(islice(waiting, _AT_ONCE)):
        results += _write_chunk(store, chunk, further)
    return results


def _write_chunk(store: Store, updates: Sequence[Update], further: Further) -> list[Result]:
    results: dict[int, Result] = {}
    left = dict(enumerate(updates))
    for pause in backoff():
        results |= _round(store, left, further)
        left = {number: update for number, update in left.items() if number not in results}
        if not left:
            return [results[number] for number in range(len(updates))]
        time.sleep(pause)
    raise Overloaded("other processes keep changing the same mentions: run the same again")


def _round(store: Store, updates: Mapping[int, Update], further: Further) -> dict[int, Result]:
    """Try once; an update without a result met somebody faster."""
    wanted = {update.id: update.month for update in updates.values()}
    places = locate(store, wanted, {update.id for update in updates.values() if update.settled})
    merged = {id: _untwinned(place) for id, place in places.items()}
    for number, update in updates.items():
        _apply(store, merged[update.id], number, update)
    results = {number: result for one in merged.values() if not one.changed for number, result in one.results.items()}
    changed = {id: one for id, one in merged.items() if one.changed}
    if not changed:
        return results
    new = {id: one.document for id, one in changed.items() if one.document and not one.place.copies}
    points = [action for one in changed.values() for action in one.points]
    with ExitStack() as told:
        with meanwhile(partial(send, store.client, points, ways=1)):  # before the mentions, or a kill would lose them
            more = told.enter_context(further(new))
        for id, parts in more.items():
            changed[id].document = _joined(changed[id].document, parts)
        answers = _send(store, changed)
    for one, answer in zip(changed.values(), answers, strict=True):
        if answer.done:
            results |= one.results
        elif answer.status in (HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND):
            continue
        elif len(one.results) > 1:  # what is sound among them does not fall with the rest
            for number in one.results:
                results |= _round(store, {number: updates[number]}, further)
        else:
            results |= {number: _refused(result, answer) for number, result in one.results.items()}
    if strays := _strays(changed, more, results):
        _take_back(store, {id: changed[id].place for id in strays})
        return {number: result for number, result in results.items() if updates[number].id not in strays}
    return results


def _strays(changed: Mapping[str, _Merged], placed: Iterable[str], results: Mapping[int, Result]) -> set[str]:
    """Return the mentions that came into the story of one that was refused beside them: nothing leads to it now."""
    stories = {
        id: (document["post_id"], document["story"]["id"]) for id in placed if (document := changed[id].document)
    }
    dead = {id for id in stories if all(_is_dead(results.get(number)) for number in changed[id].results)}
    lost = {stories[id][0] for id in dead} - {post for id, (post, _) in stories.items() if id not in dead}
    return {id for id, (_, story) in stories.items() if id not in dead and story in lost} if lost else set()


def _is_dead(result: Result | None) -> bool:
    return result is not None and result.outcome is Outcome.DEAD


def _take_back(store: Store, places: Mapping[str, Place]) -> None:
    """Remove mentions that have just come, so that the next round places them by what is there."""
    send(
        store.client,
        [Action(operation="delete", index=store.month_alias(place.month), id=id) for id, place in places.items()],
    )
    store.refresh(MONTHLY)


def _send(store: Store, changed: Mapping[str, _Merged]) -> list[BulkResult]:
    store.open_months({one.place.month for one in changed.values() if not one.place.open})
    with unnoted() if any(one.place.twins for one in changed.values()) else nullcontext():
        answers = send(store.client, [_action(store, id, one) for id, one in changed.items()])
    written = [(id, one.place) for (id, one), answer in zip(changed.items(), answers, strict=True) if answer.done]
    _drop_twins(store, written)
    return answers


def _untwinned(place: Place) -> _Merged:
    """Begin with the mention as it is, copies in other months joined to it."""
    document = place.copy.document if place.copy else None
    for twin in place.twins:
        for writer in Writer:
            document = merge(document, twin.document, writer) or document
        document = _since(document, _ingested(twin.document))
    return _Merged(place, document)


def _apply(store: Store, merged: _Merged, number: int, update: Update) -> None:
    before = document = merged.document
    if before is None and (update.carried or Writer.PAGE not in update.parts):
        merged.results[number] = Result(outcome=Outcome.MISSING)
        return
    for copy in merged.place.serving:
        for writer in _NOT_THE_PAGE:
            document = merge(document, copy.document, writer) or document
        document = _since(document, _ingested(copy.document))
    document = _joined(document, update.parts, ties=not update.carried)
    merged.document = document = _since(document, update.ingested)
    merged.results[number] = Result(outcome=Outcome.UNCHANGED if document == before else Outcome.INDEXED)
    if document and (kept := point(before, document, store.alias("engagement"))):
        merged.points.append(kept)


def _joined(document: Document | None, parts: Mapping[Writer, Document], *, ties: bool = True) -> Document | None:
    for writer, part in parts.items():
        document = merge(document, part, writer, ties=ties) or document
    return document


def _since(document: Document | None, ingested: str | None) -> Document:
    known = [moment for moment in (_ingested(document or {}), ingested) if moment]
    return {**(document or {}), "event": {"ingested": min(known)}} if known else document or {}


def _ingested(document: Document) -> str | None:
    return document["event"]["ingested"] if "event" in document else None


def _action(store: Store, id: str, merged: _Merged) -> Action:
    copy = merged.place.copy
    return Action(
        operation="index" if copy else "create",
        index=store.month_alias(merged.place.month),
        id=id,
        source=merged.document,
        seen=copy.seen if copy else None,
    )


def _refused(result: Result, answer: BulkResult) -> Result:
    changes = result.outcome is Outcome.INDEXED
    return Result(outcome=Outcome.DEAD, reason=f"Elasticsearch refuses it: {answer.reason}") if changes else result


def _drop_twins(store: Store, written: Sequence[tuple[str, Place]]) -> None:
    send(
        store.client,
        [
            Action(operation="delete", index=store.month_alias(twin.month), id=id, seen=twin.seen)
            for id, place in written
            for twin in place.twins
        ],
    )
