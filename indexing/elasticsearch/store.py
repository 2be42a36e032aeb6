"""The indices of tingfeng in one cluster: their names, and how they come to be."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from config import settings
from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.connect import connect
from indexing.elasticsearch.errors import MappingOutdated, StoreError, store_errors
from indexing.elasticsearch.lease import free_from_the_dead
from indexing.elasticsearch.mappings import KINDS, MONTHLY, STANDING, VERSION, copies, mapping, template
from indexing.elasticsearch.retry import with_retries

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

__all__ = [
    "ALERTS",
    "ALERT_EVENTS",
    "CUSTOMERS",
    "ENGAGEMENT",
    "LINKS",
    "MENTIONS",
    "RUNS",
    "Index",
    "Store",
    "connect",
    "in_lines",
    "open_store",
]

MENTIONS = "tingfeng-mentions"
ENGAGEMENT = "tingfeng-engagement"
RUNS = "tingfeng-runs"
CUSTOMERS = "tingfeng-customers"
LINKS = "tingfeng-links"
ALERTS = "tingfeng-alerts"
ALERT_EVENTS = "tingfeng-alert-events"

_AT_ONCE = 8
_IN_A_LINE = 40


@dataclass(frozen=True, slots=True)
class Index:
    """One index as it stands in the cluster."""

    name: str
    aliases: frozenset[str]
    version: str | None
    """The mappings' version that it was made with."""


@dataclass(frozen=True, slots=True)
class Store:
    """All indices whose names begin with `prefix`; `building` leads to the generation that readers do not see yet."""

    client: "Elasticsearch"
    prefix: str = "tingfeng"
    building: bool = False

    def alias(self, kind: str) -> str:
        """Return the name under which a kind of index (see mappings.KINDS) is read and written."""
        return f"{self.prefix}-next-{kind}" if self.building else f"{self.prefix}-{kind}"

    def month_alias(self, month: str) -> str:
        """Return the name under which one month (`2026.11`) of mentions is written."""
        return self.alias(f"{MONTHLY}-{month}")

    def index_of(self, generation: int, kind: str) -> str:
        """Return the name of the index itself behind an alias."""
        return f"{self.prefix}-v{generation}-{kind}"

    def generation_of(self, index: str) -> int:
        """Return the generation that an index belongs to."""
        return int(index.removeprefix(f"{self.prefix}-v").split("-", 1)[0])

    def kind_of(self, index: str) -> str:
        """Return an index's kind, with the month for mentions: `runs`, `mentions-2026.11`."""
        return index.removeprefix(f"{self.prefix}-v").split("-", 1)[1]

    def month_of(self, index: str) -> str:
        """Return the month of a mentions' index."""
        return self.kind_of(index).removeprefix(f"{MONTHLY}-")

    @property
    def state(self) -> str:
        """The index that keeps who is exchanging the others."""
        return f"{self.prefix}-state"

    def ensure(self) -> None:
        """Make what is missing: templates, indices, aliases; bring mappings up to date where that only adds fields.

        Raises MappingOutdated where it would change one, and other StoreErrors.
        """
        with_retries(self._ensure)  # an index that another process is just making does not answer yet

    def begin(self, generation: int, there: Collection[Index] = ()) -> None:
        """Make what every generation has: an index a standing kind, and one month, so that no alias leads nowhere."""
        kinds = {self.kind_of(index.name) for index in there}
        wanted = {self.index_of(generation, kind): [self.alias(kind)] for kind in STANDING if kind not in kinds}
        if kinds <= STANDING.keys():
            month = datetime.now(settings.DAY_ZONE).strftime("%Y.%m")
            wanted[self.index_of(generation, f"{MONTHLY}-{month}")] = [self.alias(MONTHLY), self.month_alias(month)]
        self._make_all(wanted)

    def open_months(self, months: Collection[str]) -> None:
        """Make the indices of months that are not there yet."""
        if months:
            with store_errors():
                kinds = {f"{MONTHLY}-{month}": self.month_alias(month) for month in months}
                generation = self.generation()
                self._make_all(
                    {self.index_of(generation, kind): [self.alias(MONTHLY), alias] for kind, alias in kinds.items()}
                )

    def every_index(self) -> list[Index]:
        """Return the indices of all generations, with or without aliases."""
        wanted = "*.aliases,*.mappings._meta,*.settings.index.uuid"
        found = self.client.indices.get(index=f"{self.prefix}-v*", filter_path=wanted)
        return [
            Index(
                name=name,
                aliases=frozenset(index.get("aliases", ())),
                version=index.get("mappings", {}).get("_meta", {}).get("version"),
            )
            for name, index in sorted(found.items())
            if re.fullmatch(r"\d+-.+", name.removeprefix(f"{self.prefix}-v"))  # another's index may begin alike
        ]

    def indices(self) -> list[Index]:
        """Return the indices that this store's aliases lead to."""
        return [index for index in self.every_index() if any(map(self.kind_named, index.aliases))]

    def kind_named(self, alias: str) -> str | None:
        """Return the kind that an alias names, or None for one that is not this store's."""
        kind = alias.removeprefix(self.alias(""))
        return kind if kind != alias and (kind in STANDING or kind.split("-")[0] == MONTHLY) else None

    def generation(self) -> int:
        """Return the generation that this store's aliases lead to."""
        generations = [self.generation_of(index.name) for index in self.indices()]
        if not generations:
            raise StoreError(f"{self.alias('runs')}: missing: someone deleted it; run the same again to make it anew")
        return max(generations)

    def identity(self) -> str:
        """Return what no other index ever has: the uuid of the one that holds the runs, which lives with all others."""
        alias = self.alias("runs")
        found = self.client.indices.get_settings(index=alias, name="index.uuid", ignore_unavailable=True)
        for index in found.values():
            return str(index["settings"]["index"]["uuid"])
        raise StoreError(f"{alias}: missing: someone deleted it; run the same again to make it anew")

    def refresh(self, *kinds: str) -> None:
        """Let searches find what has been written."""
        names = [self.alias(kind) for kind in kinds]
        with_retries(lambda: self.client.indices.refresh(index=names, ignore_unavailable=True))

    def count(self, kind: str) -> int:
        """Return how many documents searches find."""
        answer = with_retries(lambda: self.client.count(index=self.alias(kind), ignore_unavailable=True))
        return int(answer["count"])

    def let_write(self, names: Sequence[str]) -> None:
        """Take the write block off these indices."""
        for some in in_lines(names):
            self.client.indices.put_settings(index=some, settings={"index.blocks.write": None})

    def ensure_templates(self) -> None:
        """Put the templates by which new indices are made, where they are missing or another version's.

        Where another number of copies is wanted than before, the indices that are there get it too.
        """
        answer = with_options(self.client, ignore_status=404).indices.get_index_template(name=f"{self.prefix}-*")
        known = {
            one["name"].removeprefix(f"{self.prefix}-"): one["index_template"].get("_meta", {})
            for one in answer.get("index_templates", ())
        }
        wished = settings.replicas()
        if any(meta.get("replicas", "auto") != wished for meta in known.values()):  # first, or a kill forgets it
            for names in in_lines([self.state, *(index.name for index in self.every_index())]):
                self.client.indices.put_settings(index=names, settings=copies(wished), ignore_unavailable=True)
        for kind in KINDS:
            if known.get(kind) != {"version": VERSION, "replicas": wished}:
                self.client.indices.put_index_template(**template(self.prefix, kind))

    def _ensure(self) -> None:
        self.ensure_templates()
        if not self.client.indices.exists(index=self.state):
            self._make(self.state, ())
        own = self.indices()
        free_from_the_dead(self.client, self.state, lambda: self.let_write([index.name for index in own]))
        self.begin(max((self.generation_of(index.name) for index in own), default=1), own)
        self._add_fields([index for index in own if index.version != VERSION])

    def _make_all(self, wanted: Mapping[str, Collection[str]]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._make, wanted.keys(), wanted.values()))

    def _make(self, name: str, aliases: Collection[str]) -> None:
        """Create an index together with its aliases; one that is there already stays as it is."""
        from elasticsearch import BadRequestError

        try:
            self.client.indices.create(index=name, aliases={alias: {} for alias in aliases})
        except BadRequestError as error:
            if error.error == "resource_already_exists_exception":
                return
            if error.error == "invalid_alias_name_exception":
                raise StoreError(
                    f"{' and '.join(aliases)}: an index of that name stands where an alias must: delete or rename it"
                ) from error
            raise

    def _add_fields(self, outdated: Collection[Index]) -> None:
        from elasticsearch import BadRequestError

        for index in outdated:
            kind = self.kind_of(index.name)
            wanted = mapping(kind if kind in STANDING else MONTHLY)
            try:
                self.client.indices.put_mapping(
                    index=index.name, dynamic=wanted["dynamic"], meta=wanted["_meta"], properties=wanted["properties"]
                )
            except BadRequestError as error:
                raise MappingOutdated(
                    f"{index.name} was made by another version of tingfeng ({error.message}): run `tingfeng rebuild`"
                ) from error


def in_lines(names: Sequence[str]) -> Iterator[str]:
    """Yield the names, joined by commas, a few at a time: a request's first line takes 4,096 bytes."""
    for start in range(0, len(names), _IN_A_LINE):
        yield ",".join(names[start : start + _IN_A_LINE])


def open_store(*, any_version: bool = False) -> Store:
    """Return the store with all its indices; `any_version` is for those who read or replace an outdated one whole."""
    store = Store(connect())
    try:
        store.ensure()
    except MappingOutdated:
        if not any_version:
            raise
    return store
