"""A folder of sources of customers' data, written by a test, and what the index holds of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from config.customer_source import CustomerSource, load_source
from config.seal import keyring
from indexing.customers.customer import Customer, from_document
from indexing.customers.record import Record
from indexing.customers.records import read_records
from indexing.people.personal import opened

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["KEPT", "customers", "records", "shown", "source"]

KEPT = {"purpose": "service", "basis": "contract", "retention": "customer"}


def source(
    config: Path, name: str, rows: str, read: Mapping[str, Any], fields: Mapping[str, Any], **more: Any
) -> CustomerSource:
    """Write a source's file, and load it."""
    folder = config / "customers"
    folder.mkdir(parents=True, exist_ok=True)
    written = {"read": dict(read), "rows": rows, "fields": dict(fields), **more}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    return load_source(name)


def customers(store: "Store") -> dict[str, Customer]:
    """Return the customers of the index."""
    store.refresh("customers")
    hits = store.client.search(index=store.alias("customers"), size=1_000)["hits"]["hits"]
    return {hit["_id"]: from_document(hit["_id"], hit["_source"]) for hit in hits}


def records(store: "Store") -> list[Record]:
    """Return the records of the index, by customer and time."""
    return sorted(read_records(store), key=lambda one: (one.customer, one.at, one.id))


def shown(customer: Customer) -> dict[str, str]:
    """Return the opened values of a customer, by kind."""
    keys = keyring()
    return {one.kind: opened(customer.id, one, keys) for one in customer.personal}
