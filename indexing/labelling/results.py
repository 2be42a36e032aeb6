"""What a sample's labels come to: corrections, agreement of the people, and how often the engine is right."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from config.settings import DAY_ZONE
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store
from indexing.labelling.agreement import Drawn, kappa, weighted_share
from indexing.labelling.items import UNRELATED, Item, items
from indexing.mentions.corrections import Correction, correct
from indexing.mentions.document import timestamp
from indexing.metrics.wilson import Estimate
from nlp.evaluation.score import SURE

__all__ = ["QUALITY", "Results", "export", "keep", "latest", "results", "settle"]

QUALITY = "quality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What is known of a sample; an estimate is None where nothing is settled that it could be made of."""

    sample: str
    brand: str
    model: str
    drawn: int
    mentions: int
    """Mentions that the sample stands for."""
    settled: int
    both: int
    """Mentions that two people labelled."""
    differ: int
    """Those on which they differ and that no third has settled."""
    right: Estimate | None
    sure: Estimate | None
    """Of the sure negatives."""
    sure_settled: int
    unrelated: Estimate | None
    by_label: dict[str, Estimate]
    """By the engine's label: how often it is right."""
    kappa: Estimate | None


def results(store: Store, sample: str) -> Results:
    """Count a sample as it stands."""
    found = items(store, sample)
    done = [(one, settled) for one in found if (settled := one.settled)]
    related = [one for one, settled in done if settled.label != UNRELATED]
    pairs = [_pair(one) for one in found if len(one.by_person) > 1]
    sure = [one for one in related if _is_sure(one)]
    labels = sorted({one.predicted for one in related})
    return Results(
        sample=sample,
        brand=found[0].brand,
        model=", ".join(sorted({one.model for one in found})),
        drawn=len(found),
        mentions=round(sum(one.weight for one in found)),
        settled=len(done),
        both=len(pairs),
        differ=sum(one.differ and not one.settled for one in found),
        right=_share(related, _is_right),
        sure=_share(sure, _is_right),
        sure_settled=len(sure),
        unrelated=_share([one for one, _ in done], lambda one: _label(one) == UNRELATED),
        by_label={
            label: share
            for label in labels
            if (share := _share([one for one in related if one.predicted == label], _is_right))
        },
        kappa=kappa(pairs),
    )


def settle(store: Store, found: Sequence[Item]) -> list[str]:
    """Write what is settled as people's labels of the mentions, and return the ids of those that are not there.

    The same again changes nothing, so that whoever was killed before may do it again. What speaks of something else
    has no sentiment towards the brand and is left alone.
    """
    given = [(one, settled) for one in found if (settled := one.settled) and settled.label != UNRELATED]
    corrections = [
        Correction(id=one.mention, label=settled.label, by=settled.by, at=datetime.fromisoformat(settled.at))
        for one, settled in given
    ]
    return correct(store, corrections) if corrections else []


def keep(store: Store, sample: str) -> Results:
    """Count a sample, write its labels to the mentions and its figures for the boards, and return them."""
    settle(store, items(store, sample))
    found = results(store, sample)
    since, until = (datetime.strptime(day, "%Y%m%d").replace(tzinfo=DAY_ZONE) for day in _days(found))
    document: dict[str, Any] = {
        "@timestamp": timestamp(datetime.now(UTC)),
        "sample": sample,
        "brand": found.brand,
        "model": found.model,
        "since": timestamp(since),
        "until": timestamp(until),
        **{name: getattr(found, name) for name in ("mentions", "drawn", "settled", "sure_settled", "both")},
        **_ends("right", found.right),
        **_ends("sure", found.sure),
        **_ends("kappa", found.kappa),
        **({"unrelated": found.unrelated.value} if found.unrelated else {}),
    }
    action = Action(operation="index", index=store.alias(QUALITY), id=sample, source=document)
    answer = send(store.client, [action])[0]
    if not answer.done:
        raise RuntimeError(f"{action.index}/{action.id}: {answer.reason}")
    store.refresh(QUALITY)
    return found


def latest(store: Store, brand: str) -> str | None:
    """Return the brand's sample that was counted last, of those with anything settled."""
    filters = [{"term": {"brand": brand}}, {"range": {"settled": {"gt": 0}}}]
    with store_errors():
        store.refresh(QUALITY)
        hits = store.client.search(
            index=store.alias(QUALITY),
            query={"bool": {"filter": filters}},
            sort=[{"@timestamp": {"order": "desc"}}],
            size=1,
        )["hits"]["hits"]
    return str(hits[0]["_id"]) if hits else None


def export(found: Sequence[Item], out: IO[str]) -> int:
    """Write every label that was ever given as CSV, one a row, and return how many."""
    writer = csv.writer(out)
    writer.writerow(
        ("sample", "mention", "stratum", "weight", "predicted", "probability", "label", "by", "at", "settled")
    )
    rows = [
        (one.sample, one.mention, one.stratum, one.weight, one.predicted, one.probability)
        + (given.label, given.by, given.at, _label(one))
        for one in found
        for given in one.given
    ]
    writer.writerows(rows)
    return len(rows)


def _pair(one: Item) -> tuple[str, str]:
    """Return the first two people's labels, in the order of their names, so that each stays on one side."""
    first, second = sorted(list(one.by_person.values())[:2], key=lambda given: given.by)
    return first.label, second.label


def _share(some: Sequence[Item], holds: Callable[[Item], bool]) -> Estimate | None:
    return weighted_share([Drawn(stratum=one.stratum, weight=one.weight, holds=holds(one)) for one in some])


def _label(one: Item) -> str:
    return one.settled.label if one.settled else ""


def _is_right(one: Item) -> bool:
    return _label(one) == one.predicted


def _is_sure(one: Item) -> bool:
    return one.predicted == "negative" and one.probability >= SURE


def _ends(name: str, of: Estimate | None) -> dict[str, float]:
    return {name: of.value, f"{name}_low": of.low, f"{name}_high": of.high} if of else {}


def _days(found: Results) -> tuple[str, str]:
    since, until = found.sample.removeprefix(f"{found.brand}-").split("-")[:2]
    return since, until
