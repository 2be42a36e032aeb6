"""Where mentions lie and what they hold now; a mention stays in the month in which it was first put."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.merge import Document

__all__ = ["Copy", "Place", "locate", "months_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One document as it was read; `seen` is its (seq_no, primary_term)."""

    month: str
    document: Document
    seen: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mention lies, or will; `open` says whether that month's index is there.

    `twins` are further copies in other months, which two batches at once may have made of a post without a time in its
    id. `serving` are copies in the generation that readers see, while another one is being built.
    """

    month: str
    open: bool = True
    copy: Copy | None = None
    twins: tuple[Copy, ...] = ()
    serving: tuple[Copy, ...] = ()

    @property
    def copies(self) -> tuple[Copy, ...]:
        """All that is there of the mention."""
        return (*((self.copy,) if self.copy else ()), *self.twins, *self.serving)


def locate(store: Store, wanted: Mapping[str, str], settled: Iterable[str] = ()) -> dict[str, Place]:
    """Return the place of each id of `wanted`, which maps ids to the month of a mention that is nowhere yet.

    `settled` ids are looked for in that month alone. What others have just written is seen if the index was refreshed
    since; the month in `wanted` is read as it is, refreshed or not.
    """
    serving = replace(store, building=False)
    floating = sorted(wanted.keys() - set(settled))
    here, there = months_of(store, floating), months_of(serving, floating) if store.building else {}
    asked: list[tuple[Store, str, str]] = []
    for id, proposed in wanted.items():
        months = here.get(id) or there.get(id) or {proposed}
        asked += [(store, month, id) for month in sorted(months)]
        if store.building:
            asked += [(serving, month, id) for month in sorted(there.get(id) or {proposed})]
    return _placed(store, asked, _read(store, asked))


def months_of(store: Store, ids: Sequence[str]) -> dict[str, set[str]]:
    """Return the months in which searches find each id."""
    if not ids:
        return {}
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias(MONTHLY),
            query={"ids": {"values": list(ids)}},
            size=min(2 * len(ids), 10_000),
            source=False,
            ignore_unavailable=True,
        )
    )
    months = defaultdict(set)
    for hit in answer["hits"]["hits"]:
        months[hit["_id"]].add(store.month_of(hit["_index"]))
    return months


def _read(store: Store, asked: Sequence[tuple[Store, str, str]]) -> list[Mapping[str, Any]]:
    if not asked:
        return []
    docs = [{"_index": where.month_alias(month), "_id": id} for where, month, id in asked]
    answer = with_retries(lambda: store.client.mget(docs=docs))
    for doc in answer["docs"]:
        if "error" in doc and doc["error"]["type"] != "index_not_found_exception":
            raise StoreError(f"{doc['_index']}: {doc['error']['reason']}: look at its aliases")
    return list(answer["docs"])


def _placed(
    store: Store, asked: Sequence[tuple[Store, str, str]], answers: Sequence[Mapping[str, Any]]
) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for (where, month, id), answer in zip(asked, answers, strict=True):
        place = places.setdefault(id, Place(month=month, open="error" not in answer))
        if not answer.get("found"):
            continue
        seen = (answer["_seq_no"], answer["_primary_term"])
        copy = Copy(month=month, document=answer["_source"], seen=seen)
        if where is not store:
            places[id] = replace(place, serving=(*place.serving, copy))
        elif place.copy is None:
            places[id] = replace(place, month=month, open=True, copy=copy)
        else:
            places[id] = replace(place, twins=(*place.twins, copy))
    return places
