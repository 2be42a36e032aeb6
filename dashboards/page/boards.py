"""All dashboards as one HTML file, for whoever has no Kibana: the same panels, asked and counted in the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from config.both import Both
from dashboards.boards import boards
from dashboards.page.data import Question
from dashboards.page.drawn import Drawn, draw
from dashboards.page.gather import ask
from dashboards.panel import Board, Listing, Panel
from dashboards.panel_query import Scope, listing, read, search
from dashboards.period import beginning
from indexing.elasticsearch.errors import store_errors
from indexing.metrics.voice import Crawled, share_of_voice

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["BoardsData", "Listed", "gather_boards"]

_LISTED = 10
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list with its documents, of `total` that there are."""

    board: str
    panel: Listing
    documents: tuple[Mapping[str, Any], ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardsData:
    """The whole page; the panels of each board in their order."""

    language: str
    since: datetime
    until: datetime
    boards: Mapping[str, Board]
    panels: Mapping[str, tuple[Drawn | Listed, ...]]
    questions: Mapping[str, Question]
    """What was asked, by `board/panel`."""


def gather_boards(
    store: "Store", *, until: datetime, days: timedelta, language: str = "zh", brands: Sequence[str] = ()
) -> BoardsData:
    """Return every board's panels for the `days` up to `until` (aware), from midnight of the first day.

    `brands` (ids, in their order) have a colour each. QuestionRefused when Elasticsearch
    refuses a request, StoreError when it does not answer.
    """
    scope = Scope(since=beginning(until, days.days), until=until)
    every = boards()
    with store_errors():
        store.refresh(*{panel.kind for board in every.values() for panel in board.panels})
    questions = {
        f"{id}/{panel.id}": Question(
            id=f"{id}/{panel.id}", name=panel.id, index=store.alias(panel.kind), body=_body(panel, scope)
        )
        for id, board in every.items()
        for panel in board.panels
    }
    answers = dict(zip(questions, ask(store, list(questions.values())), strict=True))
    crawled = _crawled(store, scope)
    return BoardsData(
        language=language,
        since=scope.since,
        until=until,
        boards=every,
        panels={
            id: tuple(_read(id, panel, answers[f"{id}/{panel.id}"], scope, crawled, brands) for panel in board.panels)
            for id, board in every.items()
        },
        questions=questions,
    )


def _body(panel: Panel | Listing, scope: Scope) -> dict[str, Any]:
    return search(panel, scope) if isinstance(panel, Panel) else listing(panel, scope, _LISTED)


def _read(
    board: str,
    panel: Panel | Listing,
    answer: Mapping[str, Any],
    scope: Scope,
    crawled: Mapping[str, Crawled],
    brands: Sequence[str],
) -> Drawn | Listed:
    if isinstance(panel, Listing):
        hits = answer["hits"]
        return Listed(
            board=board,
            panel=panel,
            documents=tuple(hit["_source"] for hit in hits["hits"]),
            total=hits["total"]["value"],
        )
    rows = read(panel, answer)
    withheld: Both | None = None
    if panel.compares_brands:
        counts = {str(row.keys[0]): int(row.values[0] or 0) for row in rows}
        withheld = share_of_voice(counts, crawled).withheld
    return draw(board, panel, rows, scope, withheld, brands)


def _crawled(store: "Store", scope: Scope) -> dict[str, Crawled]:
    """Return how the sources that found each brand's mentions were crawled in this time."""
    period = {"range": {"@timestamp": {"gte": scope.since.isoformat(), "lte": scope.until.isoformat()}}}
    by_query = {"terms": {"field": "query", "size": _MOST}}
    complete = {"complete": {"filter": {"term": {"complete": True}}}}
    runs = _by_feed({**by_query, "aggs": complete})
    found = {"brands": {"terms": {"field": "brand", "size": _MOST}, "aggs": _by_feed(by_query)}}
    asked = [
        Question(id=name, name=name, index=store.alias(kind), body={"size": 0, "query": period, "aggs": aggs})
        for name, kind, aggs in (("coverage", "runs", runs), ("sources", "mentions", found))
    ]
    crawls, mentions = ask(store, asked)
    seen = {
        (feed["key"], query["key"]): (query["doc_count"], query["complete"]["doc_count"])
        for feed, query in _pairs(crawls.get("aggregations", {}))
    }
    of_brand: dict[str, Crawled] = {}
    for brand in mentions.get("aggregations", {}).get("brands", {}).get("buckets", ()):
        counts = [seen.get((feed["key"], query["key"]), (0, 0)) for feed, query in _pairs(brand)]
        of_brand[brand["key"]] = Crawled(runs=sum(c[0] for c in counts), complete=sum(c[1] for c in counts))
    return of_brand


def _by_feed(by_query: Mapping[str, Any]) -> dict[str, Any]:
    return {"feeds": {"terms": {"field": "feed", "size": _MOST}, "aggs": {"queries": by_query}}}


def _pairs(answer: Mapping[str, Any]) -> Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    feeds = answer.get("feeds", {}).get("buckets", ())
    return [(feed, query) for feed in feeds for query in feed["queries"]["buckets"]]
