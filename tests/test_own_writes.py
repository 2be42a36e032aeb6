"""What linking and stories write themselves is not read again by linking; what anybody else writes meanwhile is."""

import threading
from collections.abc import Callable
from itertools import product

import pytest

from config.brand import Brand
from indexing.customers.linking import READER
from indexing.elasticsearch.changes import changes, pass_over
from indexing.elasticsearch.own_writes import note, own_writes, unnoted
from indexing.elasticsearch.store import Store
from indexing.identity.linking import READERS
from indexing.mentions.index import index
from indexing.pipeline import bring_up
from indexing.stories import update
from indexing.stories.tell import tell
from nlp.mention import Mention
from tests.customer_data import said, speak, write_shop
from tests.test_profiles import customer

pytestmark = pytest.mark.usefixtures("fast_pipeline")
MentionOf = Callable[..., Mention]
ACME = Brand(id="acme", name="顶峰", query="顶峰")
SAME = "这台手机用了三天就闪退，售后也不管，再也不买了"


def test_a_turn_right_after_a_load_has_nothing_to_read(
    emptied_store: Store, mention_of: MentionOf, batch_of: Callable[..., object]
) -> None:
    batch_of([mention_of(number, text=SAME) for number in range(20)], window="w1")
    _index(emptied_store)
    bring_up(emptied_store, [ACME])
    assert emptied_store.client.count(index=emptied_store.alias("mentions"), q="_exists_:story.id")["count"] == 20
    assert not changes(emptied_store, READER, "mentions"), "all that followed was written by the turn itself"


def test_a_turn_right_after_one_that_links_opens_cases_and_makes_profiles_reads_none_of_it(
    emptied_store: Store,
) -> None:
    write_shop(emptied_store, [customer(number, number, tier="金卡") for number in range(1, 6)], [])
    speak(emptied_store, [said(number, number, "坏了", label="negative") for number in range(1, 6)])
    bring_up(emptied_store, [ACME])
    emptied_store.refresh("mentions")
    held = emptied_store.client.count(index=emptied_store.alias("mentions"), q="_exists_:customer.value")["count"]
    assert held == 5, "what the profiles say has come to the mentions, after cases and stories had read them"
    for reader, kind in product((*READERS, "stories", "cases", "profiles"), ("mentions", "links")):
        if kind == "mentions" or reader in READERS:
            assert not changes(emptied_store, reader, kind), f"{reader}: {kind}"


def test_what_somebody_else_writes_in_between_is_read(
    emptied_store: Store,
    mention_of: MentionOf,
    batch_of: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch_of([mention_of(number, text=SAME) for number in range(5)], window="w1")
    _index(emptied_store)

    def told(*arguments: object, **named: object) -> int:
        other = threading.Thread(target=put, args=(emptied_store, mention_of(99)))
        other.start()
        other.join()
        return tell(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(update, "tell", told)
    bring_up(emptied_store, [ACME])
    waiting = changes(emptied_store, READER, "mentions")
    assert emptied_store.client.count(index=emptied_store.alias("mentions"), query=waiting.query)["count"] >= 1
    found = emptied_store.client.search(index=emptied_store.alias("mentions"), query=waiting.query, size=50)
    assert "forum:post:bbs.example.com/topic/99:acme" in {hit["_id"] for hit in found["hits"]["hits"]}


def test_a_gap_ends_it(emptied_store: Store, mention_of: MentionOf) -> None:
    put(emptied_store, mention_of(1))
    changes(emptied_store, READER, "mentions").done()
    put(emptied_store, mention_of(2))
    with own_writes() as own:
        put(emptied_store, mention_of(3))
    pass_over(emptied_store, READER, "mentions", own)
    waiting = changes(emptied_store, READER, "mentions")
    assert emptied_store.client.count(index=emptied_store.alias("mentions"), query=waiting.query)["count"] == 2


def put(store: Store, *mentions: Mention) -> None:
    from tests.test_customers import put as put_there

    put_there(store, *mentions)


def _index(store: Store) -> None:
    from crawlers.storage.stage import batches

    for batch in batches("mentions"):
        index(batch, store)


def test_what_is_written_unnoted_everybody_reads() -> None:
    with own_writes() as own:
        note([{"index": {"_index": "a", "_seq_no": 0}}])
        with unnoted():
            note([{"index": {"_index": "a", "_seq_no": 1}}])
        note([{"index": {"_index": "a", "_seq_no": 2}}])
    assert own.upto("a", -1) == 0
