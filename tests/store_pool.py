"""Empty stores that cost less than new ones: what one test leaves behind is made as new for the next."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from indexing.elasticsearch.store import Store
from tests.emptying import emptied, wipe

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

__all__ = ["StorePool"]

_OF_ONE_INDEX = {"uuid", "creation_date", "provided_name", "version"}


class StorePool:
    """The empty stores of one node, lent out and taken back.

    A new store is thirty templates and as many indices, which cost a node seconds of work; of one that comes back only
    the indices that were changed are made again, and the documents deleted.
    """

    def __init__(self, client: "Elasticsearch") -> None:
        self._client = client
        self._shapes: dict[str, dict[str, Any]] = {}
        self._free: list[Store] = []

    def take(self) -> Store:
        """Return a store as `ensure` makes it, without a document, that nobody else has."""
        while self._free:
            store = self._free.pop()
            if self._renew(store):
                return store
        return self._new(Store(self._client, prefix=f"t{uuid4().hex[:8]}"))

    def of_commands(self) -> Store:
        """Return the store that commands find, as `ensure` makes it, without a document."""
        store = Store(self._client)
        if store.prefix in self._shapes and self._renew(store):
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

    def _renew(self, store: Store) -> bool:
        """Make it as it was when it was new, and say whether it is: the month may have turned."""
        wanted, there = self._shapes[store.prefix], self._shape(store)
        stale = {name for name, shape in there.items() if wanted.get(name) != shape}
        if templates := [name for name in stale if name.startswith("template ")]:
            self._client.indices.delete_index_template(name=[name.split()[1] for name in templates])
        if indices := stale.difference(templates):
            wipe(self._client, ",".join(sorted(indices)))
        if there != wanted:
            store.ensure()
            there = self._shape(store)
        emptied(store)
        return there == wanted

    def _shape(self, store: Store) -> dict[str, Any]:
        """Return what there is of it, without what no two indices share."""
        found = self._client.indices.get(index=f"{store.prefix}-*", expand_wildcards="all")
        for index in found.values():
            own = index["settings"]["index"]
            index["settings"]["index"] = {name: own[name] for name in own.keys() - _OF_ONE_INDEX}
        known = self._client.options(ignore_status=404).indices.get_index_template(name=f"{store.prefix}-*")
        templates = {f"template {one['name']}": one["index_template"] for one in known.get("index_templates", ())}
        return dict(found) | templates
