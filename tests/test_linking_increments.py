"""Whatever comes in whatever order, linking what came is as linking everything: there is nothing left to do for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from indexing.customers import import_customers, link, link_new, link_records, marking, named
from indexing.elasticsearch import changes
from indexing.identity import linking as identity
from indexing.identity.event import Op
from indexing.identity.events import read_events
from tests.emptying import emptied
from tests.killing import dying
from tests.test_customers import links, mention, put, written

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NAMES = ("晴天的橘猫", "路过的番茄", "大号评测")
KILLS = (
    (0, named, "send"),
    (0, link_records, "send"),
    *((step, marking, "write") for step in range(2)),
    *((step, changes, "move_on") for step in range(3)),
)
"""Before the names, the links, the mentions that gain and that lose a customer, and each note that all that is done."""
PUBLIC = 50_000
"""Followers of an account that appears by name."""


@dataclass(frozen=True)
class Turn:
    """Who speaks (account, name, whether by name), what the list says then (name or id by customer), and a kill."""

    speakers: tuple[tuple[int, str, bool], ...]
    stated: tuple[tuple[str, str], ...] | None
    kill: int | None


SHARED = (
    Turn(speakers=(), stated=(("", "1"), ("", "1")), kill=None),
    Turn(speakers=((1, NAMES[0], False),), stated=None, kill=None),
    Turn(speakers=((2, NAMES[0], True),), stated=(("", "1"), ("", "3")), kill=None),
)
"""Two customers state an account, so that it is nobody's, and then one of them no longer does."""

speakers = st.tuples(st.integers(1, 4), st.sampled_from(NAMES), st.booleans())
cells = st.tuples(st.sampled_from(("", *NAMES)), st.sampled_from(("", "1", "2", "3", "4")))
turns = st.builds(
    Turn,
    speakers=st.lists(speakers, max_size=4).map(tuple),
    stated=st.one_of(st.none(), st.lists(cells, min_size=1, max_size=4).map(tuple)),
    kill=st.one_of(st.none(), st.integers(0, len(KILLS) - 1)),
)


@pytest.fixture(scope="module")
def lasting(new_store: "Callable[[], Store]") -> "Store":
    return new_store()


@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(happened=SHARED)
@given(happened=st.lists(turns, min_size=2, max_size=5))
def test_what_came_is_linked_as_everything_would_be(lasting: "Store", tmp_path: Path, happened: Sequence[Turn]) -> None:
    store, number = emptied(lasting), 0
    for turn in happened:
        for account, name, public in turn.speakers:
            number += 1
            put(store, mention(number, str(account), name, followers=PUBLIC if public else 5))
        if turn.stated is not None:
            rows = [f"C{place},{name},{id}" for place, (name, id) in enumerate(turn.stated)]
            import_customers(store, written(tmp_path, "\n".join(["customer_id,weibo,weibo_id", *rows, ""])))
        if turn.kill is not None:
            with dying(*KILLS[turn.kill]):
                link_new(store)
        link_new(store)
        before = links(store)
        done = link(store)
        assert (done.made, done.revoked, done.linked, done.unlinked) == (0, 0, 0, 0), turn
        assert links(store) == before


def test_nobody_reads_all_claims_for_a_turn(
    emptied_store: "Store", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexing.customers import at_hand

    put(emptied_store, mention(1, "1", NAMES[0]))
    import_customers(emptied_store, written(tmp_path, "customer_id,weibo_id\nC1,1\nC2,2\n"))
    link_new(emptied_store)
    monkeypatch.setattr(at_hand, "read_claims", None)
    monkeypatch.setattr(at_hand, "find_accounts", None)
    put(emptied_store, mention(2, "2", NAMES[1], followers=PUBLIC), mention(3, "1", NAMES[0]))
    assert (done := link_new(emptied_store)).made == 1
    assert done.linked == 2


@pytest.mark.parametrize(
    "stated", ["weibo_id\nC1,1\nC2,1", "weibo\nC1,晴天的橘猫\nC2,晴天的橘猫", "weibo\nC1,晴天的橘猫\nC2,大号评测"]
)
@pytest.mark.parametrize("left", ["C1", "C2"])
@pytest.mark.parametrize("held", [False, True])
def test_an_account_that_all_but_one_give_up_is_that_ones(
    emptied_store: "Store", tmp_path: Path, stated: str, left: str, held: bool
) -> None:
    column, *rows = stated.split("\n")
    put(emptied_store, mention(1, "1", NAMES[0]), mention(2, "1", NAMES[2]))
    if held:
        import_customers(emptied_store, written(tmp_path, f"customer_id,{column}\n{rows[0]}\n"))
        link_new(emptied_store)
    import_customers(emptied_store, written(tmp_path, "\n".join([f"customer_id,{column}", *rows, ""])))
    link_new(emptied_store)
    assert not any(one.active for one in links(emptied_store))
    [kept] = (row for row in rows if row.startswith(left))
    import_customers(emptied_store, written(tmp_path, f"customer_id,{column}\n{kept}\n"))
    assert (done := link_new(emptied_store)).linked == 2
    assert done.made == 1
    assert [one.customer for one in links(emptied_store) if one.active] == [left]


def test_identity_links_what_is_given_up_and_tells_of_nothing_that_never_held(
    emptied_store: "Store", tmp_path: Path
) -> None:
    put(emptied_store, mention(1, "1", NAMES[0]))
    import_customers(emptied_store, written(tmp_path, "customer_id,weibo_id\nC1,1\nC2,1\n"))
    identity.link_new(emptied_store)
    assert read_events(emptied_store) == []
    import_customers(emptied_store, written(tmp_path, "customer_id,weibo_id\nC1,1\nC2,2\n"))
    assert identity.link_new(emptied_store).linked == 1
    assert [(one.op, one.customers) for one in read_events(emptied_store)] == [(Op.LINK, ("C1",))]
    before = links(emptied_store)
    assert identity.link(emptied_store).linked == 0
    assert links(emptied_store) == before
