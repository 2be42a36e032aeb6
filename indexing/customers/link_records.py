"""Links as documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from config.errors import UserError
from indexing.customers.customer_link import CustomerLink, from_document, to_document
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = ["StoredLink", "UnknownLink", "get_link", "read_links", "write_links"]


class UnknownLink(UserError):
    """There is no link of this id."""


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A link as it was read; `seen` is its (seq_no, primary_term)."""

    link: CustomerLink
    seen: tuple[int, int]


def read_links(store: Store, among: Mapping[str, Any] | None = None) -> dict[str, StoredLink]:
    """Return every link, or those `among` (a condition), by its id, the revoked ones included."""
    store.refresh("links")
    query = {"query": among or {"match_all": {}}, "seq_no_primary_term": True}
    with store_errors():
        hits = scan(store.client, index=store.alias("links"), query=query)
        return {hit["_id"]: _stored(hit) for hit in hits}


def get_link(store: Store, id: str) -> StoredLink:
    """Return one link; UnknownLink when there is none of this id."""
    got = with_retries(lambda: with_options(store.client, ignore_status=404).get(index=store.alias("links"), id=id))
    if not got.get("found"):
        raise UnknownLink(f"link {id}: there is none: look for its id in {store.alias('links')}")
    return _stored(got.body)


def write_links(store: Store, links: Iterable[CustomerLink], stored: Mapping[str, StoredLink]) -> bool:
    """Write the links, unless somebody has changed them since they were read; return whether all were written."""
    index = store.alias("links")
    actions = [
        Action(operation="index", index=index, id=link.id, source=to_document(link), seen=stored[link.id].seen)
        if link.id in stored
        else Action(operation="create", index=index, id=link.id, source=to_document(link))
        for link in links
    ]
    answers = send(store.client, actions)
    for action, answer in zip(actions, answers, strict=True):
        if not answer.done and answer.status != HTTPStatus.CONFLICT:
            raise RuntimeError(f"{index}/{action.id}: {answer.reason}")
    return all(answer.done for answer in answers)


def _stored(hit: Mapping[str, object]) -> StoredLink:
    source, seq_no, term = hit["_source"], hit["_seq_no"], hit["_primary_term"]
    return StoredLink(from_document(str(hit["_id"]), source), (seq_no, term))  # type: ignore[arg-type]
