"""Random sequences of link, unlink, merge, split, erase and all that could bring somebody back, on the real index.

What is asked after every step: no mention shows a customer without a live edge, whoever is gone is nowhere, nobody whom
somebody has parted is one person, and a person is called after their oldest customer. In the end everything but the
erasures is undone, and the first state must be there again, but for those who are gone.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config.brand import Brand
from crawlers.post import encode_post
from crawlers.storage.stage import Batch
from indexing.customers import import_customers
from indexing.customers.customer import Stated, from_document
from indexing.customers.link_records import read_links
from indexing.customers.stated import Said, with_said
from indexing.identity.changing import Gone, accept, part, reject, undo
from indexing.identity.event import Op, account, customer, event
from indexing.identity.events import add_events, read_events
from indexing.identity.following import follow, people_of
from indexing.identity.graph import fold
from indexing.identity.linking import link_new
from indexing.maintenance.backup import backup, restore
from indexing.maintenance.rebuild import rebuild
from indexing.people.pseudonyms import pseudonyms
from indexing.pipeline import analyse_all, index_all
from indexing.privacy.erase import erase
from tests.emptying import emptied
from tests.test_identity import mention, shop, somebody

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

pytestmark = pytest.mark.usefixtures("fast_pipeline")
XINGHE = Brand(id="xinghe", name="星河", query="星河")
START = datetime(2026, 8, 3, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PHONES = {"KD-2001": "13911112222", "KD-2002": "13911113333", "KD-2003": "13911114444"}
CUSTOMERS, ACCOUNTS = tuple(PHONES), ("1001", "1002", "1003")
BIOS = {"1001": PHONES["KD-2001"], "1002": PHONES["KD-2002"], "1003": ""}
STATED = {"KD-2003": "1003"}
SINCE = {"KD-2001": 200, "KD-2002": 100, "KD-2003": 300}
"""Whoever has the least is the oldest."""
Step = tuple[str, int, int]
SEQUENCES = int(os.environ.get("SEQUENCES", "150"))
"""In a soak. Read here, for tests themselves see none of our variables."""
NODES = len(CUSTOMERS) + len(ACCOUNTS)
places = st.integers(0, NODES - 1)
steps = st.one_of(
    st.tuples(st.sampled_from(["accept", "reject", "link"]), places, places),
    st.tuples(st.sampled_from(["split", "undo", "unlink"]), places, places),
    st.tuples(st.sampled_from(["erase", "reimport", "late", "turn"]), places, st.just(0)),
    st.tuples(st.sampled_from(["keep", "restore", "rebuild"]), st.just(0), st.just(0)),
)
EVERYTHING: list[Step] = [
    ("accept", 0, 1), ("split", 0, 4), ("undo", 0, 0), ("keep", 0, 0), ("link", 2, 5), ("unlink", 0, 0),
    ("erase", 0, 0), ("reimport", 0, 0), ("late", 3, 0), ("restore", 0, 0), ("accept", 0, 5), ("rebuild", 0, 0),
    ("reject", 1, 4), ("turn", 0, 0),
]  # fmt: skip


class Index:
    """An index with three customers and the accounts that their telephone numbers lead to."""

    def __init__(self, store: "Store", data: Path) -> None:
        self.store, self.data, self.names = store, data, pseudonyms()
        self.now, self.windows, self.backup = START, 0, ""
        self.gone: set[str] = set()
        self.gone_accounts: set[str] = set()
        self.reimport()
        for id, phone in PHONES.items():
            document = store.client.get(index=store.alias("customers"), id=id)["_source"]
            full = somebody(id, SINCE[id], phone=phone)
            values = tuple(replace(value, source="crm") for value in full.personal)
            said = Said(stated=Stated(source="crm", registered_at=full.registered_at), personal=values)
            shop(store, with_said(from_document(id, document), id, said, START))
        for id in ACCOUNTS:
            self.crawl(id)
        link_new(store, now=self.tick())
        self.first, self.known = self.state(), {one.id for one in read_events(store)}

    def tick(self) -> datetime:
        self.now += MINUTE
        return self.now

    def node(self, place: int) -> str:
        if place < len(CUSTOMERS):
            return customer(CUSTOMERS[place])
        return account("weibo", self.names.of("weibo", ACCOUNTS[place - len(CUSTOMERS)]))

    def do(self, step: Step) -> None:
        """Take a step; one that means nothing here is passed over."""
        what, one, other = step
        if what in ("accept", "reject", "split", "link"):
            if one != other:
                self.say(what, self.node(one), self.node(other))
        else:
            getattr(self, what)(one)

    def undo(self, one: int) -> None:
        if known := self.since():
            undo(self.store, known[one % len(known)].id, by="li", now=self.tick())

    def unlink(self, one: int) -> None:
        if edges := sorted(fold(read_events(self.store), key=self.erased).edges):
            kind, *pair = edges[one % len(edges)]
            self.add(event(Op.UNLINK, *pair, at=self.tick(), by="li", kind=kind))

    def erase(self, one: int) -> None:
        id = CUSTOMERS[one % 3]
        if id not in self.gone:
            links = [one.link for one in read_links(self.store, {"term": {"customer": id}}).values()]
            self.gone_accounts |= {link.account for link in links if link.active}
            erase(self.store, id, by="li", reason="asked")
            self.gone.add(id)

    def late(self, one: int) -> None:
        self.crawl(ACCOUNTS[one % 3])
        self.turn()

    def turn(self, _: int = 0) -> None:
        link_new(self.store, now=self.tick())

    def keep(self, _: int) -> None:
        self.backup = self.backup or backup(self.store).name

    def restore(self, _: int) -> None:
        if self.backup:
            restore(self.store, self.backup, grace=0)

    def rebuild(self, _: int) -> None:
        rebuild(self.store, grace=0)

    def say(self, what: str, one: str, other: str) -> None:
        if what != "link" and {one, other} & {customer(id) for id in self.gone}:
            with pytest.raises(Gone):
                self.word(what, one, other)
        elif what != "link":
            with suppress(Gone):  # an account that went with its customer
                self.word(what, one, other)
        elif not {one, other} & {customer(id) for id in self.gone}:
            self.add(event(Op.LINK, one, other, at=self.tick(), by="li", kind="contact_in_post", probability=0.95))

    def word(self, what: str, one: str, other: str) -> None:
        if what == "split":
            part(self.store, [one], [other], by="li", now=self.tick())
        else:
            (accept if what == "accept" else reject)(self.store, one, other, by="li", now=self.tick())

    def add(self, one: Any) -> None:
        add_events(self.store, [one])
        follow(self.store, {one.one, one.other}, {}, self.names, self.now)

    def since(self) -> list[Any]:
        events = [one for one in read_events(self.store) if one.id not in self.known and one.op is not Op.ERASE]
        return sorted(events, key=lambda one: (one.at, one.id))

    def crawl(self, id: str) -> None:
        """Let a crawl bring a post, and all that follows."""
        self.windows += 1
        batch = Batch(stage="posts", feed="weibo_search", query="q", window=f"202608{self.windows:02}T000000Z")
        with batch.write() as writer:
            writer.add(encode_post(mention(100 + self.windows, id, f"某人{id}", text="星河不错", bio=BIOS[id]).post))
        analyse_all([XINGHE], self.store)
        index_all(self.store)

    def reimport(self, _: int = 0) -> None:
        file = self.data / "shop.csv"
        rows = "".join(f"{id},{STATED.get(id, '')}\n" for id in CUSTOMERS)
        file.write_text(f"customer_id,weibo_id\n{rows}", encoding="utf-8")
        import_customers(self.store, file)
        file.unlink()

    def erased(self, node: str) -> str:
        return self.names.of("erased", node)

    def mentions(self) -> dict[str, dict[str, Any]]:
        """Return every mention by its id."""
        self.store.refresh("mentions", "links")
        hits = self.store.client.search(index=self.store.alias("mentions"), size=100)["hits"]["hits"]
        return {hit["_id"]: hit["_source"] for hit in hits}

    def state(self) -> dict[str, tuple[str, str, str, str]]:
        """Return of each mention its account and whose it is, by which kind of link, and their person."""
        links = {id: one.link for id, one in read_links(self.store).items()}
        none = {"id": "", "link": "", "person": ""}
        told = {id: (one["author"]["id"], one.get("customer", none)) for id, one in self.mentions().items()}
        return {
            id: (who, of["id"], links[of["link"]].type if of["link"] else "", of.get("person", ""))
            for id, (who, of) in told.items()
        }

    def without_the_gone(self, said: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
        """Return whose a mention is once somebody has gone who was not linked with its account when they went."""
        return (said[0], "", "", "") if said[1] in self.gone else said

    def check(self) -> None:
        """Ask for all that must hold after every step."""
        live = {one.link.id: one.link for one in read_links(self.store).values() if one.link.active}
        people = people_of(self.store, self.names)
        for one in self.mentions().values():
            if of := one.get("customer"):
                edge = live[of["link"]]
                node = account(edge.platform, edge.account)
                assert (of["id"], one["author"]["id"]) == (edge.customer, edge.account)
                assert people.owner[node][0] == of["id"]
                assert of.get("person", people.person[node]) == people.person[node]
        for pair in fold(read_events(self.store), key=self.erased).apart:
            first, second = (people.person.get(node, node) for node in pair)
            assert first != second
        for id in set(people.person.values()):
            members = [node for node in people.person if people.person[node] == id and node.startswith("customer:")]
            oldest = min(members, key=lambda node: SINCE[node.partition(":")[2]], default="")
            assert not oldest or id == self.names.of("person", oldest)[:20], "named after the oldest, whatever happened"
        self.nowhere()

    def nowhere(self) -> None:
        """Look for whoever is gone; that an account's own page says a number is the page's word, of whoever it is."""
        self.store.client.indices.refresh(index=f"{self.store.prefix}-v*")
        hits = self.store.client.search(index=f"{self.store.prefix}-v*", size=1_000)["hits"]["hits"]
        for id in self.gone:
            token = self.names.of("contact:phone", PHONES[id])
            for hit in hits:
                said = {**hit["_source"], "author": None}
                there = [word for word in (id, token, PHONES[id]) if word in f"{hit['_id']} {said}"]
                assert there == [], f"{id} is back in {hit['_index']}/{hit['_id']}"

    def undo_everything(self) -> None:
        for one in reversed(self.since()):
            undo(self.store, one.id, by="li", now=self.tick())


def run(store: "Store", data: Path, path: Sequence[Step]) -> None:
    index = Index(emptied(store), data)
    for step in path:
        index.do(step)
        index.check()
    index.undo_everything()
    index_all(store)  # what came after a backup that was restored
    link_new(store, now=index.tick())
    index.check()
    left = {id: index.without_the_gone(said) for id, said in index.first.items() if said[0] not in index.gone_accounts}
    after = index.state()
    assert {id: after.get(id) for id in left} == left
    assert not {who for who, *_ in after.values()} & index.gone_accounts


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Give a maker of empty data folders, the newest of which is in use."""
    numbers = count()

    def make() -> Path:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        monkeypatch.setenv("TINGFENG_DATA", str(folder))
        return folder

    return make


def test_all_that_could_bring_somebody_back(emptied_store: "Store", fresh: Callable[[], Path]) -> None:
    run(emptied_store, fresh(), EVERYTHING)


def random_paths(examples: int, longest: int) -> Callable[[Callable[..., None]], Any]:
    """Return a decorator that gives a test random sequences of steps."""
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    how = settings(
        max_examples=examples, deadline=None, suppress_health_check=quiet, phases=[Phase.generate, Phase.explicit]
    )

    def decorate(test: Callable[..., None]) -> Any:
        return how(given(path=st.lists(steps, min_size=3, max_size=longest))(test))

    return decorate


@random_paths(3, 7)
def test_any_sequence_can_be_undone_and_nobody_comes_back(
    emptied_store: "Store", fresh: Callable[[], Path], path: list[Step]
) -> None:
    run(emptied_store, fresh(), path)


@pytest.mark.soak
@random_paths(SEQUENCES, 16)
def test_many_sequences_can_be_undone_and_nobody_comes_back(
    emptied_store: "Store", fresh: Callable[[], Path], path: list[Step]
) -> None:
    run(emptied_store, fresh(), path)
