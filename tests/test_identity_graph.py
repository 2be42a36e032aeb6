"""The graph of who is who: the same from any order of events, undone step by step, merging no contradiction."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from indexing.identity.event import LinkEvent, Op, customer_of, event
from indexing.identity.graph import Belief, People, erased_key, fold, resolve

START = datetime(2026, 1, 1, tzinfo=UTC)
NODES = [*(f"customer:C{number}" for number in range(4)), *(f"account:weibo:{number}" for number in range(6))]
KINDS = ("stated_handle", "contact_in_bio", "rare_handle", "staff_note", "fuzzy", "unionid")
BORN = {"customer:C2": START - timedelta(days=900), "customer:C0": START - timedelta(days=10)}


def link(one: str, other: str, kind: str = "contact_in_bio", minute: int = 0, by: str = "tingfeng") -> LinkEvent:
    return event(Op.LINK, one, other, at=START + timedelta(minutes=minute), by=by, kind=kind, probability=0.9)


def people(events: list[LinkEvent]) -> People:
    return resolve(fold(events), BORN)


def whole(found: People) -> tuple[object, ...]:
    owner = {node: (of, round(sure, 9)) for node, (of, sure, _) in found.owner.items()}
    return dict(found.person), owner, sorted(one.id for one in found.conflicts)


@st.composite
def some_events(draw: st.DrawFn) -> list[LinkEvent]:
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES), st.sampled_from(KINDS)), max_size=14)
    )
    return [link(one, other, kind, minute) for minute, (one, other, kind) in enumerate(pairs) if one != other]


@settings(max_examples=200, deadline=None)
@given(some_events(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_people(events: list[LinkEvent], shuffled: random.Random) -> None:
    other = list(events)
    shuffled.shuffle(other)
    assert whole(people(events)) == whole(people(other))


@settings(max_examples=200, deadline=None)
@given(some_events())
def test_no_account_has_two_customers_and_each_has_a_live_edge(events: list[LinkEvent]) -> None:
    found = people(events)
    for node, (customer, _, edge) in found.owner.items():
        assert node in (edge.one, edge.other)
        assert edge not in found.conflicts
        assert found.person[f"customer:{customer}"] == found.person[node]
    merged = {frozenset((one.one, one.other)) for one in events if customer_of(one.one) and customer_of(one.other)}
    if not merged:
        customers = [node for node in found.person if customer_of(node)]
        assert len({found.person[node] for node in customers}) == len(customers)


def test_two_customers_of_one_account_are_parked_and_stronger_evidence_decides() -> None:
    shared = [link("customer:C0", "account:weibo:1"), link("customer:C1", "account:weibo:1")]
    assert (people(shared).owner, len(people(shared).conflicts)) == ({}, 2)
    decided = people([*shared, link("customer:C1", "account:weibo:1", "stated_handle")])
    assert decided.owner["account:weibo:1"][0] == "C1"
    assert [one.one for one in decided.conflicts] == ["account:weibo:1"]


def test_the_oldest_names_the_person_whatever_came_first() -> None:
    merged = people([link("customer:C0", "customer:C2", "unionid"), link("customer:C0", "account:weibo:1")])
    assert set(merged.person.values()) == {"customer:C2"}
    parted = people([link("customer:C0", "account:weibo:1")])
    assert set(parted.person.values()) == {"customer:C0"}
    undated = people([link("customer:C3", "customer:C1", "unionid")])
    assert set(undated.person.values()) == {"customer:C1"}


def test_confidence_falls_along_the_way() -> None:
    found = people([link("customer:C0", "account:weibo:1"), link("account:weibo:1", "account:weibo:2", "rare_handle")])
    assert round(found.owner["account:weibo:2"][1], 6) == 0.81


class Linking(RuleBasedStateMachine):
    """Random sequences of what software and people do, against a log that is only ever added to."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[LinkEvent] = []
        self.gone: set[str] = set()

    def say(self, op: Op, one: str, other: str = "", **more: str) -> None:
        at = START + timedelta(minutes=len(self.log))
        self.log.append(event(op, one, other, at=at, by=more.pop("by", "person"), **more))

    @rule(one=st.sampled_from(NODES), other=st.sampled_from(NODES), kind=st.sampled_from(KINDS))
    def link(self, one: str, other: str, kind: str) -> None:
        if one != other:
            self.say(Op.LINK, one, other, kind=kind)

    @rule(place=st.integers(0, 50))
    def unlink(self, place: int) -> None:
        if edges := sorted(fold(self.log).edges):
            kind, one, other = edges[place % len(edges)]
            self.say(Op.UNLINK, one, other, kind=kind)

    @rule(one=st.sampled_from(NODES[:4]), other=st.sampled_from(NODES[:4]))
    def merge(self, one: str, other: str) -> None:
        if one != other:
            self.say(Op.LINK, one, other, kind="staff_note")

    @rule(one=st.sampled_from(NODES), other=st.sampled_from(NODES))
    def split(self, one: str, other: str) -> None:
        if one != other:
            self.say(Op.APART, one, other)
            found = people(self.log)
            assert found.person.get(one, one) != found.person.get(other, other)

    @rule(node=st.sampled_from(NODES[:4]))
    def erase(self, node: str) -> None:
        self.say(Op.ERASE, erased_key(node))
        self.log = [one for one in self.log if node not in (one.one, one.other)]
        self.gone.add(node)

    @rule()
    def undo_everything_in_a_copy(self) -> None:
        log = list(self.log)
        for one in reversed(self.log):
            if one.op is not Op.ERASE:
                at = START + timedelta(days=1, minutes=len(log))
                log.append(event(Op.UNDO, one.one, one.other, at=at, by="person", undoes=one.id))
        assert fold(log) == Belief()
        restored = list(log)
        for one in [one for one in log[len(self.log) :] if one.op is Op.UNDO]:
            at = START + timedelta(days=2, minutes=len(restored))
            restored.append(event(Op.UNDO, one.one, one.other, at=at, by="person", undoes=one.id))
        assert whole(people(restored)) == whole(people(self.log))

    @invariant()
    def holds(self) -> None:
        found = people(self.log)
        assert not self.gone & set(found.person)
        assert not {f"customer:{customer}" for customer, _, _ in found.owner.values()} & self.gone
        for one, other in fold(self.log).apart:
            assert found.person.get(one, one) != found.person.get(other, other)
        for node in found.person:
            assert people(list(reversed(self.log))).person[node] == found.person[node]
        then = START + timedelta(minutes=len(self.log) // 2)
        assert fold(self.log, at=then) == fold([one for one in self.log if one.at <= then])


Linking.TestCase.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
TestLinking = Linking.TestCase
