"""Empty stores that cost less than new ones: what one module leaves behind is made as new for the next."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from indexing.elasticsearch.store import Store

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

__all__ = ["StorePool"]

_OF_ONE_INDEX = {"uuid", "creation_date", "provided_name", "version"}


class StorePool:
    """The empty stores of one node, lent out and taken back.

    A new store is twenty templates and as many indices; of one that comes back only the indices that were written or
    changed are made again.
    """

    def __init__(self, client: "Elasticsearch") -> None:
        self._client = client
        self._shapes: dict[str, dict[str, Any]] = {}
        self._free: list[Store] = []

    def take(self) -> Store:
        """Return a store as `ensure` makes it, that nobody else has."""
        while self._free:
            store = self._free.pop()
            if self._renew(store):
                return store
        store = Store(self._client, prefix=f"t{uuid4().hex[:8]}")
        store.ensure()
        self._shapes[store.prefix] = self._shape(store)
        return store

    def give_back(self, store: Store) -> None:
        """Lend it to the next, whatever has become of it."""
        self._free.append(store)

    def _renew(self, store: Store) -> bool:
        """Make it as it was when it was new, and say whether it is: the month may have turned."""
        wanted, there = self._shapes[store.prefix], self._shape(store)
        stale = self._written(store) | {name for name, shape in there.items() if wanted.get(name) != shape}
        if templates := [name for name in stale if name.startswith("template ")]:
            self._client.indices.delete_index_template(name=[name.split()[1] for name in templates])
        if indices := sorted(stale.difference(templates)):
            self._client.indices.delete(index=indices)
        store.ensure()
        return self._shape(store) == wanted

    def _written(self, store: Store) -> set[str]:
        """Return the indices into which anything was ever written."""
        found = self._client.indices.stats(
            index=f"{store.prefix}-*", level="shards", filter_path="indices.*.shards.*.seq_no.max_seq_no"
        )
        return {
            name
            for name, index in found.get("indices", {}).items()
            for copies in index["shards"].values()
            if any(copy["seq_no"]["max_seq_no"] >= 0 for copy in copies)
        }

    def _shape(self, store: Store) -> dict[str, Any]:
        """Return what there is of it, without what no two indices share."""
        found = self._client.indices.get(index=f"{store.prefix}-*", expand_wildcards="all")
        for index in found.values():
            own = index["settings"]["index"]
            index["settings"]["index"] = {name: own[name] for name in own.keys() - _OF_ONE_INDEX}
        known = self._client.options(ignore_status=404).indices.get_index_template(name=f"{store.prefix}-*")
        templates = {f"template {one['name']}": one["index_template"] for one in known.get("index_templates", ())}
        return dict(found) | templates
