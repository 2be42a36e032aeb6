"""What each customer did in a period: whether they bought, what they paid, how they spoke of the brand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config.campaign import Campaign, Outcome
from indexing.customers.record import Order
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.profiles.gather import records_of
from indexing.profiles.purchases import Purchases, currency, purchases

__all__ = ["Periods", "observe"]

Periods = Sequence[tuple[datetime, datetime]]
Seen = dict[str, list[float | None]]
"""By customer a value a period; None where nothing can be said of it."""
_AT_ONCE = 500
_SCORES: Mapping[str, int] = {"negative": -1, "neutral": 0, "positive": 1}


def observe(store: Store, campaign: Campaign, customers: Sequence[str], periods: Periods) -> dict[Outcome, Seen]:
    """Return what each of the customers did in each period; the index must be refreshed."""
    found: dict[Outcome, Seen] = {outcome: {} for outcome in campaign.outcomes}
    code = currency(campaign.currency)
    for start in range(0, len(customers), _AT_ONCE):
        some = list(customers[start : start + _AT_ONCE])
        if {"conversion", "spending"} & found.keys():
            orders = records_of(store, some, {"term": {"kind": Order.KIND}})
            for customer in some:
                bought = purchases(one for one in orders.get(customer, ()) if isinstance(one, Order))
                if "conversion" in found:
                    found["conversion"][customer] = [_converted(bought, period) for period in periods]
                if "spending" in found:
                    found["spending"][customer] = [_spent(bought, period, code) for period in periods]
        if "sentiment" in found:
            said = [_sentiment(store, campaign.brand, some, period) for period in periods]
            found["sentiment"] |= {customer: [one.get(customer) for one in said] for customer in some}
    return found


def _converted(bought: Purchases, period: tuple[datetime, datetime]) -> float:
    return float(any(period[0] <= one.at < period[1] for one in bought.standing))


def _spent(bought: Purchases, period: tuple[datetime, datetime], code: str) -> float:
    inside = (one for one in (*bought.all, *bought.loose) if one.currency == code and period[0] <= one.at < period[1])
    return round(sum(one.paid for one in inside), 2)


def _sentiment(
    store: Store, brand: str, customers: Sequence[str], period: tuple[datetime, datetime]
) -> dict[str, float]:
    """Return the mean of -1, 0 and 1 over what each customer who spoke said of the brand."""
    begin, end = period
    filters: list[dict[str, Any]] = [
        {"terms": {"customer.id": list(customers)}},
        {"term": {"brand": brand}},
        {"range": {"@timestamp": {"gte": begin.isoformat(), "lt": end.isoformat()}}},
    ]
    labels = {"labels": {"terms": {"field": "sentiment.label"}}}
    aggs = {"customers": {"terms": {"field": "customer.id", "size": len(customers)}, "aggs": labels}}
    answer = with_retries(
        lambda: store.client.search(index=store.alias(MONTHLY), size=0, query={"bool": {"filter": filters}}, aggs=aggs)
    )
    means: defaultdict[str, float] = defaultdict(float)
    for bucket in answer["aggregations"]["customers"]["buckets"]:
        counts = {one["key"]: one["doc_count"] for one in bucket["labels"]["buckets"]}
        if whole := sum(counts.values()):
            means[bucket["key"]] = sum(_SCORES[label] * count for label, count in counts.items()) / whole
    return dict(means)
