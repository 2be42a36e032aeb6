"""Empty stores that cost less than new ones: what one test leaves behind is made as new for the next."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from tests.emptying import emptied, wipe

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

__all__ = ["StorePool"]

_OF_ONE_INDEX = {"uuid", "creation_date", "provided_name", "version"}


class StorePool:
    """The empty stores of one node, lent out and taken back.

    A new store is thirty templates and as many indices, which cost a node seconds of work; of one that comes back only
    the indices that were written or changed are made again. Who is content with a store whose documents are deleted
    gets one of which only the mentions were made again: significant words are weighed against deleted documents too.
    """

    def __init__(self, client: "Elasticsearch") -> None:
        self._client = client
        self._shapes: dict[str, dict[str, Any]] = {}
        self._free: list[Store] = []

    def take(self, *, emptied: bool = False) -> Store:
        """Return a store as `ensure` makes it, or an `emptied` one that once had documents, that nobody else has."""
        while self._free:
            store = self._free.pop()
            if self._renew(store, kept=emptied):
                return store
        return self._new(Store(self._client, prefix=f"t{uuid4().hex[:8]}"))

    def of_commands(self) -> Store:
        """Return the store that commands find, without a document, though it may once have had some."""
        store = Store(self._client)
        if store.prefix in self._shapes and self._renew(store, kept=True):
            return store
        wipe(self._client, f"{store.prefix}-*")
        return self._new(store)

    def give_back(self, store: Store) -> None:
        """Lend it to the next, whatever has become of it."""
        self._free.append(store)

    def _new(self, store: Store) -> Store:
        store.ensure()
        self._shapes[store.prefix] = self._shape(store)
        return store

    def _renew(self, store: Store, *, kept: bool) -> bool:
        """Make it as it was when it was new, and say whether it is: the month may have turned.

        Where indices are `kept`, those that were written into are emptied instead of made again, but for the mentions'.
        """
        wanted, there = self._shapes[store.prefix], self._shape(store)
        stale = {name for name, shape in there.items() if wanted.get(name) != shape}
        stale |= {name for name in self._written(store) if not kept or f"-{MONTHLY}-" in name}
        if templates := [name for name in stale if name.startswith("template ")]:
            self._client.indices.delete_index_template(name=[name.split()[1] for name in templates])
        if indices := stale.difference(templates):
            wipe(self._client, ",".join(sorted(indices)))
        if stale or there != wanted:
            store.ensure()
            there = self._shape(store)
        if kept:
            emptied(store)
        return there == wanted

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
