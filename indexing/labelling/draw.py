"""A sample of a brand's mentions, of every label, probability and platform some, the same ones for one seed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import ceil, sqrt
from typing import Any

from config.errors import UserError
from config.settings import DAY_ZONE
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store
from indexing.labelling.items import KIND, item_id
from indexing.mentions.document import timestamp
from indexing.mentions.sample import luck, scanned
from indexing.mentions.search import matching
from nlp.variants import simplified

__all__ = ["NothingToDraw", "draw"]

_BANDS = ((0.8, "sure"), (0.6, "likely"), (0.0, "unsure"))
_OWN_PLATFORM = 0.05
"""The share of the mentions from which a platform is a stratum of its own."""
_FEWEST = 2
_LARGEST = 2_000


class NothingToDraw(UserError):
    """There are no mentions to draw, or the size makes no sense; the message says what to do."""


def draw(store: Store, brand: str, size: int, *, since: datetime, until: datetime, seed: str = "") -> str:
    """Draw mentions of the brand published in [since, until), write them for labelling, and return the sample's name.

    The same brand, days, size and seed give the same sample, which is not drawn again; what people labelled stays.
    Copies of one text count once. Raises NothingToDraw.
    """
    if not 1 <= size <= _LARGEST:
        raise NothingToDraw(f"--size {size}: draw 1 to {_LARGEST:,} mentions")
    first, last = (f"{end.astimezone(DAY_ZONE):%Y%m%d}" for end in (since, until))
    name = f"{brand}-{first}-{last}-{size}{f'-{seed}' if seed else ''}"
    if _is_whole(store, name):
        return name
    found = _once(list(scanned(store, matching(since=since, until=until, brand=brand), _FIELDS)))
    if not found:
        days = " to ".join(f"{end.astimezone(DAY_ZONE):%Y-%m-%d}" for end in (since, until))
        raise NothingToDraw(f"{brand}: no mention with a text from {days}: see --since")
    chosen = _chosen(_strata(found, size), size, name)
    at = timestamp(datetime.now(UTC))
    documents = (
        _document(name, brand, at, place, stratum, weight, one) | {"of": len(chosen)}
        for place, (stratum, weight, one) in enumerate(chosen, start=1)
    )
    index = store.alias(KIND)
    # what is there already, and its labels, stays as it is
    actions = [
        Action(operation="create", index=index, id=item_id(name, source["mention"]), source=source)
        for source in documents
    ]
    send(store.client, actions)
    store.refresh(KIND)
    return name


def _chosen(
    strata: Mapping[str, Sequence[Mapping[str, Any]]], size: int, name: str
) -> list[tuple[str, float, Mapping[str, Any]]]:
    """Return stratum, weight and mention of each that is drawn, in the order in which people label them."""
    sizes = allocated({stratum: len(some) for stratum, some in strata.items()}, size)
    found = [
        (stratum, len(some) / sizes[stratum], one)
        for stratum, some in strata.items()
        if sizes[stratum]
        for one in sorted(some, key=lambda one: luck(one["id"], name))[: sizes[stratum]]
    ]
    return sorted(found, key=lambda one: luck(one[2]["id"], f"order {name}"))


def _is_whole(store: Store, name: str) -> bool:
    """Return whether the sample was drawn before, to its last mention: who was killed in between draws the rest."""
    with store_errors():
        store.refresh(KIND)
        answer = store.client.search(
            index=store.alias(KIND),
            size=0,
            query={"term": {"sample": name}},
            aggs={"of": {"max": {"field": "of"}}},
            track_total_hits=True,
        )
    there = answer["hits"]["total"]["value"]
    return bool(there) and there == answer["aggregations"]["of"]["value"]


def _document(
    name: str, brand: str, at: str, place: int, stratum: str, weight: float, one: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "@timestamp": at,
        "sample": name,
        "brand": brand,
        "mention": one["id"],
        "place": place,
        "stratum": stratum,
        "weight": round(weight, 4),
        "predicted": one["sentiment"]["predicted"],
        "probability": one["sentiment"]["probability"],
        "model": one["sentiment"]["model"],
    }


_FIELDS = ("title", "text", "platform", "sentiment")


def _once(found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the mentions with a text and a label, each text once."""
    texts: dict[str, Mapping[str, Any]] = {}
    for one in sorted(found, key=lambda one: one["id"]):
        text = simplified("".join(f"{one.get('title', '')} {one.get('text', '')}".split()))
        if text and one.get("sentiment", {}).get("predicted"):
            texts.setdefault(text, one)
    return list(texts.values())


def _strata(found: Sequence[Mapping[str, Any]], size: int) -> dict[str, list[Mapping[str, Any]]]:
    """Return all mentions by label, band of probability and platform: as finely as `size` has two for each.

    A sample too small for that is drawn among fewer strata, platforms joined first and then bands and labels, so that
    it stands for all of the brand however small it is.
    """
    platforms = Counter(one["platform"] for one in found)
    strata: dict[str, list[Mapping[str, Any]]] = {}
    for parts in (3, 2, 1, 0):
        strata = defaultdict(list)
        for one in found:
            sentiment, platform = one["sentiment"], one["platform"]
            band = next(name for least, name in _BANDS if sentiment["probability"] >= least)
            own = platform if platforms[platform] >= _OWN_PLATFORM * len(found) else "others"
            strata[" ".join((sentiment["predicted"], band, own)[:parts]) or "all"].append(one)
        if sum(min(len(some), _FEWEST) for some in strata.values()) <= size:
            break
    return strata


def allocated(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """Return how many to draw of each stratum: by the root of its size, and two at least where there are two.

    So rare answers are seen, and none is drawn more often than it stands there. Where `size` has no two for each, the
    strata are too fine for it: only a single one may be drawn from once.
    """
    if sum(sizes.values()) <= size:
        return dict(sizes)
    wanted = {name: min(count, _FEWEST, size) for name, count in sizes.items()}
    while (left := size - sum(wanted.values())) > 0:
        open_ = {name: sqrt(sizes[name]) for name in sizes if wanted[name] < sizes[name]}
        for name in sorted(open_, key=lambda name: (-open_[name], name)):
            more = min(sizes[name] - wanted[name], ceil(left * open_[name] / sum(open_.values())))
            more = min(more, size - sum(wanted.values()))
            wanted[name] += more
    return wanted
