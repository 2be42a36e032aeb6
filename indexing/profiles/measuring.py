"""What the shop's purchases come to: the scales of all of them, and the worth of those who have no profile yet."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice

from config.settings import DAY_ZONE
from indexing.customers.record import Order
from indexing.elasticsearch.ahead import side_by_side
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp
from indexing.profiles.gather import records_of
from indexing.profiles.profile import buyer_of, worth_of
from indexing.profiles.scales import Buyer, Scales, measure, read_scales, write_scales

__all__ = ["foretold", "measured"]

_AT_ONCE = 500


def measured(store: Store, now: datetime) -> Scales:
    """Measure the scales over all purchases, and keep them."""
    day = now.astimezone(DAY_ZONE).date()
    scales = measure(day, _buyers(store, day))
    write_scales(store, scales, timestamp(now))
    return scales


def foretold(store: Store, customers: Collection[str]) -> dict[str, Mapping[str, str]]:
    """Return the `segment` and `value_band` that the first profiles of these customers will have."""
    store.refresh("customer-records")
    orders = {id: found for some in in_parts(customers, _AT_ONCE) for id, found in _orders(store, some).items()}
    scales = read_scales(store) or measured(store, datetime.now(UTC)) if orders else None
    return {id: worth_of(orders.get(id, ()), scales) for id in customers}


def _buyers(store: Store, day: date) -> Iterator[Buyer]:
    query = {"query": {"match_all": {}}, "_source": False}
    hits = scan(store.client, index=store.alias("customers"), query=query, size=5_000, scroll="30m")
    ids = (hit["_id"] for hit in hits)
    parts = iter(lambda: list(islice(ids, _AT_ONCE)), [])
    for found in side_by_side(lambda some: _orders(store, some), parts):
        for orders in found.values():
            if buyer := buyer_of(orders, day):
                yield buyer


def _orders(store: Store, customers: list[str]) -> dict[str, list[Order]]:
    found = records_of(store, customers, but={"term": {"kind": Order.KIND}})
    return {id: [one for one in records if isinstance(one, Order)] for id, records in found.items()}
