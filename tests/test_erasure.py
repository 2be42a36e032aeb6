"""A person is erased everywhere: found by a search of our own before, and by none after, whatever comes later."""

import base64
import gzip
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.brand import Brand
from config.seal import keyring
from crawlers.page import Request, Response
from crawlers.post import Author, Kind, Post, encode_post
from crawlers.storage import pages, received
from crawlers.storage.received import Spool
from crawlers.storage.stage import Batch, batches
from crawlers.storage.zstd import decompress
from indexing.customers import NOTHING_NEW, import_customers, link
from indexing.customers.customer import Customer, from_document, to_document
from indexing.customers.reading import DeadRow
from indexing.customers.record import Order
from indexing.customers.records import write_records
from indexing.customers.sync.dead import keep_dead, read_dead
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import Busy, store_errors
from indexing.elasticsearch.field import ADDRESS, DATE, KEYWORD, STORED, TEXT
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.mappings import MONTHLY, STANDING
from indexing.elasticsearch.store import Store
from indexing.evidence import evaluations
from indexing.evidence.chain import append
from indexing.evidence.line import Item
from indexing.identity.changing import accept, node_of
from indexing.identity.following import Followed, follow, people_of
from indexing.identity.linking import IdentityReport, link_new
from indexing.identity.linking import link as identify
from indexing.labelling import items as labelling
from indexing.labelling.draw import draw
from indexing.labelling.items import give, items
from indexing.maintenance.backup import backup, nightly, restore
from indexing.maintenance.maintain import maintain
from indexing.maintenance.rebuild import rebuild
from indexing.owed import lost
from indexing.people.erased import ERASED, BrokenReceipt, Receipt, load_erased, receipts
from indexing.people.personal import Basis, Personal, PersonalKind, about
from indexing.people.pseudonyms import pseudonyms
from indexing.pipeline import analyse_all, index_all, turn
from indexing.privacy import erase as erasing
from indexing.privacy.erase import NobodyFound, erase, finish_all, object_to, same_person
from indexing.privacy.places import other_files, places
from indexing.privacy.places import windows as windows_place
from indexing.privacy.places.index import about_them, without_them
from indexing.privacy.sought import Sought, telling
from indexing.profiles import update_profiles
from tests.killing import dying

pytestmark = pytest.mark.usefixtures("fast_pipeline")
WEIBO = {"platform": "weibo"}
XINGHE = Brand(id="xinghe", name="星河", query="星河")
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = datetime(2026, 12, 20, tzinfo=UTC)
ACCOUNT, NAME, PHONE, MAIL, CUSTOMER, ORDER = (
    "7719259611", "山间的小周A7", "13312309876", "zhou.a7@example.com", "KD-20931", "DD20261101774",
)  # fmt: skip
POST = "5369582145683331"
DAYS: dict[str, Any] = {"since": NOW - timedelta(days=7), "until": NOW + timedelta(days=1)}
THEIRS = (ACCOUNT, NAME, PHONE, MAIL, CUSTOMER, ORDER, POST)
STILL = "路过的番茄"


class Clock:
    """The turns' clock: a complaint of long ago opens no case."""

    fromisoformat = staticmethod(datetime.fromisoformat)

    @staticmethod
    def now(_: object) -> datetime:
        return datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexing.cases.update.datetime", Clock)


@pytest.fixture
def store(emptied_store: Store) -> Store:
    return emptied_store


def post(native_id: str, text: str, author: str, name: str, **fields: Any) -> Post:
    at = NOW - timedelta(minutes=int(native_id[-2:]))
    told: dict[str, Any] = {
        "platform": "weibo", "feed": "weibo_search", "kind": Kind.POST, "native_id": native_id, "text": text,
        "url": f"https://weibo.com/{author}/{native_id}", "author": Author(id=author, name=name, followers=5),
        "published_at": at, "fetched_at": NOW, "query": "星河", "run_id": "r",
    }  # fmt: skip
    return Post(**told | fields)


def crawled(window: str) -> None:
    """Write a window as a crawl does: their post, one that answers it, one that names them, and a stranger's."""
    theirs = post(POST, "星河手机又闪退了，太失望了", ACCOUNT, NAME)
    others = [
        post("5369582145683340", f"回复@{NAME}:星河就是这样，太差了", "2002", STILL, kind=Kind.COMMENT,
             root_id=theirs.id, parent_id=POST),
        post("5369582145683341", f"星河客服让我打{PHONE}，{MAIL}，像{NAME}那样", "2003", "别的人"),
        post("5369582145683342", "星河手机真好用", "2004", "又一个人"),
    ]  # fmt: skip
    batch = Batch(stage="posts", feed="weibo_search", query="q-1", window=window)
    body = f'{{"cards": [{{"id": "{POST}", "user": {{"id": {ACCOUNT}}}}}]}}'.encode()
    request = Request(url="https://m.weibo.cn/api")
    response = Response(url=request.url, body=body, fetched_at=NOW)
    with batch.write() as writer:
        for one in (theirs, *others):
            writer.add(encode_post(one))
        writer.set_aside("unreadable", f'{{"user": {ACCOUNT}')
    spool = Spool()
    if line := received.received(request, response, [theirs.id], run_id="r", platform="weibo"):
        spool.add(line)
    spool.write(batch)
    spool.close()


@dataclass(slots=True)
class World:
    """A data folder and an index's documents, kept as they were."""

    folder: Path
    documents: list[dict[str, Any]] = field(default_factory=list)
    identity: str = ""
    """Of the index; after a test that makes it anew, the next one is given another."""

    def keep(self, store: Store, data: Path) -> None:
        self.identity = store.identity()
        shutil.copytree(data, self.folder, dirs_exist_ok=True)
        self.documents = [hit | {"_index": store.kind_of(hit["_index"])} for hit in all_documents(store)]

    def give(self, store: Store, data: Path) -> None:
        shutil.copytree(self.folder, data, dirs_exist_ok=True)
        for manifest in data.glob("indexed/*/*/*.manifest"):
            manifest.write_bytes(manifest.read_bytes().replace(self.identity.encode(), store.identity().encode()))
        kinds = {hit["_index"] for hit in self.documents}
        months = {kind: kind.removeprefix(f"{MONTHLY}-") for kind in kinds if kind.startswith(f"{MONTHLY}-")}
        store.open_months(months.values())
        aliases = {kind: store.month_alias(months[kind]) if kind in months else store.alias(kind) for kind in kinds}
        actions = [
            Action(operation="index", index=aliases[hit["_index"]], id=hit["_id"], source=hit["_source"])
            for hit in self.documents
        ]
        assert {answer.reason for answer in send(store.client, actions)} == {""}
        store.client.indices.refresh(index=f"{store.prefix}-v*")


@pytest.fixture(scope="module")
def kept_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(folder=tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(store: Store, data: Path, kept_world: World) -> Path:
    """Give a data folder and an index in which the person is everywhere; the first test to ask makes them."""
    if kept_world.documents:
        kept_world.give(store, data)
    else:
        make_world(store, data)
        kept_world.keep(store, data)
    return data


def make_world(store: Store, data: Path) -> None:
    """Let the person be everywhere in the data folder and the index; another customer is there too."""
    (data / "config" / "brands").mkdir(parents=True)
    (data / "config" / "brands" / "xinghe.yaml").write_text("name: 星河\nquery: 星河\n", encoding="utf-8")
    crawled("20261118T080000Z")
    analyse_all([XINGHE], store)
    turn(store, [XINGHE])
    shop = data / "shop.csv"
    shop.write_text(
        f"customer_id,weibo,tier\n{CUSTOMER},{NAME},金卡\nKD-1,{STILL},银卡\n{CUSTOMER},又,\n", encoding="utf-8"
    )
    import_customers(store, shop)
    shop.unlink()
    link(store)
    personal_of(store)
    told = {"source": "erp", "customer": CUSTOMER, "at": NOW, "recorded_at": NOW}
    number = pseudonyms().of("contact:order", ORDER.casefold())
    write_records(store, [Order(id=f"erp:order:{number}", number=number, amount=19.9, **told)])  # type: ignore[arg-type]
    maintain(store, now=LATER)  # what is there so far is packed
    crawled("20261120T080000Z")
    crawled("20261120T081000Z")
    analyse_all([XINGHE], store)
    turn(store, [XINGHE])
    crawled("20261120T082000Z")  # still waits, its page spooled
    (data / "logs").mkdir(exist_ok=True)
    (data / "logs" / "weibo.log").write_text(f"skipped {POST} of {NAME}\nfine\n", encoding="utf-8")
    (data / "report").mkdir()
    (data / "report" / "index.html").write_text(f"<p>@{NAME} · {ACCOUNT}</p>", encoding="utf-8")
    with zipfile.ZipFile(data / "report" / "list.xlsx", "w") as packed:
        packed.writestr("sheet.xml", f"<c>{CUSTOMER}</c>")


def personal_of(store: Store) -> None:
    index, keys = store.alias("customers"), keyring()
    customer = from_document(CUSTOMER, store.client.get(index=index, id=CUSTOMER)["_source"])
    values = {PersonalKind.PHONE: PHONE, PersonalKind.EMAIL: MAIL, PersonalKind.NAME: "周某"}
    personal = tuple(
        Personal(
            kind=kind, sealed=keys.seal(value, about=about(CUSTOMER, kind)), purpose="售后", basis=Basis.CONTRACT,
            token=pseudonyms().of(f"contact:{kind}", value), keep_until=date(2030, 1, 1),
        )
        for kind, value in values.items()
    )  # fmt: skip
    send(
        store.client,
        [Action(operation="index", index=index, id=CUSTOMER, source=to_document(replace(customer, personal=personal)))],
    )
    store.refresh("customers")


def everywhere(data: Path, store: Store, *, backups: bool = False) -> Iterator[tuple[str, str]]:
    """Yield every file and every document as text, unpacked: a search that shares nothing with what erases."""
    for path in sorted(data.rglob("*")):
        part = path.relative_to(data).parts[0]
        if path.is_file() and (part not in ("keys", "elasticsearch", "backups") or (backups and part == "backups")):
            content = path.read_bytes()
            yield str(path.relative_to(data)), f"{path.name} {_opened(path, content)}"
    yield from indexed(store)


def indexed(store: Store) -> Iterator[tuple[str, str]]:
    """Yield every document, by kind and id, as text."""
    for hit in all_documents(store):
        text = msgspec.json.encode([hit["_id"], hit["_source"]]).decode()
        yield f"{store.kind_of(hit['_index'])}/{hit['_id']}", text


def all_documents(store: Store) -> list[dict[str, Any]]:
    """Return the hits of all there is in the index."""
    store.client.indices.refresh(index=f"{store.prefix}-v*")
    hits: list[dict[str, Any]] = store.client.search(index=f"{store.prefix}-v*", size=1_000)["hits"]["hits"]
    assert len(hits) < 1_000, "all of them"
    return hits


def _opened(path: Path, content: bytes) -> str:
    if path.suffix == ".zst":
        frames = (
            [decompress(content[at.start() :]) for at in re.finditer(rb"\x28\xb5\x2f\xfd", content)] if content else []
        )
        text = b"\n".join(frames)
        bodies = re.findall(rb'"body":"([^"]+)"', text)
        return "\n".join(
            [text.decode(), *(decompress(msgspec.json.decode(b'"%s"' % one, type=bytes)).decode() for one in bodies)]
        )
    if path.suffix == ".gz":
        return gzip.decompress(content).decode()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "".join(packed.read(name).decode() for name in packed.namelist())
    return content.decode("utf-8", "replace")


def found(data: Path, store: Store, **wanted: bool) -> dict[str, set[str]]:
    """Return where each of their words stands, by the kind of place; their pseudonyms are words too."""
    names = pseudonyms()
    words = {word: word for word in THEIRS} | {
        "pseudonym": names.of("weibo", ACCOUNT), "handle": names.handles("weibo", NAME)[1],
        "phone's token": names.of("contact:phone", PHONE), "order's token": names.of("contact:order", ORDER.casefold()),
    }  # fmt: skip
    there: dict[str, set[str]] = {}
    for place, text in everywhere(data, store, **wanted):
        for name, word in words.items():
            if word in text:
                there.setdefault(name, set()).add(place)
    return there


WHOSE = ("customer", "account", "author.id", "one", "other")
"""Whom a document is about: one that is about them goes whole, which others show."""


def planted(store: Store) -> None:
    """Let every field of every kind of the index that can hold words hold theirs: amid a sentence, and alone."""
    names = pseudonyms()
    known = (word for word in THEIRS if word != ORDER)  # of which the digest alone is ever kept
    words = [*known, f"weibo:post:{POST}", names.of("weibo", ACCOUNT), names.of("contact:phone", PHONE)]
    said = f"见{NAME}说的：@{NAME} {' '.join(words)}"
    actions = []
    for kind, fields in {kind: fields for kind, fields in STANDING.items() if kind != "counted"}.items():
        for way, turns in {"amid": cycle([said]), "alone": cycle(words)}.items():
            source: dict[str, Any] = {}
            for one in fields:
                *parents, name = one.name.split(".")
                place = source
                for parent in parents:
                    place = place.setdefault(parent, {})
                if one.type in (KEYWORD, ADDRESS, STORED, TEXT):
                    place[name] = "KD-1" if one.name in WHOSE else next(turns)
                elif one.type == DATE:
                    place[name] = NOW.isoformat()
            source |= {name: [source[name]] for name in ("personal", "handles") if name in source}
            actions.append(Action(operation="index", index=store.alias(kind), id=f"{kind}:{way}", source=source))
    assert {answer.reason for answer in send(store.client, actions)} == {""}


def remembered() -> None:
    """Let the chain of evidence speak of them, by a key and in words alone, and the last evaluation be of them."""
    near = {"rule": "r", "brand": "xinghe", "state": [True]}
    said = {"note": f"{NAME}，电话{PHONE}，已回"}
    append([Item(kind="near", content=near, keys=(CUSTOMER,)), Item(kind="event", content=said, keys=("a1",))], now=NOW)
    evaluations._note(NOW, {"r": {"xinghe": evaluations.State(fires=True, subject=CUSTOMER)}})


def test_nothing_is_left_of_a_person_and_everybody_else_is(store: Store, world: Path) -> None:
    """One erasure, and all that comes after it: other people, labels, two backups, turns, a rebuild, a late crawl."""
    sample = draw(store, "xinghe", 2_000, **DAYS)
    drawn = next(one for one in items(store, sample) if POST in one.mention)
    labelled = give(store, sample, drawn.mention, "negative", "li"), len(items(store, sample))
    planted(store)
    remembered()
    made = [Path(backup(store)).name, Path(nightly(store, keep=7)).name]
    before = found(world, store)
    assert set(before) == {*THEIRS, "pseudonym", "handle", "phone's token", "order's token"} - {ORDER}
    kinds = {place.split("/")[0] for places_ in before.values() for place in places_}
    assert kinds >= {"posts", "mentions", "received", "pages", "logs", "report", "dead", "chain", "mentions-2026.11"}
    assert kinds >= {*STANDING}
    assert {path.suffix for path in (world / "posts").rglob("*.zst")}, "some of it lies in packs"

    receipt = erase(store, CUSTOMER, by="li", reason="asked by letter")
    assert found(world, store) == {}
    proven(receipt, store, world)
    labels_stay(store, sample, *labelled)
    goes_on(store, world)
    mentions = store.count("mentions")
    for name in made:
        counts = restore(store, name, grace=0)
        assert found(world, store) == {}
        assert counts["mentions"] == store.count("mentions") == mentions
        assert store.count("customers") == 3, "who is left, and the two that speak of them"
        labels_stay(store, sample, *labelled)
    crawled("20261121T080000Z")  # the window of a crawl that had begun before
    analyse_all([XINGHE], store)
    index_all(store)
    assert store.count("mentions") == 3, "their posts are no mentions any more, however they came"


def proven(receipt: Receipt, store: Store, world: Path) -> None:
    """The receipt names nobody, and everybody else is there."""
    assert sum(receipt.before.values()) > 20
    assert set(receipt.after.values()) == {0}
    empty = {place for place, count in receipt.before.items() if not count}
    assert empty <= {"private talk", "dead rows"}, "which have tests of their own"
    texts = "\n".join(text for _, text in everywhere(world, store))
    assert "星河手机真好用" in texts and STILL in texts, "the others' posts stand"
    assert "KD-1" in texts, "the other customer stands"
    with pytest.raises(NobodyFound):
        erase(store, CUSTOMER, by="li", reason="again")
    told = (world / "privacy" / "receipts" / f"{receipt.id}.json").read_text(encoding="utf-8")
    assert not any(word in told for word in THEIRS)


def labels_stay(store: Store, sample: str, theirs: labelling.Item, count: int) -> None:
    """They no longer say of which post, and the sample stands for as many as before."""
    left = items(store, sample)
    assert len(left) == count
    assert theirs.id not in {one.id for one in left}, "the digest of a post's id tells whoever knows the post"
    moved = next(one for one in left if one.given)
    assert ("erased" in moved.mention, moved.given, moved.weight) == (True, theirs.given, theirs.weight)
    give(store, sample, moved.mention, "negative", "wang")
    assert draw(store, "xinghe", 2_000, **DAYS) == sample
    assert len(items(store, sample)) == count, "nothing is drawn in its place"


def goes_on(store: Store, world: Path) -> None:
    """What stands goes on as if they had never spoken."""
    made = [
        hit for hit in all_documents(store) if ":amid" in hit["_id"] or ":alone" in hit["_id"] or ERASED in hit["_id"]
    ]
    send(store.client, [Action(operation="delete", index=hit["_index"], id=hit["_id"]) for hit in made])
    assert len(made) == 2 * len(STANDING) - 4, "the answers too have gone, of accounts that are no brand's own"
    for stage in ("posts", "mentions", "indexed", "replies"):
        assert len(batches(stage)) == (4 if stage == "posts" else 3), "every window is still there"
        for batch in batches(stage):
            manifest = batch.manifest()
            assert manifest and sum(1 for _ in batch.lines()) == manifest.count
    assert lost(store) == [], "nothing has become owed"
    analyse_all([XINGHE], store)
    turn(store, [XINGHE])
    assert found(world, store) == {}, "what waited is indexed without them"
    rebuild(store, grace=0)
    assert found(world, store) == {}
    assert store.count("mentions") == 3


def test_whoever_was_one_person_with_others_parts_from_them(store: Store, world: Path) -> None:
    """Another customer shares telephone and person; two are erased; lists, exports, complaints and profiles follow."""
    names, index = pseudonyms(), store.alias("customers")
    for id in ("KD-2", "KD-3"):
        shared = Personal(
            kind=PersonalKind.PHONE, sealed=keyring().seal(PHONE, about=about(id, PersonalKind.PHONE)), purpose="售后",
            basis=Basis.CONTRACT, token=names.of("contact:phone", PHONE),
        )  # fmt: skip
        document = to_document(Customer(id=id, imported_at=NOW, file="crm", personal=(shared,)))
        store.client.index(index=index, id=id, document=document)
    store.refresh("customers")
    for one in ("KD-2", "KD-3"):
        accept(store, node_of(CUSTOMER, names), node_of(one, names), by="li", now=NOW)
    turn(store, [XINGHE])
    with store_errors():
        export = {"@timestamp": NOW, "by": "li", "purpose": "care", "segment": "care", "customers": [CUSTOMER, "KD-1"]}
        store.client.index(index=store.alias("exports"), id="e1", document=export)
        looked = {"@timestamp": NOW, "who": "li", "role": "operator", "customer": CUSTOMER, "purpose": "a call"}
        store.client.index(index=store.alias("looks"), id="l1", document=looked)
    store.refresh("exports", "looks")
    kinds = {place.split("/")[0] for place in found(world, store)["KD-20931"]}
    assert kinds >= {"profiles", "cases", "heard", "exports", "looks", "links", "link-events"}
    people = people_of(store, names).person
    assert len({people[f"customer:{id}"] for id in (CUSTOMER, "KD-2", "KD-3")}) == 1

    assert same_person(store, CUSTOMER) == ("KD-2", "KD-3")
    erase(store, CUSTOMER, by="li", reason="asked")
    assert found(world, store) == {}
    turn(store, [XINGHE])
    update_profiles(store, whole=True)
    identify(store)
    assert found(world, store) == {}, "no turn brings anything back"
    erased = [place for place, text in everywhere(world, store) if ERASED in text and "customer" in text]
    assert not [place for place in erased if place.split("/")[0] in ("link-events", "links", "cases", "profiles")]
    people = people_of(store, names).person
    assert len({people.get(f"customer:{id}", id) for id in ("KD-2", "KD-3")}) == 2, "nothing joins those who are left"
    said = store.client.get(index=index, id="KD-2")["_source"]
    assert said["personal"] == [], "no token of nobody, which all who shared it would have"
    assert store.client.get(index=store.alias("exports"), id="e1")["_source"]["customers"] == ["KD-1"]


def test_a_whole_person_goes_with_all_customers_that_they_are(store: Store, world: Path) -> None:
    """Two customers of one person: one erasure, one receipt, and nothing of either is left or comes back."""
    names, other = pseudonyms(), "KD-40417"
    document = to_document(Customer(id=other, imported_at=NOW, file="crm"))
    store.client.index(index=store.alias("customers"), id=other, document=document)
    store.refresh("customers")
    accept(store, node_of(CUSTOMER, names), node_of(other, names), by="li", now=NOW)
    assert [place for place, text in everywhere(world, store) if other in text]
    erase(store, CUSTOMER, by="li", reason="asked", whole_person=True)
    assert len(receipts()) == 1
    identify(store)
    assert found(world, store) == {}
    assert not [place for place, text in everywhere(world, store) if other in text]
    assert load_erased().among([CUSTOMER, other, "KD-1"]) == {CUSTOMER, other}


def test_nobody_is_erased_while_a_turn_might_write_them_anew(store: Store, world: Path) -> None:
    for reader in ("profiles", "cases", "identity"):
        with lease(store.client, store.state, "telling", reader), pytest.raises(Busy):
            erase(store, CUSTOMER, by="li", reason="asked")
        assert receipts() == []
    assert len(finish_all(store)) == 3
    assert found(world, store) == {}


def test_a_turn_that_links_beside_an_erasure_leaves_it_to_the_next_one(
    store: Store, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was read before the erasure would be written again behind it."""
    turns: list[IdentityReport] = []

    def beside(*arguments: Any, **named: Any) -> Any:
        if not turns:
            turns.append(link_new(store))
        return follow(*arguments, **named)

    monkeypatch.setattr("indexing.identity.changing.follow", beside)
    crawled("20261121T080000Z")
    analyse_all([XINGHE], store)
    index_all(store)
    erase(store, CUSTOMER, by="li", reason="asked")
    assert turns == [IdentityReport(stated=NOTHING_NEW, events=0, followed=Followed())]
    link_new(store)
    assert found(world, store) == {}


def test_rows_that_could_not_be_used_go_however_their_numbers_are_written(store: Store, data: Path) -> None:
    row = {"file": "crm", "line": 2, "column": "手机", "reason": "rounded", "key": None}
    rows = [
        DeadRow(**row, customer="C1", content='{"编号": "C1", "级别": "金卡"}'),  # type: ignore[arg-type]
        DeadRow(**row, customer="C2", content='{"手机": "１３３１２３０９８７６"}'),  # type: ignore[arg-type]
        DeadRow(**row, customer="C3", content='{"编号": "C3"}'),  # type: ignore[arg-type]
    ]
    keep_dead("crm", rows)
    phone = Personal(
        kind=PersonalKind.PHONE, sealed=keyring().seal(PHONE, about=about("C1", PersonalKind.PHONE)), purpose="售后",
        basis=Basis.CONTRACT,
    )  # fmt: skip
    document = to_document(Customer(id="C1", imported_at=NOW, file="crm", personal=(phone,)))
    store.client.index(index=store.alias("customers"), id="C1", document=document, refresh=True)
    receipt = erase(store, "C1", by="li", reason="asked")
    assert [one.customer for one in read_dead("crm")] == ["C3"]
    assert receipt.before["dead rows"] == 2


def test_killed_anywhere_it_is_finished(store: Store, world: Path) -> None:
    with dying(0, erasing, "find_posts"):
        erase(store, CUSTOMER, by="li", reason="asked")
        pytest.fail("it was to die")
    killed_at = [
        (erasing, "places", 0),
        *((windows_place, "rewrite", step) for step in (1, 4, 9)),
        (erasing, "_receipt", 0),
    ]
    for module, name, step in killed_at:
        with dying(step, module, name):
            finish_all(store)
            pytest.fail("it was to die")
        assert not list((world / "privacy" / "receipts").glob("*")), "no receipt before it is done"
    [receipt] = finish_all(store)
    assert found(world, store) == {}
    assert finish_all(store) == []
    assert [one.id for one in receipts()] == [receipt.id]


def test_a_stranger_says_no_and_receipts_prove_it(store: Store, world: Path) -> None:
    one = object_to(store, "weibo", "2004", by="li", reason="wrote to us")
    texts = "\n".join(text for _, text in everywhere(world, store))
    assert "星河手机真好用" not in texts
    assert ACCOUNT in texts, "everybody else stands"
    two = object_to(store, "weibo", "2003", by="li", reason="wrote to us")
    assert [receipt.id for receipt in receipts()] == [one.id, two.id]
    path = world / "privacy" / "receipts" / f"{one.id}.json"
    path.write_bytes(path.read_bytes().replace(b'"li"', b'"lo"'))
    with pytest.raises(BrokenReceipt, match=two.id):
        load_erased()


def test_every_place_can_look_and_erase() -> None:
    assert {place.name for place in places()} >= {"index", "other files", "pages", "windows"}
    sought = Sought(plain={"1391234567"}, names={"小米"})
    assert not sought.holds("13912345678"), "another number"
    assert not sought.holds("小米手机"), "a name that is a usual word"
    assert sought.clean("@小米 打1391234567") == "〔erased〕 打〔erased〕"
    digest = hashlib.sha256(b"x").hexdigest()
    assert pages.find(f"weibo:post:{digest}") == []


@pytest.mark.parametrize("id", ["1", "2026", "20261118", "admin", "小周"])
def test_an_id_that_is_as_good_as_any_word_takes_nothing_of_others_with_it(store: Store, world: Path, id: str) -> None:
    """A forum's first member, a count, a year, a day and a usual word: known by the field in which they stand alone.

    As a backup, too, comes back without them; and everything that was nobody's, or another platform's, stays.
    """
    batch = Batch(stage="posts", feed="nodebb", query="q-1", window="20261119T080000Z")
    said = {"forum": f"星河第{id}号 {id} {id}-11-18", "weibo": f"昨天买的星河平板 {id}，屏幕很亮，音质也不错"}
    with batch.write() as writer:
        for (platform, text), native in zip(said.items(), ("99901", "99902"), strict=True):
            author = Author(id=id, name=f"山间电台{native}", followers=90_000)
            writer.add(encode_post(replace(post(native, text, id, ""), platform=platform, author=author)))
    analyse_all([XINGHE], store)
    turn(store, [XINGHE])
    for kind, platform in (("links", "forum"), ("links", "weibo")):
        source = {"platform": platform, "account": id, "customer": "KD-1"}
        store.client.index(index=store.alias(kind), id=f"{platform}-{kind}", document=source)
    store.client.index(index=store.alias("accounts"), id="a1", document={"platform": "forum", "account": id})
    store.client.index(index=store.alias("notes"), id="n1", document={"text": id, "author": id})
    store.client.index(index=store.alias("profiles"), id=id, document={"tags": [id, "金卡"]})
    store.client.index(
        index=store.alias("customers"),
        id=id,
        document=to_document(Customer(id=id, imported_at=NOW, file="crm", tags=(id,), tier=id)),
    )
    (world / "queue").mkdir(exist_ok=True)
    (world / "queue" / "mine").write_text(id, encoding="utf-8")
    (world / "watermark.json").write_text(json.dumps({"since": f"{id}-11-18", "query": id}), encoding="utf-8")
    gone = {"links/forum-links", "accounts/a1", "mentions-2026.11/forum:post:99901:xinghe"}
    before = dict(everywhere(world, store))
    assert gone < before.keys()

    object_to(store, "forum", id, by="li", reason="wrote to us")
    after = dict(everywhere(world, store))
    of_them = {place for place, text in before.items() if "99901" in text or '"platform":"forum"' in text}
    changed = {place for place, text in before.items() if after.get(place) != text}
    assert gone <= {place for place in changed if "/nodebb/" not in place and "reached/" not in place} <= of_them
    assert not [place for place, text in after.items() if "99901" in text]
    assert "mentions-2026.11/weibo:post:99902:xinghe" in after, "an account of the same id elsewhere"
    documents = [(store.kind_of(hit["_index"]), hit["_id"], hit["_source"]) for hit in all_documents(store)]
    erased = load_erased()  # what a backup is held against when it is restored
    assert not [place for kind, place, source in documents if about_them(kind, place, source, erased)]
    assert not [place for kind, place, source in documents if without_them(kind, source, erased) != source]
    account = {"platform": "forum", "account": id}
    assert about_them("accounts", "a1", account, erased) and not about_them("accounts", "a1", account | WEIBO, erased)

    erase(store, id, by="li", reason="asked")
    texts = dict(everywhere(world, store))
    assert not {f"customers/{id}", f"profiles/{id}"} & texts.keys()
    assert texts["queue/mine"].endswith(id), "whatever else is called like a customer stays"
    assert (world / "watermark.json").read_text() == before["watermark.json"].removeprefix("watermark.json ")
    assert texts["notes/n1"] == before["notes/n1"]
    assert load_erased().among([id, "KD-1"]) == {id}, "no list brings the customer back"
    assert not load_erased().holds(f"{id} {id}-11-18")


def test_a_word_tells_of_a_person_where_it_can_be_nothing_else() -> None:
    for word in ("7719259611", "zhou.a7@example.com", "小周A7", "did:plc:abc", "KD-20931", "1234567", "20269999"):
        assert telling(word), word
    for word in ("", "1", "2026", "100000", "20261118", "admin", "Tom", "上海市", "好评如潮"):
        assert not telling(word), word


def test_where_a_customer_lives_is_looked_for_by_its_door(store: Store, world: Path) -> None:
    """上海市浦东新区 is where millions live, and what their posts give as their region."""
    index, keys = store.alias("customers"), keyring()
    for id, where in (("KD-31", "上海市浦东新区"), ("KD-32", "杭州市西湖区文三路99号")):
        sealed = keys.seal(where, about=about(id, PersonalKind.ADDRESS))
        value = Personal(kind=PersonalKind.ADDRESS, sealed=sealed, purpose="售后", basis=Basis.CONTRACT)
        document = to_document(Customer(id=id, imported_at=NOW, file="crm", personal=(value,)))
        store.client.index(index=index, id=id, document=document)
        note = {"text": f"{where}有人说起"}
        store.client.index(index=store.alias("notes"), id=where[:2], document=note)
    store.refresh("customers")
    for id in ("KD-31", "KD-32"):
        erase(store, id, by="li", reason="asked")
    notes = {hit["_id"]: hit["_source"]["text"] for hit in all_documents(store) if "text" in hit["_source"]}
    assert notes["上海"] == "上海市浦东新区有人说起" and notes["杭州"] == f"{ERASED}有人说起"


def test_originals_of_imports_packs_and_what_was_measured_hold_nobody(data: Path) -> None:
    """A browser's record with the page in base64, a saved page, packs in packs, plans, priors and evaluations."""
    sought = Sought(customers=frozenset({CUSTOMER}), plain={PHONE, POST, ACCOUNT, CUSTOMER}, names={NAME})
    page = json.dumps({"cards": [{"id": POST, "text": "星河" * 30, "user": {"id": ACCOUNT, "name": NAME}}]}).encode()
    body = base64.b64encode(page)
    har = {"log": {"entries": [{"response": {"content": {"text": body.decode(), "encoding": "base64"}}}]}}
    pack = io.BytesIO()
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("pages/1.json.gz", gzip.compress(page))
    folder = data / "kept"
    folder.mkdir(parents=True)
    theirs: dict[str, bytes] = {
        "browser.har": json.dumps(har).encode(),
        "saved.mhtml": b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(page).replace(b"\n", b"\r\n"),
        "evidence.zip": pack.getvalue(),
        "labels.json": json.dumps({"plan": [f"weibo:post:{POST}:xinghe", "weibo:post:1:xinghe"]}).encode(),
        "priors.json": json.dumps({"accounts": {ACCOUNT: 0.4, "2002": 0.1}}).encode(),
        "bursts.jsonl": f'{{"mention": "{POST}"}}\n{{"mention": "1"}}\n'.encode(),
        "page.html": f"<p>@{NAME}</p><p>@{STILL}</p>".encode(),
        "boards.ndjson": f'{{"query": "author:{ACCOUNT}"}}\n'.encode(),
    }
    for name, content in theirs.items():
        (folder / name).write_bytes(content)
    (folder / "stranger.har").write_text('{"log": {"entries": []}}', encoding="utf-8")
    held = {path.rsplit("/", 1)[-1] for path in other_files.look(None, sought)}  # type: ignore[arg-type]
    assert held == set(theirs)
    assert other_files.erase(None, sought) == len(theirs)  # type: ignore[arg-type]
    assert list(other_files.look(None, sought)) == []  # type: ignore[arg-type]
    left = {path.name: path.read_bytes() for path in folder.iterdir()}
    words = [word.encode() for word in (POST, ACCOUNT, NAME, PHONE)]
    assert not [name for name, content in left.items() if any(word in content for word in words) or body in content]
    assert set(left) == {"labels.json", "priors.json", "bursts.jsonl", "page.html", "boards.ndjson", "stranger.har"}
    assert json.loads(left["priors.json"])["accounts"]["2002"] == 0.1
    assert STILL in left["page.html"].decode()


def test_other_files_are_read_in_the_encodings_that_tables_come_in(data: Path) -> None:
    """The shop's own tables beside ours: GBK, UTF-16, escapes in JSON, and ids too short to be looked for in texts."""
    sought = Sought(customers=frozenset({"17"}), plain={PHONE}, names={NAME})
    folder = data / "imports"
    folder.mkdir(parents=True)
    rows = f"customer_id,name\n17,甲\n18,乙 17\n19,{NAME}\n"
    for name, encoding in (("gbk.csv", "gb18030"), ("wide.csv", "utf-16"), ("plain.csv", "utf-8-sig")):
        (folder / name).write_bytes(rows.encode(encoding))
    lines = [{"customer": "17", "n": 1}, {"customer": "18", "n": 17}, {"customer": "19", "text": f"@{NAME}"}]
    (folder / "lines.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")
    (folder / "run.log").write_text(f"fine 17\n{json.dumps({'by': NAME})}\nasked {PHONE} back\n", encoding="utf-8")
    (folder / "cut.log").write_bytes(f"好的 {NAME} 好的，都很好，谢谢大家".encode()[:-1])
    (folder / "of.tsv").write_text("n\tcustomer\n1\t17\n17\t18\n", encoding="utf-8")
    (folder / "strangers.csv").write_text("customer,n\n117,1\n18,17\n", encoding="utf-8")
    held = {path.rsplit("/", 1)[-1] for path in other_files.look(None, sought)}  # type: ignore[arg-type]
    assert held == {"gbk.csv", "wide.csv", "plain.csv", "lines.jsonl", "run.log", "cut.log", "of.tsv"}
    assert other_files.erase(None, sought) == len(held)  # type: ignore[arg-type]
    assert list(other_files.look(None, sought)) == []  # type: ignore[arg-type]
    assert {(folder / name).read_bytes().decode(encoding) for name, encoding in (
        ("gbk.csv", "gb18030"), ("wide.csv", "utf-16"), ("plain.csv", "utf-8-sig"),
    )} == {"customer_id,name\n18,乙 17\n"}  # fmt: skip
    assert [json.loads(line)["n"] for line in (folder / "lines.jsonl").read_text().splitlines()] == [17]
    assert (folder / "cut.log").read_bytes() == f"好的 {ERASED} 好的，都很好，谢谢大家".encode()[:-1]
    assert (folder / "run.log").read_text(encoding="utf-8") == f"fine 17\nasked {ERASED} back\n"
    assert (folder / "of.tsv").read_text(encoding="utf-8") == "n\tcustomer\n17\t18\n"


def test_a_file_that_is_too_large_for_memory_is_looked_through_in_parts(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_files, "_LARGEST", 4_000)
    monkeypatch.setattr(other_files, "_PART", 2_000)
    path = data / "imports" / "all.log"
    path.parent.mkdir(parents=True)
    path.write_text("x" * 1_992 + f" {PHONE} " + "x" * 6_000, encoding="utf-8")
    assert list(other_files.look(None, Sought(plain={PHONE}))) == [str(path)]  # type: ignore[arg-type]
    assert list(other_files.look(None, Sought(plain={"13312309870"}))) == []  # type: ignore[arg-type]
