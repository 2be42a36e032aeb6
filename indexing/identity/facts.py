"""What accounts say and customers have, as keyed digests by kind of evidence, and who shares one."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from indexing.customers.accounts import NAMED, PRIVATE
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.identity.event import account, customer
from indexing.people.edges import kinds
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["Facts", "born_of", "facts_of", "forms_of", "tokens_held", "tokens_said"]

_PAGE = 10_000
_NUMBERED = ("order", "ticket")


@dataclass(slots=True)
class Facts:
    """Who says or has what: `holders` of each token (`kind:digest`), and the forms of each account's id."""

    holders: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ids: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    tokens: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, node: str, token: str) -> None:
        """Note that a node holds a token."""
        self.holders[token].add(node)
        self.tokens[node].add(token)


def tokens_said(store: Store, condition: Mapping[str, Any], names: Pseudonyms, facts: Facts) -> None:
    """Note what the accounts say in the mentions that meet a condition."""
    for named, form in ((True, NAMED), (False, PRIVATE)):
        for platform, id, token in _said(store, form, condition):
            node = account(platform, names.of(platform, id) if named else id)
            facts.ids[node].add(id)
            if token:
                facts.add(node, token)


def facts_of(store: Store, names: Pseudonyms, tokens: Collection[str] | None = None) -> Facts:
    """Return who holds these tokens; all tokens of all without them."""
    facts = Facts()
    for some in [None] if tokens is None else in_parts(tokens):
        of_posts = {"exists": {"field": "author.evidence"}} if some is None else {"terms": {"author.evidence": some}}
        tokens_said(store, of_posts, names, facts)
        digests = None if some is None else sorted({one.partition(":")[2] for one in some})
        _customers(store, digests, facts)
        _records(store, digests, facts)
    if tokens is not None:
        facts.holders = defaultdict(set, {token: who for token, who in facts.holders.items() if token in tokens})
    return facts


def born_of(store: Store, ids: Collection[str]) -> dict[str, datetime]:
    """Return since when customers are known to their own source, by their nodes, where it says so."""
    found = {}
    for some in in_parts(ids):
        docs = with_retries(
            lambda some=some: store.client.mget(  # type: ignore[misc]
                index=store.alias("customers"), ids=some, source_includes=["registered_at"]
            )
        )["docs"]
        for doc in docs:
            if doc.get("found") and (said := doc["_source"].get("registered_at")):
                moment = datetime.fromisoformat(said.replace("Z", "+00:00"))
                found[customer(doc["_id"])] = moment if moment.tzinfo else moment.astimezone()
    return found


def _said(store: Store, *conditions: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    sources = [
        {"platform": {"terms": {"field": "platform"}}},
        {"id": {"terms": {"field": "author.id"}}},
        {"token": {"terms": {"field": "author.evidence", "missing_bucket": True}}},
    ]
    after: Mapping[str, Any] | None = None
    while True:
        aggs = {"said": {"composite": {"size": _PAGE, "sources": sources, **({"after": after} if after else {})}}}
        query = {"bool": {"filter": list(conditions)}}
        answer = with_retries(
            lambda aggs=aggs, query=query: store.client.search(  # type: ignore[misc]
                index=store.alias("mentions"), size=0, query=query, aggs=aggs
            )
        )["aggregations"]["said"]
        for bucket in answer["buckets"]:
            yield bucket["key"]["platform"], bucket["key"]["id"], bucket["key"]["token"]
        after = answer.get("after_key")
        if after is None:
            return


def _customers(store: Store, digests: Collection[str] | None, facts: Facts) -> None:
    among = {"exists": {"field": "personal.token"}} if digests is None else {"terms": {"personal.token": list(digests)}}
    query = {"bool": {"filter": [{"term": {"active": True}}, among]}}
    fields = ["personal.kind", "personal.token"]
    with store_errors():
        for hit in scan(store.client, index=store.alias("customers"), query={"query": query, "_source": fields}):
            for value in hit["_source"].get("personal", ()):
                if value.get("token"):
                    _compare(facts, customer(hit["_id"]), value["kind"], value["token"])


def _records(store: Store, digests: Collection[str] | None, facts: Facts) -> None:
    among = {"exists": {"field": "number"}} if digests is None else {"terms": {"number": list(digests)}}
    query = {"query": among, "_source": ["kind", "customer", "number"]}
    with store_errors():
        for hit in scan(store.client, index=store.alias("customer-records"), query=query):
            source = hit["_source"]
            if source["kind"] in _NUMBERED:
                _compare(facts, customer(source["customer"]), source["kind"], source["number"])


def _compare(facts: Facts, node: str, value: str, digest: str) -> None:
    for kind in kinds().values():
        if value in kind.customers:
            facts.add(node, f"{kind.name}:{digest}")


def tokens_held(store: Store, ids: Collection[str]) -> set[str]:
    """Return the tokens that these customers hold, by their values and records."""
    facts = Facts()
    for some in in_parts(ids):
        docs = with_retries(lambda some=some: store.client.mget(index=store.alias("customers"), ids=some))["docs"]  # type: ignore[misc]
        for doc in (doc for doc in docs if doc.get("found") and doc["_source"].get("active")):
            for value in doc["_source"].get("personal", ()):
                if value.get("token"):
                    _compare(facts, customer(doc["_id"]), value["kind"], value["token"])
        query = {"query": {"terms": {"customer": some}}, "_source": ["kind", "customer", "number"]}
        for hit in scan(store.client, index=store.alias("customer-records"), query=query):
            if hit["_source"]["kind"] in _NUMBERED and hit["_source"].get("number"):
                _compare(facts, customer(hit["_source"]["customer"]), hit["_source"]["kind"], hit["_source"]["number"])
    return set(facts.holders)


def forms_of(store: Store, nodes: Collection[str], names: Pseudonyms) -> dict[str, set[str]]:
    """Return what `author.id` says of accounts, private and by name, by their nodes."""
    from indexing.customers.named import named_by

    facts = Facts()
    keys = {node.split(":", 2)[2] for node in nodes if node.startswith("account:")}
    for some in in_parts(keys):
        tokens_said(store, {"terms": {"author.id": [*some, *named_by(store, some, names)]}}, names, facts)
    return {node: ids for node, ids in facts.ids.items() if node in nodes}
