"""The index: what is about the person goes, and in what is about others something else stands in the words' place.

What is deleted stays in Lucene's files until they are merged, so the indices that were touched are merged at once.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from config.brand import load_brands
from indexing.cases.update import READER as CASES
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.exchange import changed
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.mappings import MONTHLY, STANDING
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.labelling.items import KIND as LABELLING
from indexing.labelling.items import item_id
from indexing.privacy.sought import Finder, Sought, cleaned
from indexing.profiles.update import READER as PROFILES
from indexing.stories.retracted import note_retracted
from indexing.stories.update import update_stories

__all__ = ["about_them", "clean_id", "erase", "look", "without_them"]

Hit = Mapping[str, Any]

_OF_OTHERS = ("alerts", "alert-events", "silences", "notes", "stories", "looks", "exports")
"""Kinds of documents that tell of what happened, and of others too: the person goes, the document stays."""
_OF_CUSTOMERS = ("customers", "profiles")
"""Kinds whose documents' ids are customers'."""
_GONE = 404


def look(store: Store, sought: Sought) -> Iterator[str]:
    """Yield the documents in which the person is found."""
    for index, hit in _hits(store):
        kind, id, source = store.kind_of(index), hit["_id"], hit["_source"]
        if about_them(kind, id, source, sought) or sought.holds(id) or without_them(kind, source, sought) != source:
            yield f"{kind}/{id}"


def erase(store: Store, sought: Sought) -> int:
    """Delete and change documents; return how many.

    First the mentions, of which the stories then take leave; then what was only kept to count them. Busy while a turn
    tells of stories, cases or profiles: it may have read what is about to go, and would write it anew.
    """
    indices = sorted(store.indices(), key=lambda index: store.kind_of(index.name) in STANDING)
    months = [index.name for index in indices if store.kind_of(index.name) not in STANDING]
    touched = _erase(store, months, sought)
    update_stories(store, load_brands())
    with lease(store.client, store.state, "erasure", CASES), lease(store.client, store.state, "erasure", PROFILES):
        touched |= _erase(store, [index.name for index in indices if index.name not in months], sought)
    _merge(store, [name for name, count in touched.items() if count])
    return sum(touched.values())


def _erase(store: Store, names: list[str], sought: Sought) -> dict[str, int]:
    """Delete and change the documents of these indices; return how many by the index."""
    store.refresh(MONTHLY, *STANDING)
    touched: dict[str, int] = {}
    for name in names:
        for hits in changed(store, name):
            actions = list(_actions(store, name, hits, sought))
            if store.kind_of(name) not in STANDING:
                note_retracted(store, [action.id for action in actions if action.operation == "delete"])
            _do(store, actions)
            touched[name] = touched.get(name, 0) + len(actions)
    return touched


def about_them(kind: str, id: str, source: Mapping[str, Any], finder: Finder) -> bool:
    """Return whether a document is about the person, rather than about something in which they occur."""
    if kind in _OF_OTHERS:
        return False
    if kind == "link-events":  # an edge of which one end is nobody would join all who ever had such an edge
        return _joins_them(source, finder)
    author, account, platform = source.get("author"), source.get("account"), str(source.get("platform"))
    whose = [one for one in (account, author.get("id") if isinstance(author, dict) else None) if isinstance(one, str)]
    if any(finder.is_word(one) or finder.wrote(platform, one.removeprefix(f"{platform}:")) for one in whose):
        return True
    customer = source.get("customer")
    owner = customer.get("id") if isinstance(customer, dict) and kind in STANDING else customer
    return (
        (isinstance(owner, str) and finder.is_customer(owner))
        or (kind in _OF_CUSTOMERS and finder.is_customer(id))
        or finder.holds(id)
    )


def _joins_them(source: Mapping[str, Any], finder: Finder) -> bool:
    nodes = (str(source.get(name, "")) for name in ("one", "other"))
    accounts = [node.split(":", 2)[1:] for node in nodes if node.startswith("account:")]
    theirs = any(finder.is_word(account[-1]) or finder.wrote(account[0], account[-1]) for account in accounts)
    return theirs or any(map(finder.is_customer, source.get("customers", ())))


def without_them(kind: str, source: Mapping[str, Any], finder: Finder) -> Any:
    """Return a document about others without the person.

    A value that another customer shares goes whole, for what stood in its token's place would be equal among all such
    customers; likewise whose a mention is that was still held to be theirs.
    """
    made = dict(source)
    for name, key in (("personal", "token"), ("handles", "pseudonym")) if kind == "customers" else ():
        if name in made:
            made[name] = [one for one in made[name] if not finder.is_word(one.get(key) or "")]
    customer = made.get("customer")
    if isinstance(customer, dict) and finder.is_customer(customer.get("id", "")):
        del made["customer"]
    return cleaned(made, finder)


def _hits(store: Store) -> Iterator[tuple[str, Hit]]:
    store.refresh(MONTHLY, *STANDING)
    for index in store.indices():
        for hits in changed(store, index.name):
            for hit in hits:
                yield index.name, hit


def _actions(store: Store, index: str, hits: list[Hit], sought: Sought) -> Iterator[Action]:
    kind = store.kind_of(index)
    alias = store.alias(kind if kind in STANDING else f"{MONTHLY}-{store.month_of(index)}")
    for hit in hits:
        id, source = hit["_id"], hit["_source"]
        if about_them(kind, id, source, sought):
            yield Action(operation="delete", index=alias, id=id)
            continue
        made = without_them(kind, source, sought)
        if (clean := clean_id(kind, id, made, sought)) != id:
            yield Action(operation="index", index=alias, id=clean, source=made)
            yield Action(operation="delete", index=alias, id=id)
        elif made != source:
            yield Action(operation="index", index=alias, id=id, source=made)


def clean_id(kind: str, id: str, made: Mapping[str, Any], finder: Finder) -> str:
    """Return a document's id without the person, not as a digest of their post's id either."""
    return item_id(made["sample"], made["mention"]) if kind == LABELLING else finder.clean(id)


def _do(store: Store, actions: list[Action]) -> None:
    for action, answer in zip(actions, send(store.client, actions), strict=True):
        if not answer.done and answer.status != _GONE:
            raise StoreError(
                f"{action.index}: a document is refused ({answer.reason}): erase again once that is mended"
            )


def _merge(store: Store, names: list[str]) -> None:
    """Let nothing of what was deleted stay in the files of these indices."""
    policy = {"index.merge.policy.expunge_deletes_allowed": 0}
    with store_errors():
        for name in names:
            with_retries(lambda name=name: store.client.indices.put_settings(index=name, settings=policy))  # type: ignore[misc]
            store.client.indices.flush(index=name, wait_if_ongoing=True)
            store.client.options(request_timeout=3600).indices.forcemerge(index=name, only_expunge_deletes=True)
