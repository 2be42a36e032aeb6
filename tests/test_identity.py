# ruff: noqa: E501
"""Evidence joins accounts with customers, shows itself and is taken back; every step is an event that can be undone."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.seal import keyring
from crawlers.post import Author, Kind, Post
from indexing.customers import link_records, marking
from indexing.customers.customer import Customer, Handle, HandleKind, to_document
from indexing.customers.link_records import read_links
from indexing.customers.record import Order
from indexing.customers.records import write_records
from indexing.elasticsearch import bulk
from indexing.elasticsearch.documents import remove
from indexing.identity import events as stored_events
from indexing.identity import standing
from indexing.identity.alike import learn, link_alike, look_alike
from indexing.identity.changing import accept, forget, node_of, part, reject, undo
from indexing.identity.event import Op, account, customer
from indexing.identity.events import read_events
from indexing.identity.following import people_of
from indexing.identity.linking import link, link_new
from indexing.identity.simulate import simulate
from indexing.identity.standing import follow_profiles
from indexing.mentions import write as writing
from indexing.people import contact
from indexing.people.personal import Basis, Personal, PersonalKind, about
from indexing.people.pseudonyms import pseudonyms
from indexing.profiles import update_profiles
from nlp.mention import Label, MatchedBy, Mention, Sentiment
from tests.soaking import in_part

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)
PHONE = "13911112222"


def mention(number: int, id: str, name: str, *, bio: str | None = None, text: str = "星河不错", platform: str = "weibo", **more: Any) -> Mention:  # fmt: skip
    post = Post(
        platform=platform, feed="weibo_search", kind=Kind.POST, native_id=str(number), url="https://example.org/1",
        text=text, author=Author(id=id, name=name, followers=5, bio=bio, **more), published_at=NOW - DAY, fetched_at=NOW,
        query="q", run_id="r",
    )  # fmt: skip
    sentiment = Sentiment(label=Label.POSITIVE, probability=0.9, score=0.8, engine="e", model="m")
    return Mention(post=post, brand="xinghe", matched_by=MatchedBy.QUERY, matched=(), sentiment=sentiment, analysis="1")


def put(store: "Store", *mentions: Mention) -> None:
    from indexing.elasticsearch.field import Writer
    from indexing.mentions.document import analysis_part, document_id, month, page_part, timestamp

    updates = [
        writing.Update(
            id=document_id(one),
            parts={Writer.PAGE: page_part(one, pseudonyms()), Writer.ANALYSIS: analysis_part(one, NOW)},
            month=month(one.post.published_at),
            ingested=timestamp(NOW),
        )
        for one in mentions
    ]
    assert {result.outcome for result in writing.write(store, updates)} <= {"indexed", "unchanged"}
    store.refresh("mentions")


def shop(store: "Store", *customers: Customer) -> None:
    for one in customers:
        store.client.index(index=store.alias("customers"), id=one.id, document=to_document(one))
    store.refresh("customers")


def somebody(id: str, since: int = 0, *, active: bool = True, handle: str | None = None, **values: str) -> Customer:
    personal = tuple(
        Personal(
            kind=PersonalKind(kind), sealed=keyring().seal(value, about=about(id, PersonalKind(kind))), purpose="service",
            basis=Basis.CONTRACT, token=pseudonyms().of(f"contact:{kind}", str(contact.normalised(kind, value))),
        )
        for kind, value in values.items()
    )  # fmt: skip
    stated = [Handle(platform="weibo", kind=HandleKind.ID, pseudonym=pseudonyms().of("weibo", handle), line=2, column="weibo_id")] if handle else []  # fmt: skip
    return Customer(
        id=id, imported_at=NOW, file="shop", personal=personal, active=active, segment="常客", handles=tuple(stated),
        registered_at=NOW - timedelta(days=1_000 - since),
    )  # fmt: skip


def spoken(store: "Store") -> dict[str, dict[str, Any] | None]:
    store.refresh("mentions")
    hits = store.client.search(index=store.alias("mentions"), size=100)["hits"]["hits"]
    return {hit["_source"]["native_id"]: hit["_source"].get("customer") for hit in hits}


def who(store: "Store") -> dict[str, str | None]:
    return {id: (of or {}).get("id") for id, of in spoken(store).items()}


def test_a_number_on_the_accounts_page_links_late_and_past_mentions_and_goes_again(emptied_store: "Store") -> None:
    store = emptied_store
    put(store, mention(1, "1001", "某人"), mention(2, "1001", "某人", bio=f"合作请致电 {PHONE}"))
    assert link_new(store, now=NOW).linked == 0
    shop(store, somebody("C1", phone=PHONE))
    report = link_new(store, now=NOW + DAY)
    assert report.linked == 2
    said = spoken(store)["1"]
    assert said is not None
    assert (said["id"], said["segment"], said["confidence"]) == ("C1", "常客", 0.98)
    assert said["person"] == people_of(store, pseudonyms()).person[customer("C1")]
    (one,) = read_events(store)
    assert (one.op, one.kind, one.by, one.customers) == (Op.LINK, "contact_in_bio", "tingfeng", ("C1",))
    assert PHONE not in str(store.client.search(index=f"{store.alias('')}*", size=1_000))
    shop(store, somebody("C1", phone=PHONE, active=False))
    assert link_new(store, now=NOW + 2 * DAY).followed.unlinked == 2
    assert who(store) == {"1": None, "2": None}
    assert [one.op for one in sorted(read_events(store), key=lambda one: one.at)] == [Op.LINK, Op.UNLINK]


def test_a_mention_is_written_once_to_say_whose_it_is(emptied_store: "Store", monkeypatch: pytest.MonkeyPatch) -> None:
    store, written = emptied_store, list[str]()

    def counted(of: "Store", updates: Any, *further: Any) -> Any:
        known = list(updates)
        written.extend(one.id for one in known)
        return writing.write(of, known, *further)

    monkeypatch.setattr(marking, "write", counted)
    monkeypatch.setattr(standing, "write", counted)
    put(store, mention(1, "1001", "某人", bio=PHONE), mention(2, "2002", "他人"), mention(3, "3003", "路人"))
    shop(store, somebody("C1", phone=PHONE), somebody("C2", handle="2002"))
    assert link_new(store, now=NOW).linked == 2
    assert len(written) == 2, "customer, person and segment in one"
    said = spoken(store)
    assert {id: (of or {}).get("segment") for id, of in said.items()} == {"1": "常客", "2": "常客", "3": None}
    assert {id for id, of in said.items() if of and of.get("person")} == {"1", "2"}


def test_one_picture_joins_accounts_of_two_platforms_and_no_two_of_one(emptied_store: "Store") -> None:
    store, face = emptied_store, "0bc83cb571cd1c50ba6f3e8a78ef1346"
    put(
        store,
        mention(1, "1001", "某人", bio=f"合作请致电 {PHONE}", avatar=f"https://cdn.weibo.example/{face}.jpg?size=50"),
        mention(2, "2002", "另一个", platform="forum", avatar=f"https://gravatar.example/avatar/{face}?s=80"),
        mention(3, "3003", "又一个", platform="zhihu", avatar="https://zhimg.example/default.jpg"),
        mention(4, "4004", "再一个", platform="bluesky", avatar="https://cdn.bsky.example/default.jpg"),
    )
    shop(store, somebody("C1", phone=PHONE))
    link_new(store, now=NOW)
    assert who(store) == {"1": "C1", "2": "C1", "3": None, "4": None}
    assert face not in str(store.client.search(index=f"{store.alias('')}*", size=1_000))
    put(store, mention(5, "5005", "小号", platform="forum", avatar=f"https://gravatar.example/avatar/{face}?s=80"))
    link_new(store, now=NOW + DAY)
    assert who(store) == {"1": "C1", "2": None, "3": None, "4": None, "5": None}, "a picture that many show is nobody's"


def test_an_order_number_in_a_post_links_and_a_shared_number_is_a_conflict(emptied_store: "Store") -> None:
    store, token = emptied_store, pseudonyms().of("contact:order", "sn20260803001")
    for id, of in (("shop:order:1", "C1"),):
        document = {
            "kind": "order",
            "@timestamp": NOW,
            "source": "shop",
            "customer": of,
            "recorded_at": NOW,
            "number": token,
        }
        store.client.index(index=store.alias("customer-records"), id=id, document=document)
    store.refresh("customer-records")
    shop(store, somebody("C1"), somebody("C2", phone=PHONE), somebody("C3", phone=PHONE))
    put(store, mention(1, "1", "甲", text="订单号：SN-20260803001 怎么还没发货"), mention(2, "2", "乙", bio=PHONE))
    report = link(store, now=NOW)
    assert who(store) == {"1": "C1", "2": None}
    assert report.followed.conflicts == 2


def test_what_a_list_states_is_an_event_and_stronger_evidence_against_it_parks_it(emptied_store: "Store") -> None:
    store = emptied_store
    put(store, mention(1, "1001", "甲"), mention(2, "ext_0001", "乙", platform="wecom"))
    shop(store, somebody("C1", handle="1001"), somebody("C2", external_userid="ext_0001"))
    link(store, now=NOW)
    assert who(store) == {"1": "C1", "2": "C2"}
    assert {one.kind for one in read_events(store)} == {"stated_handle", "external_userid"}
    assert link(store, now=NOW + DAY).events == 0
    accept(store, node_of("C2", pseudonyms()), node_of("weibo:1001", pseudonyms()), by="张三", now=NOW + DAY)
    assert who(store) == {"1": "C2", "2": "C2"}
    assert link(store, now=NOW + 2 * DAY).events == 0
    assert who(store) == {"1": "C2", "2": "C2"}


def test_a_word_of_rejection_stands_until_it_is_taken_back(emptied_store: "Store") -> None:
    store, names = emptied_store, pseudonyms()
    put(store, mention(1, "1001", "某人", bio=PHONE))
    shop(store, somebody("C1", phone=PHONE))
    link(store, now=NOW)
    node = node_of("weibo:1001", names)
    said = reject(store, customer("C1"), node, by="张三", why="同号", now=NOW + DAY)
    assert who(store) == {"1": None}
    assert link(store, now=NOW + 2 * DAY).linked == 0
    undo(store, said.id, by="张三", now=NOW + 3 * DAY)
    assert who(store) == {"1": "C1"}
    then = people_of(store, names, [node], at=NOW + 2 * DAY).owner
    assert node not in then
    assert people_of(store, names, [node], at=NOW).owner[node][0] == "C1"


def test_customers_who_are_one_person_are_merged_and_split_and_their_id_stays(emptied_store: "Store") -> None:
    store, names = emptied_store, pseudonyms()
    older, newer = customer("shop:9"), customer("crm:1")
    shop(store, somebody("crm:1", since=500, unionid="oUnion_000001"), somebody("shop:9", unionid="oUnion_000001"))
    first = {node: people_of(store, names).person.get(node) for node in (older, newer)}
    assert first == {older: None, newer: None}
    link(store, now=NOW)
    person = people_of(store, names).person
    assert person[older] == person[newer] == names.of("person", older)[:20]
    part(store, [newer], [older], by="李四", now=NOW + DAY)
    parted = people_of(store, names).person
    assert (parted.get(older, person[older]), newer in parted and parted[newer] == person[older]) == (
        person[older],
        False,
    )


def test_whoever_is_erased_is_joined_by_nothing_again(emptied_store: "Store") -> None:
    store = emptied_store
    put(store, mention(1, "1001", "某人", bio=PHONE))
    shop(store, somebody("C1", phone=PHONE))
    link(store, now=NOW)
    assert forget(store, "C1", by="王五", now=NOW + DAY) == 1
    assert who(store) == {"1": None}
    assert "C1" not in str(store.client.search(index=store.alias("link-events"))["hits"]["hits"])
    assert link(store, now=NOW + 2 * DAY).linked == 0
    assert who(store) == {"1": None}


def test_what_the_profile_says_stands_on_mentions_within_the_turn(emptied_store: "Store") -> None:
    store = emptied_store
    put(store, mention(1, "1001", "某人"), mention(2, "2002", "他人"))
    shop(store, somebody("C1", handle="1001"), somebody("C2", handle="2002"))
    link_new(store, now=NOW)
    assert follow_profiles(store) == 0
    assert {one["value"] for one in spoken(store).values() if one} == {"none"}, "nobody has bought anything so far"
    for kind, segment, value in (("C1", "important_value", "high"), ("C2", "no_purchase", "none")):
        said = {"customer": kind, "segment": segment, "value_band": value}
        store.client.index(index=store.alias("profiles"), id=kind, document=said)
    assert follow_profiles(store) == 1
    of = {number: (one["segment"], one.get("value")) for number, one in spoken(store).items() if one}
    assert of == {"1": ("important_value", "high"), "2": ("常客", "none")}
    assert follow_profiles(store) == 0
    store.client.update(index=store.alias("profiles"), id="C1", doc={"value_band": "low"})
    assert follow_profiles(store) == 1
    assert (spoken(store)["1"] or {})["value"] == "low"


@pytest.mark.parametrize("measured", [False, True])
def test_a_mention_says_from_its_first_link_on_what_the_profile_will_say(
    emptied_store: "Store", *, measured: bool
) -> None:
    store, buyers = emptied_store, [f"B{number}" for number in range(9)]
    shop(store, somebody("C1", handle="1001"), somebody("C2", handle="2002"), *map(somebody, buyers))
    at = datetime.now(UTC) - DAY
    bought = [*((one, 10.0 * place) for place, one in enumerate(buyers, 1)), ("C1", 2_000.0)]
    more: dict[str, Any] = {"source": "erp", "recorded_at": at, "at": at}
    write_records(store, [Order(id=f"o:{id}", customer=id, amount=amount, **more) for id, amount in bought])
    if measured:
        update_profiles(store)
        remove(store, "profiles", ["C1", "C2"])
    put(store, mention(1, "1001", "某人"), mention(2, "2002", "他人"))
    link_new(store, now=NOW)
    first = {number: (one or {}) for number, one in spoken(store).items()}
    assert first["1"]["segment"] not in ("常客", "no_purchase")
    assert (first["2"]["segment"], first["2"]["value"]) == ("常客", "none")
    update_profiles(store, whole=True)
    assert follow_profiles(store) == 0
    assert spoken(store) == first


def test_customers_alike_are_linked_or_proposed_once_and_labels_are_learnt(emptied_store: "Store") -> None:
    store = emptied_store
    people = [
        ("王建国", "1980-01-02", "13700000101"),
        ("欧阳婷", "1991-07-08", "13700000202"),
        ("赵磊", "1985-05-06", "13700000303"),
    ]
    shop(
        store,
        *(
            somebody(f"shop:{place}", name=name, birthday=day, phone=phone)
            for place, (name, day, phone) in enumerate(people)
        ),
        somebody("crm:1", name="王健国", birthday="19800102", phone="+86 137-0000-0101"),
        somebody("crm:2", name="赵磊"),
    )
    alike = look_alike(store)
    done = link_alike(store, now=NOW)
    assert done["linked"] >= 1
    assert link_alike(store, now=NOW + DAY)["events"] == 0
    linked = [one for one in read_events(store) if one.op is Op.LINK]
    assert {one.customers for one in linked} == {("crm:1", "shop:0")}
    assert not any(value in str(linked) for value in ("王", "1980", "0101"))
    reject(store, customer("crm:2"), customer("shop:2"), by="张三", now=NOW + DAY)
    accept(store, customer("crm:1"), customer("shop:0"), by="张三", now=NOW + DAY)
    assert learn(store).labels == 2
    assert link_alike(store, now=NOW + 2 * DAY)["proposed"] == 0
    assert alike.ids == tuple(sorted(alike.ids))


def test_a_simulation_says_what_linking_would_do_and_writes_nothing(emptied_store: "Store") -> None:
    store = emptied_store
    put(store, mention(1, "1001", "某人", bio=PHONE), mention(2, "2002", "他人"))
    same = (somebody(id, name="王建国", phone="13911112223", birthday="1980-01-02") for id in ("C2", "C3"))
    shop(store, somebody("C1", phone=PHONE, name="欧阳慕华"), *same)
    found = simulate(store)
    assert read_events(store) == [] and who(store) == {"1": None, "2": None}, "nothing is written"
    assert found.edges["contact_in_bio"] == found.linked_accounts == 1
    assert (found.conflicts, found.groups[0]) == (0, 2)
    assert len(found.border) <= 10 and "王建国" not in str(found.border) and PHONE not in str(found.border)
    assert simulate(store, only="contact_in_bio").edges == {"contact_in_bio": 1}
    link(store, now=NOW)
    made = [one.kind for one in read_events(store)]
    assert made.count("contact_in_bio") == found.edges["contact_in_bio"], "linking does what was foretold"


@pytest.mark.parametrize("step", in_part(range(6), 1, 4))
def test_a_kill_at_any_write_ends_as_an_undisturbed_run(
    emptied_store: "Store", monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    class Killed(BaseException):
        pass

    left: Iterator[int] = iter(range(step))

    def dying(real: Any) -> Any:
        def call(*arguments: Any) -> Any:
            if next(left, None) is None:
                raise Killed
            return real(*arguments)

        return call

    store = emptied_store
    put(store, mention(1, "1001", "某人", bio=PHONE), mention(2, "2002", "他人"))
    shop(store, somebody("C1", phone=PHONE), somebody("C2", handle="2002"))
    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        patch.setattr(stored_events, "send", dying(bulk.send))
        patch.setattr(link_records, "send", dying(bulk.send))
        patch.setattr(marking, "write", dying(writing.write))
        link_new(store, now=NOW)
    link_new(store, now=NOW + DAY)
    assert who(store) == {"1": "C1", "2": "C2"}
    assert {(one.link.customer, one.link.active) for one in read_links(store).values()} == {("C1", True), ("C2", True)}
    assert account("weibo", pseudonyms().of("weibo", "1001")) in people_of(store, pseudonyms()).owner
