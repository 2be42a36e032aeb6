"""For every panel: what Kibana's query returns = what the page draws = a count by hand over the JSON Lines."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from config.settings import DAY_ZONE
from crawlers.storage.stage import Batch
from dashboards.boards import boards
from dashboards.kibana.build import SAVED
from dashboards.panel import panels
from dashboards.panel_query import Scope, ranked, ranking, read, search, values
from dashboards.report import write_boards
from indexing.mentions.document import analysis_part, document_id, month, page_part
from indexing.metrics.engagement import FORMULAS
from indexing.people.pseudonyms import Pseudonyms
from nlp.mention import Mention, decode_mention, encode_mention
from tests import board_data, brute_force, lens_query

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

POSTS = 20_000
NOW = board_data.UNTIL.isoformat()
SINCE = (board_data.UNTIL - timedelta(days=board_data.DAYS - 1)).replace(hour=0, minute=0)
EVERY = [(id, panel) for id, board in boards().items() for panel in panels(board)]
Rows = dict[tuple[Any, ...], tuple[float | None, ...]]


@dataclass(frozen=True)
class Filled:
    """An index with documents of every kind, the same documents by hand, and the page made of the index."""

    store: "Store"
    documents: dict[str, list[dict[str, Any]]]
    page: dict[str, Rows]
    saved: dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def filled(new_store: "Callable[[], Store]", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("boards")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGFENG_DATA", str(folder))
        store = new_store()
        documents = {"mentions": _mentions(store), **{kind: _others(store, kind) for kind in board_data.KINDS}}
        path = write_boards(store, folder / "boards.html", until=board_data.UNTIL, days=timedelta(days=board_data.DAYS))
        saved = {
            (one["type"], one["id"]): one for one in map(json.loads, SAVED.read_text(encoding="utf-8").splitlines())
        }
        yield Filled(store=store, documents=documents, page=_on_page(path), saved=saved)


def _mentions(store: "Store") -> list[dict[str, Any]]:
    from elasticsearch.helpers import bulk

    from crawlers.replay import load

    batch = Batch(stage="mentions", feed="weibo_search", query="all", window="20261106T070000Z")
    with batch.write() as writer:
        for mention in board_data.mentions(load("research", limit=POSTS)):
            writer.add(encode_mention(mention))
    store.open_months({"2026.10", "2026.11"})
    bulk(store.client, (_indexed(store, decode_mention(line)) for line in batch.lines()), chunk_size=2_000)
    store.refresh("mentions")
    return [_by_hand(json.loads(line)) for line in batch.lines()]


def _indexed(store: "Store", mention: Mention) -> dict[str, Any]:
    """Return the document as the writers would leave it; they are tested elsewhere, and slower."""
    whole = page_part(mention, Pseudonyms(b"0123456789abcdef"))
    page = {name: value for name, value in whole.items() if name not in ("text", "title")}  # no panel counts words
    label = {"sentiment": {"label": str(mention.sentiment.label)}}
    analysis = {name: value for name, value in analysis_part(mention, board_data.UNTIL).items() if name != "sentiment"}
    id = document_id(mention)
    return {
        "_index": store.month_alias(month(mention.post.published_at)),
        "_id": id,
        "_source": {**analysis, **page, **label, **board_data.by_others(id), "event": {"ingested": NOW}},
    }


def _by_hand(line: dict[str, Any]) -> dict[str, Any]:
    post = line["post"]
    id = f"{post['platform']}:{post['kind']}:{post['native_id']}:{line['brand']}"
    return {**board_data.flat(line, FORMULAS), **board_data.by_others(id)}


def _others(store: "Store", kind: str) -> list[dict[str, Any]]:
    from elasticsearch.helpers import bulk

    made = dict(board_data.others(kind))
    actions = ({"_index": store.alias(kind), "_id": id, "_source": document} for id, document in made.items())
    bulk(store.client, actions, refresh=True)
    return list(made.values())


def _on_page(path: Path) -> dict[str, Rows]:
    shown: dict[str, Rows] = {}
    for card in html.fromstring(path.read_text(encoding="utf-8")).iterfind(".//article[@data-panel]"):
        rows = [json.loads(one.get("data-row", "")) for one in card.iterfind(".//*[@data-row]")]
        shown[card.get("data-panel", "")] = {tuple(keys): tuple(values) for keys, values in rows}
    return shown


def _in_kibana(filled: Filled, board: str, panel: str, kind: str) -> Rows:
    """Return what a person sees who opens the board as it was published, at the moment at which the page was made."""
    saved = filled.saved["lens", f"tingfeng-{board}-{panel}"]
    period = lens_query.period(filled.saved["dashboard", f"tingfeng-{board}"], board_data.UNTIL, DAY_ZONE.key)
    body = lens_query.request(saved, filled.saved["index-pattern", f"tingfeng-{kind}"], period, DAY_ZONE.key)
    answer = filled.store.client.search(index=filled.store.alias(kind), **body)
    return dict(lens_query.rows(saved, dict(answer)))


def _same(one: Rows, other: Rows) -> bool:
    def equal(a: float | None, b: float | None) -> bool:
        return a is b is None or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9))

    return one.keys() == other.keys() and all(
        equal(a, b) for keys in one for a, b in zip(one[keys], other[keys], strict=True)
    )


@pytest.mark.parametrize(("board", "panel"), EVERY, ids=[f"{board}/{panel.id}" for board, panel in EVERY])
def test_the_three_numbers_are_one(filled: Filled, board: str, panel: Any) -> None:
    by_hand = brute_force.counted(panel, filled.documents[panel.kind], SINCE, board_data.UNTIL)
    kibana = _in_kibana(filled, board, panel.id, panel.kind)
    assert by_hand, "a panel without numbers proves nothing"
    assert _same(kibana, by_hand)
    page = filled.page[f"{board}/{panel.id}"]
    assert _same(page, by_hand) or (panel.compares_brands and not page)


def test_a_word_that_is_rare_in_one_month_is_counted_there_too(new_store: "Callable[[], Store]") -> None:
    """Each month's index tells its own first words alone: 1,200 others stand before this one in November."""
    from elasticsearch.helpers import bulk

    store, october = new_store(), board_data.UNTIL - timedelta(days=10)
    store.open_months({"2026.10", "2026.11"})
    others = [[f"w{number}" for number in range(200 * part, 200 * (part + 1))] for part in range(6)] * 2
    said = [(october, ["rare"])] * 300 + [(board_data.UNTIL, words) for words in [*others, ["rare"]]]
    documents = ({"_index": store.month_alias(month(at)), "@timestamp": at, "keywords": words} for at, words in said)
    bulk(store.client, documents, refresh=True)
    panel = next(one for id, one in EVERY if (id, one.id) == ("voices", "rising-words"))
    scope = Scope(since=SINCE, until=board_data.UNTIL)

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        return dict(store.client.search(index=store.alias("mentions"), **body))

    def first(body: dict[str, Any]) -> tuple[str, float | None]:
        row = read(panel, answer(body))[0]
        return str(row.keys[0]), row.values[0]

    assert ranked(panel)
    among = values(answer(ranking(panel, scope)))
    assert len(among) == 200
    assert first(search(panel, scope, among)) == ("rare", 301)
    assert first(search(panel, scope)) == ("rare", 300), "one search is enough: then ask no second one"


def test_enough_real_posts_are_counted(filled: Filled) -> None:
    inside = [d for d in filled.documents["mentions"] if datetime.fromisoformat(d["@timestamp"]) >= SINCE]
    assert len(filled.documents["mentions"]) == POSTS
    assert len(inside) > 0.6 * POSTS
