"""A customer's profile follows what the shop records and what the customer says: each figure as one would count it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from indexing.customers import link_new
from indexing.customers.customer import Customer, Handle, HandleKind, to_document
from indexing.customers.record import Consent, Membership, Order, Record, Ticket, Visit
from indexing.customers.records import write_records
from indexing.elasticsearch.documents import put as put_documents
from indexing.people.pseudonyms import pseudonyms
from indexing.profiles import touched, update
from indexing.profiles.purchases import purchases
from indexing.profiles.scales import Scales, fifth, measure
from indexing.profiles.scores import churn, influence
from indexing.profiles.update import update_profiles
from indexing.stories.retracted import note_retracted
from indexing.stories.update import update_stories
from tests.customer_data import DAY, NOW, said, shop, speak, voices, write_shop
from tests.emptying import emptied
from tests.killing import dying
from tests.story_posts import documents

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store


def order(number: int, amount: float, *, customer: str = "C1", ago: float = 10, **fields: Any) -> Order:
    told: dict[str, Any] = {"source": "erp", "recorded_at": NOW, "at": NOW - DAY * ago, "number": f"n{number}"}
    return Order(id=f"erp:order:{fields.pop('key', number)}", customer=customer, amount=amount, **told | fields)


def customer(number: int, account: int | None = None, **fields: Any) -> Customer:
    handles: tuple[Handle, ...] = ()
    if account is not None:
        key = pseudonyms().of("weibo", f"u{account}")
        handles = (Handle(platform="weibo", kind=HandleKind.ID, pseudonym=key, line=2, column="weibo_id"),)
    return Customer(id=f"C{number}", imported_at=NOW, file="shop.csv", handles=handles, **fields)


def profiles(store: "Store") -> dict[str, dict[str, Any]]:
    """Return every profile but for when it was written."""
    return {
        id: {name: value for name, value in one.items() if name != "@timestamp"}
        for id, one in documents(store, "profiles").items()
    }


def test_what_was_given_back_is_no_purchase() -> None:
    bought = purchases(
        [
            order(1, 100, ago=40),
            order(2, 80, ago=30),
            order(2, -80, key="2r", ago=29),  # wholly given back
            order(3, 60, ago=20),
            order(3, -20, key="3r", ago=19),  # in part
            order(4, 50, ago=15, status="已退款"),
            order(4, -50, key="4r", ago=14),  # said twice, by the state and by a record: taken off once
            order(5, 0, ago=5),  # a present
            order(6, -7, ago=3),  # of a purchase that nobody recorded
        ]
    )
    assert [one.paid for one in bought.standing] == [100, 40, 0]
    assert len(bought.all) - len(bought.standing) == 2
    assert bought.spent() == {"CNY": 133.0}


def test_currencies_are_not_mixed() -> None:
    bought = purchases(
        [order(1, 100), order(2, 30, currency="USD"), order(3, 5, currency="￥"), order(4, 1, currency="rmb")]
    )
    assert bought.spent() == {"CNY": 106.0, "USD": 30.0}


def test_fifths_are_by_nearest_rank_and_equal_values_share_a_rank() -> None:
    from indexing.profiles.scales import Buyer

    buyers = [
        Buyer(recency=n, frequency=1 if n < 7 else n, currency="CNY", amount=n, gap_days=None) for n in range(1, 11)
    ]
    scales = measure(date(2026, 8, 3), buyers)
    assert scales.recency == (2, 4, 6, 8)
    assert [fifth(value, scales.recency) for value in (1, 2, 3, 8, 9, 99)] == [1, 1, 2, 4, 5, 5]
    assert scales.frequency == (1, 1, 1, 8)
    assert fifth(1, scales.frequency) == 1
    assert fifth(8, scales.frequency) == 4
    assert measure(date(2026, 8, 3), buyers[:4]).recency == ()  # too few to rank anybody


def test_scores_are_what_their_documentation_says() -> None:
    quiet = churn(silent_days=120, gap_days=30, negative=0, mentions=0, open_complaints=0, member=None)
    assert quiet == {"score": round(0.5 / 0.9, 4), "band": "middle", "silence": 1.0, "negative": 0.0, "tickets": 0.0}
    on_time = churn(silent_days=30, gap_days=30, negative=2, mentions=4, open_complaints=1, member="expiring")
    assert on_time["score"] == pytest.approx(0.25 * (2 / 3) * 0.5 + 0.15 * 0.5 + 0.10 * 0.5, abs=1e-4)
    assert churn(silent_days=None, gap_days=30, negative=3, mentions=3, open_complaints=2, member=None) == {}
    heard = influence(followers=999_999, engagement=9_999, mentions=1, verified=True)
    assert heard["score"] == 1.0
    assert influence(followers=None, engagement=0, mentions=3, verified=False) == {
        "score": 0.0, "engagement": 0.0, "verified": 0.0,
    }  # fmt: skip


def test_a_profile_says_all_that_is_known(emptied_store: "Store") -> None:
    told: dict[str, Any] = {"source": "erp", "customer": "C1", "recorded_at": NOW}
    records: list[Record] = [
        *(order(n, 100 + n, ago=10 * n, channel="tmall", items=("净水器",)) for n in range(1, 5)),
        Visit(id="erp:visit:1", at=NOW - DAY, store="南京路店", **told),
        Membership(id="erp:membership:1", at=NOW - 300 * DAY, tier="金卡", points=500, until=date(2026, 8, 20), **told),
        Ticket(id="erp:ticket:1", at=NOW - DAY, status="open", **told),
        Ticket(id="erp:ticket:2", at=NOW - 9 * DAY, status="已解决", **told),
        Consent(id="erp:consent:1", at=NOW - 9 * DAY, purpose="marketing", granted=True, **told),
        Consent(id="erp:consent:2", at=NOW - DAY, purpose="marketing", granted=False, **told),
        Consent(id="erp:consent:3", at=NOW - DAY, purpose="care", granted=True, **told),
    ]
    write_shop(emptied_store, [customer(1, 1, tier="银卡", tags=("老客",)), customer(2)], records)
    speak(
        emptied_store,
        [
            said(1, 1, "净水器坏了", ago=DAY, label="negative", followers=100, likes=8, intent="complaint"),
            said(2, 1, "净水器好用", ago=40 * DAY, label="positive", followers=90),
            said(3, 1, "净水器好用", ago=40 * DAY, label="positive", brand="qingshan"),
            said(4, 9, "别人说的", ago=DAY, label="negative"),
        ],
    )
    done = update_profiles(emptied_store, now=NOW)
    assert (done.looked_at, done.written, done.removed, done.whole) == (2, 2, 0, True)
    found = profiles(emptied_store)
    one = found["C1"]
    assert (one["tier"], one["tags"], one["channels"]) == ("金卡", ["老客"], ["tmall", "weibo"])
    assert one["member"] == {"tier": "金卡", "points": 500, "until": "2026-08-20", "state": "expiring"}
    assert one["consents"] == {"granted": ["care"], "refused": ["marketing"]}
    assert (one["purchases"]["orders"], one["purchases"]["gap_days"]) == (4, 10.0)
    assert one["purchases"]["spent"] == [{"currency": "CNY", "amount": 410.0}]
    assert one["rfm"] == {"recency_days": 10, "frequency": 4, "monetary": 410.0, "currency": "CNY"}
    assert one["segment"] == "unranked"  # one buyer is nobody's better
    voice = one["voice"]
    assert (voice["mentions"], voice["negative"], voice["positive"], voice["nsr"]) == (3, 1, 2, round(1 / 3, 4))
    assert voice["months"] == [
        {"month": "2026.08", "mentions": 1, "negative": 1, "positive": 0, "nsr": -1.0},
        {"month": "2026.06", "mentions": 2, "negative": 0, "positive": 2, "nsr": 1.0},
    ]
    assert (voice["brands"], voice["topics"], voice["followers"]) == (["qingshan", "xinghe"], ["净水器"], 100)
    assert one["tickets"] == {"open": 1, "closed": 1, "last_at": "2026-08-02T04:00:00.000Z"}
    assert one["churn"]["negative"] == pytest.approx(1 / 9, abs=1e-4)
    assert one["visits"]["count"] == 1
    assert found["C2"]["segment"] == "no_purchase"
    assert "voice" not in found["C2"]
    assert update_profiles(emptied_store, now=NOW).looked_at == 0


@dataclass(frozen=True)
class Turn:
    """What happens between two runs: (what, whose, number), and where the run is killed."""

    events: tuple[tuple[str, int, int], ...]
    kill: int | None


events = st.tuples(
    st.sampled_from(("order", "refund", "ticket", "say", "silence", "handle", "no_handle", "gone", "back", "case")),
    st.integers(1, 3),
    st.integers(1, 4),
)
turns = st.builds(
    Turn,
    events=st.lists(events, min_size=1, max_size=5).map(tuple),
    kill=st.one_of(st.none(), st.integers(0, 3)),
)
KILLED = ((update, "put"), (touched, "send"), (update, "keep_heard"), (update, "remove"))


def happen(store: "Store", what: str, whose: int, number: int, at: int) -> None:  # noqa: C901 -- one thing a line
    """Let one thing happen: what a number names may pass from one customer to another."""
    told: dict[str, Any] = {"source": "erp", "customer": f"C{whose}", "recorded_at": NOW}
    match what:
        case "order":
            write_records(store, [order(number, 10.0 * whose + number, customer=f"C{whose}", ago=10 * number)])
        case "refund":
            write_records(store, [order(number, -10.0, key=f"{number}r", customer=f"C{whose}", ago=number)])
        case "ticket":
            open_ = number % 2 == 0
            status = "open" if open_ else "closed"
            write_records(store, [Ticket(id=f"erp:ticket:{whose}", at=NOW - DAY, status=status, **told)])
        case "say":
            label = ("negative", "neutral", "positive")[at % 3]
            later = NOW + timedelta(minutes=at)
            speak(store, [said(number, whose, label=label, ago=number * 20 * DAY, fetched_at=later)])
        case "silence":
            store.refresh("mentions")
            for hit in store.client.search(index=store.alias("mentions"), query={"term": {"native_id": str(number)}})[
                "hits"
            ]["hits"]:
                update_stories(store, now=NOW)
                note_retracted(store, [hit["_id"]])
                store.client.delete(index=hit["_index"], id=hit["_id"])
        case "handle":
            put_documents(store, "customers", [(f"C{number}", to_document(customer(number, whose)))])
        case "no_handle":
            put_documents(store, "customers", [(f"C{number}", to_document(customer(number)))])
        case "gone":
            put_documents(store, "customers", [(f"C{whose}", to_document(customer(whose, active=False)))])
        case "back":
            put_documents(store, "customers", [(f"C{whose}", to_document(customer(whose, whose, tier="金卡")))])
        case "case":
            source = {"customer": f"C{whose}", "open": number % 2 == 0, "brand": "xinghe"}
            if number == 4:
                del source["customer"]
            put_documents(store, "cases", [(f"k{whose}.{at % 3}", source)])  # a case's id is its customer's for good
    link_new(store)


@pytest.fixture(scope="module")
def lasting(new_store: "Callable[[], Store]") -> "Store":
    return new_store()


@settings(
    max_examples=4,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(happened=st.lists(turns, min_size=2, max_size=5))
def test_what_a_turn_brings_ends_as_a_recount_of_everything(lasting: "Store", happened: Sequence[Turn]) -> None:
    store, at = emptied(lasting), 0
    write_shop(store, [customer(n, n) for n in (1, 2, 3)], [order(90 + n, n, customer=f"C{n}") for n in (1, 2, 3)])
    speak(store, [said(99, 1)])
    update_profiles(store, now=NOW)
    for turn in happened:
        for what, whose, number in turn.events:
            at += 1
            happen(store, what, whose, number, at)
        if turn.kill is not None:
            with dying(at % 2, *KILLED[turn.kill]):
                update_profiles(store, now=NOW)
        update_profiles(store, now=NOW)
        told = profiles(store)
        heard = documents(store, "heard")
        assert update_profiles(store, whole=True, now=NOW).whole
        assert profiles(store) == told, turn
        assert documents(store, "heard") == heard


def test_a_turn_looks_at_those_alone_whom_something_happened_to(
    emptied_store: "Store", monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shop(300)
    write_shop(emptied_store, made.customers, made.records)
    speak(emptied_store, list(voices(made, 60)))
    assert update_profiles(emptied_store, now=NOW).looked_at == 300
    monkeypatch.setattr(update, "_everybody", None)
    write_records(emptied_store, [order(1, 50, customer="C000007")])
    whose = next(iter(made.accounts.values()))
    speak(emptied_store, [said(9_999, whose, "坏了", label="negative")])
    done = update_profiles(emptied_store, now=NOW)
    assert (done.looked_at, done.written, done.whole) == (2, 2, False)


def test_ranks_move_once_a_day_and_not_with_another_s_purchase(emptied_store: "Store") -> None:
    made = shop(200, seed=11)
    write_shop(emptied_store, made.customers, made.records)
    update_profiles(emptied_store, now=NOW)
    before = profiles(emptied_store)
    assert {one["value_band"] for one in before.values()} == {"high", "middle", "low", "none"}
    assert {"key_value", "no_purchase"} < {one["segment"] for one in before.values()}
    write_records(emptied_store, [order(n, 9_999, customer=f"C{n:06}") for n in range(30)])
    update_profiles(emptied_store, now=NOW + 5 * DAY)
    after = profiles(emptied_store)
    assert {id for id in after if after[id] != before[id]} == {f"C{n:06}" for n in range(30)}
    assert {one["day"] for one in after.values()} == {"2026-08-03"}
    assert update_profiles(emptied_store, whole=True, now=NOW + 5 * DAY).written == 200
    assert {one["day"] for one in profiles(emptied_store).values()} == {"2026-08-08"}


def test_a_profile_holds_no_personal_value(emptied_store: "Store") -> None:
    made = shop(100)
    write_shop(emptied_store, made.customers, [])
    update_profiles(emptied_store, now=NOW)
    text = str(documents(emptied_store, "profiles"))
    assert "'contacts': ['birthday']" in text
    assert "1990-" not in text
    assert made.customers[0].personal[0].sealed not in text


def test_one_of_whom_nothing_is_left_has_no_profile(emptied_store: "Store") -> None:
    write_shop(emptied_store, [customer(1), customer(2)], [order(1, 5)])
    update_profiles(emptied_store, now=NOW)
    emptied_store.client.delete(index=emptied_store.alias("customers"), id="C1")
    write_records(emptied_store, [replace(order(1, 5), status="已取消")])
    done = update_profiles(emptied_store, now=NOW)
    assert (done.removed, set(profiles(emptied_store))) == (1, {"C2"})


def test_scales_come_back_as_they_were(emptied_store: "Store") -> None:
    from indexing.profiles.scales import read_scales, write_scales

    scales = Scales(day=date(2026, 8, 3), buyers=9, recency=(1, 2, 3, 4), frequency=(), amounts={"CNY": (1.5, 2, 3, 4)})
    assert read_scales(emptied_store) is None
    write_scales(emptied_store, scales, "2026-08-03T00:00:00.000Z")
    assert read_scales(emptied_store) == scales


def test_a_turn_does_not_wait_for_the_nightly_count(emptied_store: "Store") -> None:
    from indexing.elasticsearch.errors import Busy
    from indexing.elasticsearch.lease import lease

    write_shop(emptied_store, [customer(1)], [])
    update_profiles(emptied_store, now=NOW)
    write_records(emptied_store, [order(1, 5)])
    with lease(emptied_store.client, emptied_store.state, "another's", update.READER):
        assert update_profiles(emptied_store, now=NOW).looked_at == 0
        with pytest.raises(Busy):
            update_profiles(emptied_store, whole=True, now=NOW)
    assert update_profiles(emptied_store, now=NOW).written == 1
