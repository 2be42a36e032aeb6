"""All dashboards as one HTML file, for whoever has no Kibana: the same panels, asked and counted in the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from config.both import Both
from dashboards.boards import boards
from dashboards.page import annotations, posts
from dashboards.page.choice import FIELDS, days
from dashboards.page.data import Posts, Question
from dashboards.page.draw import draw
from dashboards.page.drawn import Drawn
from dashboards.page.gather import ask
from dashboards.page.marks import counted_by
from dashboards.page.phrases import PHRASES
from dashboards.panel import Board, Listing, Panel, Top
from dashboards.panel_query import Row, Scope, compares, listing, period, ranked, ranking, read, search, values
from dashboards.period import beginning
from indexing.elasticsearch.errors import store_errors
from indexing.metrics.expression import Before, leaves
from indexing.metrics.voice import Crawled, share_of_voice

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["BoardsData", "Listed", "gather_boards"]

_LISTED = 10
_LEADS: Mapping[str, tuple[str, ...]] = {
    "stories": ("story", "brand"),
    "accounts": ("name", "platform"),
    "alerts": ("reason_en",),
}
"""What a row of such a list is followed to its posts by."""
_ALWAYS = ("brand", "platform", "sentiment", "kind", "author", "customer", "story")
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
    posts: Posts = Posts()
    names: Mapping[str, str] = field(default_factory=dict)
    """The brands' names by their ids."""
    brief: str | None = None
    """The address of the brief, where it lies beside this page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the panels are to be read with."""

    crawled: Mapping[str, Crawled]
    before: bool
    """Whether crawls had begun when the period before did."""
    events: tuple[annotations.Event, ...]


def gather_boards(
    store: "Store",
    *,
    until: datetime,
    days: timedelta,
    language: str = "zh",
    names: Mapping[str, str] = MappingProxyType({}),
) -> BoardsData:
    """Return every board's panels for the `days` up to `until` (aware), from midnight of the first day.

    `names` are the brands' by their ids, in their order, each with a colour; one without goes by its id.
    QuestionRefused when Elasticsearch refuses a request, StoreError when it does not answer.
    """
    scope = Scope(since=beginning(until, days.days), until=until)
    every = boards()
    with store_errors():
        store.refresh("notes", *{panel.kind for board in every.values() for panel in board.panels})
    questions = _questions(store, every, scope)
    answers = dict(zip(questions, ask(store, list(questions.values())), strict=True))
    seen = _seen(store, scope, names)
    drawn = {
        id: tuple(_read(id, panel, answers[f"{id}/{panel.id}"], scope, seen, names) for panel in board.panels)
        for id, board in every.items()
    }
    return BoardsData(
        language=language,
        since=scope.since,
        until=until,
        boards=every,
        panels=drawn,
        questions=questions,
        posts=_posts(store, scope, drawn, names),
        names=names,
    )


def _questions(store: "Store", every: Mapping[str, Board], scope: Scope) -> dict[str, Question]:
    """Return what the panels ask for; of some the index is asked first which values they show."""
    panels = {f"{id}/{panel.id}": panel for id, board in every.items() for panel in board.panels}

    def asked(id: str, body: Mapping[str, Any]) -> Question:
        return Question(id=id, name=panels[id].id, index=store.alias(panels[id].kind), body=body)

    first = [asked(id, ranking(panel, scope)) for id, panel in panels.items() if ranked(panel)]
    among = {one.id: values(answer) for one, answer in zip(first, ask(store, first), strict=True)}
    return {id: asked(id, _body(panel, scope, among.get(id))) for id, panel in panels.items()}


def _body(panel: Panel | Listing, scope: Scope, among: Sequence[str] | None) -> dict[str, Any]:
    if isinstance(panel, Panel):
        return search(panel, scope, among)
    body = listing(panel, scope, _LISTED)
    return {**body, "_source": [*body["_source"], *_LEADS.get(panel.kind, ())]}


def _posts(
    store: "Store", scope: Scope, drawn: Mapping[str, tuple[Drawn | Listed, ...]], names: Mapping[str, str]
) -> Posts:
    """Return the newest posts, which can be chosen by all that the panels count by."""
    panels = [one for every in drawn.values() for one in every if isinstance(one, Drawn)]
    named = {key for one in panels if one.panel.kind == "mentions" for key in counted_by(one.panel)}
    keys = tuple(dict.fromkeys((*_ALWAYS, *(key for key in (*FIELDS, "voice") if key in named))))
    words = {
        str(row.keys[place])
        for one in panels
        for place, bucket in enumerate(one.panel.by)
        if isinstance(bucket, Top) and bucket.field == FIELDS["word"][0]
        for row in one.rows
    }
    asked = posts.question(store, {"bool": {"filter": [period(scope)]}}, "posts", keys=keys)
    (answer,) = ask(store, [asked])
    return posts.read(
        answer,
        keys=keys,
        words=frozenset(words),
        customers=True,
        names=names,
        indexed=True,
        period=days(scope.since, scope.until),
    )


def _read(
    board: str,
    panel: Panel | Listing,
    answer: Mapping[str, Any],
    scope: Scope,
    seen: _Seen,
    names: Mapping[str, str],
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
        withheld = share_of_voice(counts, seen.crawled).withheld
    if compares(panel) and not seen.before:
        rows = tuple(_unchanged(panel, row) for row in rows)
        return replace(draw(board, panel, rows, scope, withheld, names), remark=PHRASES["not_crawled_before"])
    return draw(board, panel, rows, scope, withheld, names, seen.events)


def _unchanged(panel: Panel, row: Row) -> Row:
    """Return the row without the values that the period before takes part in: nobody crawled it to its beginning."""
    compared = [any(isinstance(leaf, Before) for leaf in leaves(metric.of)) for metric in panel.show]
    return Row(row.keys, tuple(None if no else value for no, value in zip(compared, row.values, strict=True)))


def _seen(store: "Store", scope: Scope, names: Mapping[str, str]) -> _Seen:
    """Return what the crawls saw, and what happened meanwhile."""
    first = {"size": 0, "aggs": {"first": {"min": {"field": "started_at"}}}}
    asked = [
        Question(id="first-crawl", name="first-crawl", index=store.alias("runs"), body=first),
        *annotations.questions(store, scope),
    ]
    begun, *happened = ask(store, asked)
    millis = begun.get("aggregations", {}).get("first", {}).get("value")
    return _Seen(
        crawled=_crawled(store, scope),
        before=millis is not None and millis <= 1000 * scope.before.since.timestamp(),
        events=annotations.events(happened, names),
    )


def _crawled(store: "Store", scope: Scope) -> dict[str, Crawled]:
    """Return how the sources that found each brand's mentions were crawled in this time."""
    by_query = {"terms": {"field": "query", "size": _MOST}}
    complete = {"complete": {"filter": {"term": {"complete": True}}}}
    runs = _by_feed({**by_query, "aggs": complete})
    found = {"brands": {"terms": {"field": "brand", "size": _MOST}, "aggs": _by_feed(by_query)}}
    asked = [
        Question(id=name, name=name, index=store.alias(kind), body={"size": 0, "query": period(scope), "aggs": aggs})
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
