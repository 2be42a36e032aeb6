"""A new generation of indices in the place of the old one: filled unseen, then exchanged at once.

Readers see the old generation until the very moment in which they see the new one, whole. Writers are held back (their
writes are tried again, see retry.is_transient) only while the last changes are carried over. A process that dies
half-way leaves the old generation serving; the next one clears away what it began.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from indexing.elasticsearch.changes import COPIES, processed_by_all
from indexing.elasticsearch.lease import Lease
from indexing.elasticsearch.moment import at_one_moment
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Index, Store, in_lines

__all__ = ["begin", "changed", "exchange", "processed"]

_SETTLE = 0.5
"""Seconds for a writer that was just about to make a month's index to have made it."""


def begin(store: Store) -> Store:
    """Return the store of a new, empty generation, after clearing away what others began and never finished."""
    there, serving = store.every_index(), store.indices()
    _delete(store, [index for index in there if index not in serving])
    fresh = replace(store, building=True)
    fresh.begin(max((store.generation_of(index.name) for index in there), default=0) + 1)
    return fresh


def exchange(store: Store, fresh: Store, held: Lease, finish: Callable[[], None], *, grace: float) -> None:
    """Put `fresh` in the place of what serves; `finish` carries over the last changes while no one can write.

    The old indices go `grace` seconds later, for readers who have just begun. When `finish` raises, all stays.
    """
    with _writers_held_back(store, held) as old:
        finish()
        held.check()
        with_retries(lambda: store.client.indices.update_aliases(actions=_actions(store, fresh, old)))
    time.sleep(grace)
    _delete(store, old)


def processed(store: Store, index: str) -> int:
    """Return the number of the last write that is certain to be found after the next refresh; -1 before the first."""
    answer = with_retries(lambda: store.client.indices.stats(index=index, level="shards", filter_path=COPIES))
    return processed_by_all(answer["indices"][index]["shards"])


def changed(store: Store, index: str, after: int = -1) -> Iterator[list[Mapping[str, Any]]]:
    """Yield the hits of an index that were written after the write of this number, by the page."""
    with at_one_moment(store, index) as moment:
        yield from moment.hits(after)


@contextmanager
def _writers_held_back(store: Store, held: Lease) -> Iterator[list[Index]]:
    """Hold back whoever writes to the serving indices, which the block gets; let them go on afterwards."""
    held.exchanging(True)
    time.sleep(_SETTLE)
    old = store.indices()
    names = [index.name for index in old]
    try:
        for some in in_lines(names):
            with_retries(lambda some=some: store.client.indices.add_block(index=some, block="write"))  # type: ignore[misc]
        yield old
    except BaseException:
        store.let_write(names)
        raise
    finally:
        held.exchanging(False)


def _actions(store: Store, fresh: Store, old: Collection[Index]) -> list[dict[str, Any]]:
    actions = [{"remove": {"index": index.name, "alias": alias}} for index in old for alias in sorted(index.aliases)]
    for index in fresh.indices():
        for alias in sorted(index.aliases):
            if kind := fresh.kind_named(alias):
                actions.append({"remove": {"index": index.name, "alias": alias}})
                actions.append({"add": {"index": index.name, "alias": store.alias(kind)}})
    return actions


def _delete(store: Store, indices: Collection[Index]) -> None:
    for some in in_lines([index.name for index in indices]):
        with_retries(lambda some=some: store.client.indices.delete(index=some, ignore_unavailable=True))  # type: ignore[misc]
