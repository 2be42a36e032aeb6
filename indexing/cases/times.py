"""How long customers wait for a first answer and for a settlement."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["Times", "times_since"]

_PERCENTS = (50, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Median and 90th percentile in seconds, then both within working hours; None without a case."""

    what: str
    cases: int
    seconds: tuple[float | None, ...]


def times_since(store: Store, since: datetime, brand: str | None = None) -> Iterator[Times]:
    """Yield the times to the first answer and to the settlement of cases that began since then."""
    filters: list[dict[str, Any]] = [{"range": {"@timestamp": {"gte": since.isoformat()}}}]
    filters += [{"term": {"brand": brand}}] if brand else []
    names = [f"{work}seconds_to_{what}" for what in ("answer", "resolve") for work in ("", "work_")]
    aggs: dict[str, Any] = {
        name: {"percentiles": {"field": name, "percents": list(_PERCENTS), "keyed": False}} for name in names
    }
    aggs |= {f"count_{what}": {"value_count": {"field": f"seconds_to_{what}"}} for what in ("answer", "resolve")}
    store.refresh("cases")
    answer = with_retries(
        lambda: store.client.search(index=store.alias("cases"), size=0, query={"bool": {"filter": filters}}, aggs=aggs)
    )
    found = answer["aggregations"]
    for what in ("answer", "resolve"):
        both = (found[f"{work}seconds_to_{what}"]["values"] for work in ("", "work_"))
        values = tuple(one["value"] for each in both for one in each)
        yield Times(what=what, cases=int(found[f"count_{what}"]["value"]), seconds=values)
