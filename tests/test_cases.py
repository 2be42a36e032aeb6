"""A customer's complaint becomes a case, once, is seen to on record, and goes when it was theirs no longer."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import tingfeng
from config.case_rules import CaseRules, WorkHours, check_case_rules, load_case_rules
from config.load import ConfigError, load
from crawlers.post import Kind
from indexing.cases import Cases, joining, records, update_cases
from indexing.cases.actions import NotPossible, act
from indexing.cases.case import Case, State
from indexing.cases.hours import work_seconds
from indexing.cases.times import times_since
from indexing.customers import link_new
from indexing.customers.customer import to_document
from indexing.elasticsearch import bulk
from indexing.elasticsearch.documents import put as put_documents
from indexing.mentions.document import timestamp
from indexing.profiles.update import update_profiles
from indexing.stories.retracted import note_retracted
from indexing.stories.update import update_stories
from tests.customer_data import DAY, NOW, said, speak, write_shop
from tests.emptying import emptied
from tests.killing import dying
from tests.test_profiles import customer, profiles

if TYPE_CHECKING:
    from pathlib import Path

    from indexing.elasticsearch.store import Store

HOUR = timedelta(hours=1)


def cases(store: "Store") -> list[Case]:
    return records.cases_where(store, {"match_all": {}})


def only(store: "Store") -> Case:
    [case] = cases(store)
    return case


def complain(store: "Store", number: int = 1, account: int = 1, **fields: Any) -> str:
    """Let an account say something bad, a day ago unless told otherwise, and bring the cases up."""
    [id] = speak(store, [said(number, account, "坏了", **{"label": "negative", **fields})])
    update_cases(store, now=NOW)
    return id


@pytest.fixture
def shop(emptied_store: "Store") -> "Store":
    write_shop(emptied_store, [customer(1, 1, tier="金卡"), customer(2, 2)], [])
    return emptied_store


def test_a_customer_s_complaint_opens_a_case_and_the_next_one_joins_it(shop: "Store") -> None:
    first = complain(shop, 1)
    case = only(shop)
    assert (case.customer, case.brand, case.tier, case.state, case.mentions) == (
        "C1",
        "xinghe",
        "金卡",
        State.NEW,
        (first,),
    )
    assert case.begun_at == NOW - DAY
    second = complain(shop, 2, ago=HOUR)
    complain(shop, 3, label="positive")
    complain(shop, 4, account=9)  # nobody's account
    complain(shop, 5, ago=40 * DAY)  # history
    case = only(shop)
    assert (case.mentions, case.last_at) == ((first, second), NOW - HOUR)
    assert [event.what for event in case.events] == ["opened", "joined"]
    complain(shop, 6, brand="qingshan")
    complain(shop, 7, account=2)
    assert Counter((case.customer, case.brand) for case in cases(shop)) == {
        ("C1", "xinghe"): 1, ("C1", "qingshan"): 1, ("C2", "xinghe"): 1,
    }  # fmt: skip


def test_doing_it_again_or_on_a_new_index_opens_nothing_twice(shop: "Store") -> None:
    complain(shop, 1)
    complain(shop, 2)
    before = cases(shop)
    shop.client.indices.refresh(index=shop.alias("reached"))
    query = {"term": {"reader": "cases"}}
    for hit in shop.client.search(index=shop.alias("reached"), query=query, size=100)["hits"]["hits"]:
        shop.client.delete(index=hit["_index"], id=hit["_id"])  # as it is for a reader of an index made anew
    done = update_cases(shop, now=NOW)
    assert (done.opened, done.joined, done.withdrawn) == (0, 0, 0)
    assert cases(shop) == before


def test_a_case_is_seen_to_on_record(shop: "Store") -> None:
    complain(shop, 1)
    id = only(shop).id
    act(shop, id, "assign", by="zhang", to="li", now=NOW)
    act(shop, id, "assign", by="zhang", to="li", now=NOW)  # twice: once on record
    act(shop, id, "answer", by="li", now=NOW + HOUR, note="已致电")
    act(shop, id, "answer", by="li", now=NOW + 2 * HOUR)
    act(shop, id, "resolve", by="li", now=NOW + 5 * HOUR, note="换新")
    case = only(shop)
    assert (case.state, case.assignee, case.answered_by) == (State.RESOLVED, "li", "li")
    document = shop.client.get(index=shop.alias("cases"), id=id)["_source"]
    assert (document["seconds_to_answer"], document["seconds_to_resolve"]) == (25 * 3600, 29 * 3600)
    assert (document["open"], document["count"]) == (False, 1)
    assert [(event.what, event.by, event.to, event.note) for event in case.events] == [
        ("opened", "tingfeng", None, None),
        ("assigned", "zhang", "li", None),
        ("answered", "li", None, "已致电"),
        ("answered", "li", None, None),
        ("resolved", "li", None, "换新"),
    ]
    with pytest.raises(NotPossible, match="is resolved"):
        act(shop, id, "answer", by="li", now=NOW)
    with pytest.raises(records.NoSuchCase, match="cases list"):
        act(shop, "k", "answer", by="li", now=NOW)


def test_a_complaint_after_the_resolution_opens_it_again_and_a_late_one_anew(shop: "Store") -> None:
    complain(shop, 1, ago=29 * DAY)
    id = only(shop).id
    act(shop, id, "resolve", by="li", now=NOW - 25 * DAY)
    complain(shop, 2, ago=26 * DAY)  # said before it was resolved, found later
    assert (only(shop).state, only(shop).reopened, len(only(shop).mentions)) == (State.RESOLVED, 0, 2)
    complain(shop, 3, ago=20 * DAY)
    assert (only(shop).state, only(shop).reopened, only(shop).resolved_at) == (State.NEW, 1, None)
    act(shop, id, "resolve", by="li", now=NOW - 18 * DAY)
    complain(shop, 4, ago=DAY)
    assert [(case.number, case.state) for case in cases(shop)] == [(1, State.RESOLVED), (2, State.NEW)]
    with pytest.raises(NotPossible, match="a later one"):
        act(shop, id, "reopen", by="li", now=NOW)


def test_the_brand_s_own_public_answer_answers_the_case(shop: "Store") -> None:
    complain(shop, 1)
    complain(shop, 2, account=2, kind=Kind.COMMENT, root_id="weibo:post:77", parent_id="77")

    def answer(root: str, at: datetime, brand: str = "xinghe") -> None:
        source = {"root": root, "brand": brand, "account": "weibo:own", "at": timestamp(at), "post_id": f"a{at:%d%H}"}
        put_documents(shop, "answers", [(f"{root}{at:%d%H}{brand}", source)])
        update_cases(shop, now=NOW)

    answer("weibo:post:1", NOW - 2 * DAY)  # before the complaint
    answer("weibo:post:1", NOW - HOUR, brand="qingshan")  # another brand
    answer("weibo:post:77", NOW - HOUR)  # below somebody else's post
    assert {case.state for case in cases(shop)} == {State.NEW}
    answer("weibo:post:1", NOW - 3 * HOUR)
    case = next(case for case in cases(shop) if case.customer == "C1")
    assert (case.state, case.answered_by, case.answered_at) == (State.ANSWERED, "weibo:own", NOW - 3 * HOUR)
    assert update_cases(shop, now=NOW).answered == 0


def test_an_answer_that_came_before_the_link_counts_too(shop: "Store") -> None:
    source = {"root": "weibo:post:1", "brand": "xinghe", "account": "weibo:own", "at": timestamp(NOW - HOUR)}
    put_documents(shop, "answers", [("a1", {**source, "post_id": "a1"})])
    update_cases(shop, now=NOW)
    complain(shop, 1)
    assert only(shop).state is State.ANSWERED


def test_unlinking_takes_the_customer_back(shop: "Store") -> None:
    complain(shop, 1)
    complain(shop, 2)
    update_profiles(shop, now=NOW)
    assert profiles(shop)["C1"]["cases"] == {"open": 1, "ids": [only(shop).id], "all": 1}
    put_documents(shop, "customers", [("C1", to_document(customer(1)))])
    link_new(shop)
    done = update_cases(shop, now=NOW)
    case = only(shop)
    assert (done.withdrawn, case.state, case.customer, case.mentions, len(case.left)) == (
        1,
        State.WITHDRAWN,
        None,
        (),
        2,
    )
    assert "C1" not in str(shop.client.get(index=shop.alias("cases"), id=case.id)["_source"])
    update_profiles(shop, now=NOW)
    assert "cases" not in profiles(shop)["C1"]
    put_documents(shop, "customers", [("C2", to_document(customer(2, 1)))])
    link_new(shop)
    assert update_cases(shop, now=NOW).opened == 1
    assert sorted(str(case.customer) for case in cases(shop)) == ["C2", "None"]


def test_a_resolved_case_loses_a_customer_whose_it_was_not(shop: "Store") -> None:
    complain(shop, 1)
    act(shop, only(shop).id, "resolve", by="li", now=NOW)
    put_documents(shop, "customers", [("C1", to_document(customer(1)))])
    link_new(shop)
    update_cases(shop, now=NOW)
    assert (only(shop).state, only(shop).customer) == (State.RESOLVED, None)


def test_a_mention_that_is_judged_anew_withdraws_what_nobody_has_answered(shop: "Store") -> None:
    complain(shop, 1)
    complain(shop, 1, label="positive", fetched_at=NOW + HOUR)
    assert (only(shop).state, only(shop).customer) == (State.WITHDRAWN, "C1")
    complain(shop, 2, account=2)
    other = next(case for case in cases(shop) if case.customer == "C2")
    act(shop, other.id, "answer", by="li", now=NOW)
    complain(shop, 2, account=2, label="neutral", fetched_at=NOW + HOUR)
    assert records.find(shop, other.id).state is State.ANSWERED


def test_a_mention_that_leaves_the_index_leaves_its_case(shop: "Store") -> None:
    id = complain(shop, 1)
    update_stories(shop, now=NOW)
    note_retracted(shop, [id])
    [hit] = shop.client.search(index=shop.alias("mentions"), query={"ids": {"values": [id]}})["hits"]["hits"]
    shop.client.delete(index=hit["_index"], id=id)
    update_cases(shop, now=NOW)
    assert (only(shop).state, only(shop).customer, only(shop).left) == (State.WITHDRAWN, None, (id,))


def test_two_who_act_at_once_lose_nothing(shop: "Store", monkeypatch: pytest.MonkeyPatch) -> None:
    complain(shop, 1)
    id, real = only(shop).id, bulk.send
    raced: list[bool] = []

    def overtaken(client: Any, actions: Any) -> Any:
        if not raced:
            raced.append(True)
            act(shop, id, "assign", by="wang", now=NOW)
        return real(client, actions)

    monkeypatch.setattr(records, "send", overtaken)
    act(shop, id, "answer", by="li", now=NOW)
    case = only(shop)
    assert [event.what for event in case.events] == ["opened", "assigned", "answered"]
    assert (case.state, case.assignee) == (State.ANSWERED, "wang")


def test_two_processes_open_one_case(shop: "Store", monkeypatch: pytest.MonkeyPatch) -> None:
    speak(shop, [said(1, 1, label="negative"), said(2, 1, label="negative", ago=HOUR)])
    real = records.write

    def second(store: "Store", cases: Sequence[tuple[Case, records.Seen | None]]) -> list[bool]:
        monkeypatch.setattr(records, "write", real)
        [(case, seen)] = cases
        assert all(real(store, [(replace(case, mentions=("another",)), seen)]))  # the other process was faster
        return real(store, cases)

    monkeypatch.setattr(records, "write", second)
    assert update_cases(shop, now=NOW) == Cases(opened=0, joined=2)
    assert len(only(shop).mentions) == 3


def test_the_cases_of_many_customers_cost_no_more_requests_than_those_of_one(
    emptied_store: "Store", monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shop(emptied_store, [customer(number, number, tier="金卡") for number in range(1, 31)], [])
    speak(emptied_store, [said(number, number % 30 + 1, label="negative") for number in range(60)])
    sent: list[int] = []
    real = bulk.send

    def counted(client: Any, actions: Any) -> Any:
        sent.append(len(actions))
        return real(client, actions)

    monkeypatch.setattr(records, "send", counted)
    assert update_cases(emptied_store, now=NOW) == Cases(opened=30, joined=60)
    assert sent == [30], "one request for all of them"
    assert {(len(case.mentions), case.tier) for case in cases(emptied_store)} == {(2, "金卡")}


def test_working_hours_leave_out_nights_weekends_and_holidays() -> None:
    hours = WorkHours()

    def seconds(begin: str, end: str) -> float:
        moments = [datetime.fromisoformat(f"{at}+08:00") for at in (begin, end)]
        return work_seconds(moments[0], moments[1], hours) / 3600

    assert seconds("2026-08-03T10:00", "2026-08-03T12:30") == 2.5
    assert seconds("2026-08-03T17:00", "2026-08-04T10:00") == 2
    assert seconds("2026-07-31T17:00", "2026-08-03T10:00") == 2  # over a weekend
    assert seconds("2025-09-30T17:00", "2025-10-09T10:00") == 2  # National Day
    assert seconds("2026-08-03T20:00", "2026-08-03T22:00") == 0
    assert seconds("2026-08-03T12:00", "2026-08-03T11:00") == 0


def test_a_faulty_file_is_named(tmp_path: "Path") -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("hours: {begin: '18:00', end: '09:00'}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cases\.yaml:1.*exchange them"):
        load(path, CaseRules)


things = st.tuples(
    st.sampled_from(("bad", "good", "mine", "hers", "nobody", "resolve", "answer", "assign")),
    st.integers(1, 3),
    st.integers(0, 3),
)
turns = st.tuples(st.lists(things, min_size=1, max_size=5), st.one_of(st.none(), st.integers(0, 3)))


def happen(store: "Store", what: str, number: int, at: int) -> None:
    moment = NOW + timedelta(minutes=at)
    match what:
        case "bad" | "good":
            label = "negative" if what == "bad" else "positive"
            put_mention = said(number, number % 2 + 1, label=label, ago=DAY * number, fetched_at=moment)
            speak(store, [put_mention])
        case "mine" | "hers" | "nobody":
            whose = {"mine": (1, 2), "hers": (2, 1), "nobody": (None, None)}[what]
            stated = [(f"C{n}", to_document(customer(n, account))) for n, account in zip((1, 2), whose, strict=True)]
            put_documents(store, "customers", stated)
            link_new(store)
        case _:
            for case in cases(store):
                if case.open:
                    act(store, case.id, what, by="li", now=moment)


@pytest.fixture(scope="module")
def lasting(new_store: "Callable[[], Store]") -> "Store":
    return new_store()


@settings(
    max_examples=3,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(happened=st.lists(turns, min_size=2, max_size=4))
def test_whatever_happens_each_complaint_is_in_one_case_of_its_customer(
    lasting: "Store", happened: Sequence[Any]
) -> None:
    store, at, past = emptied(lasting), 0, dict[str, tuple[Any, ...]]()
    write_shop(store, [customer(1, 1), customer(2, 2)], [])
    for events, kill in happened:
        for what, number, _ in events:
            at += 1
            happen(store, what, number, at)
        if kill is not None:
            with dying(kill % 2, *((records, "send"), (joining, "_standings"))[kill // 2]):
                update_cases(store, now=NOW)
        update_cases(store, now=NOW)
        store.refresh("mentions")
        hits = store.client.search(index=store.alias("mentions"), size=100)["hits"]["hits"]
        wanted = {
            hit["_id"]: hit["_source"]["customer"]["id"]
            for hit in hits
            if "customer" in hit["_source"] and hit["_source"]["sentiment"]["label"] == "negative"
        }
        found = cases(store)
        assert {id: case.customer for case in found for id in case.mentions} == wanted
        assert sum(len(case.mentions) for case in found) == len(wanted)
        assert max(Counter(case.pair for case in found if case.open).values(), default=0) <= 1
        assert all(case.mentions or not case.open or case.state is State.ANSWERED for case in found)
        for case in found:
            assert case.events[: len(past.get(case.id, ()))] == past.get(case.id, ())
            past[case.id] = case.events
        assert update_cases(store, now=NOW) == Cases()
        assert cases(store) == found


def test_times_are_told_with_their_percentiles(shop: "Store") -> None:
    complain(shop, 1)
    complain(shop, 2, account=2, ago=3 * DAY)
    for case in cases(shop):
        act(shop, case.id, "answer", by="li", now=NOW)
    answered, settled = times_since(shop, NOW - 9 * DAY)
    assert (answered.what, answered.cases, answered.seconds[0]) == ("answer", 2, 2 * 86_400)
    assert answered.seconds[2] is not None and answered.seconds[2] < 86_400
    assert (settled.cases, settled.seconds) == (0, (None,) * 4)
    assert next(times_since(shop, NOW - 2 * DAY)).cases == 1


def test_what_is_said_of_others_is_nobody_s_complaint_to_us(
    shop: "Store", tmp_path: "Path", monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cases.yaml").write_text("brands: [xinghe]\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    complain(shop, 1, brand="qingshan")
    assert cases(shop) == []
    complain(shop, 2)
    update_profiles(shop, now=NOW)
    assert (only(shop).brand, profiles(shop)["C1"]["voice"]["mentions"]) == ("xinghe", 1)
    with pytest.raises(ConfigError, match=r"cases\.yaml:1: brands.0: there is no brand 'xinghe'"):
        check_case_rules(load_case_rules(), [])


def test_a_state_that_there_is_not_is_told() -> None:
    done = CliRunner().invoke(tingfeng.app, ["cases", "list", "--state", "open"])
    assert isinstance(done.exception, NotPossible)
    assert str(done.exception) == "--state open: write one of new, assigned, answered, resolved, withdrawn"
