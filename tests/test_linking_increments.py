"""Whatever comes in whatever order, linking what came is as linking everything: there is nothing left to do for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from indexing.customers import import_customers, link, link_new, link_records, marking
from tests.emptying import emptied
from tests.killing import dying
from tests.test_customers import links, mention, put, written

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NAMES = ("晴天的橘猫", "路过的番茄", "大号评测")
WRITES = ((link_records, "send"), (marking, "write"))
PUBLIC = 50_000
"""Followers of an account that appears by name."""


@dataclass(frozen=True)
class Turn:
    """Who speaks (account, name, whether by name), what the list says then (name or id by customer), and a kill."""

    speakers: tuple[tuple[int, str, bool], ...]
    stated: tuple[tuple[str, str], ...] | None
    kill: int | None


speakers = st.tuples(st.integers(1, 4), st.sampled_from(NAMES), st.booleans())
cells = st.tuples(st.sampled_from(("", *NAMES)), st.sampled_from(("", "1", "2", "3", "4")))
turns = st.builds(
    Turn,
    speakers=st.lists(speakers, max_size=4).map(tuple),
    stated=st.one_of(st.none(), st.lists(cells, min_size=1, max_size=4).map(tuple)),
    kill=st.one_of(st.none(), st.integers(0, 2)),
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
            with dying(turn.kill, *WRITES[turn.kill % 2]):
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
