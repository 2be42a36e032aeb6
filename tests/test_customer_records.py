"""Records of customers go into the index and come back as they were; only what is new is written."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from indexing.customers.record import Consent, Membership, Order, Record, Ticket, Visit
from indexing.customers.records import read_records, write_records
from indexing.elasticsearch.store import Store

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def every_kind() -> list[Record]:
    told = {"source": "erp", "customer": "C1", "at": AT, "recorded_at": AT}
    return [
        Order(id="erp:order:1", number="ab12", amount=-19.9, channel="tmall", items=("净水器", "滤芯"), **told),  # type: ignore[arg-type]
        Visit(id="erp:visit:1", store="南京路店", **told),  # type: ignore[arg-type]
        Membership(id="erp:membership:1", tier="金卡", points=0, until=date(2027, 1, 1), **told),  # type: ignore[arg-type]
        Ticket(id="erp:ticket:1", subject="own:AAAA", status="open", closed_at=AT, **told),  # type: ignore[arg-type]
        Consent(id="erp:consent:1", purpose="marketing", granted=False, said_by="门店表单", **told),  # type: ignore[arg-type]
    ]


def test_records_come_back_as_they_were(store: Store) -> None:
    records = every_kind()
    assert write_records(store, records) == len(records)
    assert sorted(read_records(store), key=lambda one: one.id) == sorted(records, key=lambda one: one.id)
    later = [replace(one, recorded_at=AT + timedelta(days=1)) for one in records]
    assert write_records(store, later) == 0, "nothing but the time of reading is new"
    assert isinstance(later[1], Visit)
    changed = replace(later[1], store="淮海路店")
    assert write_records(store, [*later, changed]) == 1
    assert list(read_records(store, {"term": {"kind": "visit"}})) == [changed]
