"""`story` on the index: the mentions of each story over time."""

from collections.abc import Sequence
from typing import Any, cast

from config.kinds import Verdict
from config.kinds.story import Facts, When
from config.rule import Rule
from indexing.detection.counted import episodes_of
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path, most_of
from indexing.detection.search_rounds import Body, Search, SearchRounds
from indexing.detection.sentences import Said, joined
from indexing.detection.series import NEGATIVE, Look, lines, scope
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]

_TRACES = {
    "negative": at_path("window", "aggregations", "negative", "doc_count"),
    "usual": most_of("usual", "aggregations", "time", "buckets", "*", "doc_count"),
    "authors": at_path("window", "aggregations", "authors", "value"),
    "coordination": at_path("story", "aggregations", "coordination", "value"),
}


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the stories that grew quickly."""
    when = cast(When, rule.when)
    look = Look(
        window=when.window,
        late=when.late,
        past=when.history,
        measures={"negative": {"filter": NEGATIVE}, "authors": {"terms": {"field": "author.id"}}},
        least=when.min_count,
        by="story.id",
    )
    of = yield from lines(scope(rule, brands), look, brands, span)
    scores = yield from _told(sorted({story for _, story in of if story}))
    found = []
    for (brand, story), line in of.items():
        score = scores.get((str(story), brand), 0.0)

        def judge(line: Timeline, stop: int, score: float = score) -> Verdict | None:
            return _judge(when, line, stop, score)

        more: dict[str, Any] = {
            "asks": {"story": told_of(str(story), brand)},
            "asked_of": {"story": "stories"},
            "aggs": {"negative": {"filter": NEGATIVE}},
            "usual": when.history // when.window * when.window,
            "history": when.history,
        }
        found += episodes_of(rule, look, span, {(brand, story): line}, judge, traces=_TRACES, **more)
    return found


def _judge(when: When, line: Timeline, stop: int, score: float) -> Verdict | None:
    start = stop - STEPS
    count = line.count(start, stop)
    if count < when.min_count:
        return None
    return when.judge(
        Facts.model_construct(
            count=count,
            negative=line.count(start, stop, "negative"),
            authors=line.different("authors", start, stop),
            before=max(line.past(start, STEPS, when.history // when.window, "count"), default=0),
            coordination=score,
        )
    )


def told_of(story: str, brand: str) -> Body:
    """Return the search for a story's document, with its score."""
    query = {"bool": {"filter": [{"term": {"story": story}}, {"term": {"brand": brand}}]}}
    return {"size": 0, "query": query, "aggs": {"coordination": {"max": {"field": "coordination.score"}}}}


def _told(stories: list[str]) -> SearchRounds[dict[tuple[str, str], float]]:
    """Ask for how arranged the stories look."""
    if not stories:
        return {}
    fields = ["story", "brand", "coordination.score"]
    body = {"size": 10_000, "query": {"terms": {"story": stories}}, "_source": fields}
    (answer,) = yield [Search(kind="stories", body=body, optional=True)]
    sources = [hit["_source"] for hit in answer["hits"]["hits"]] if answer else []
    return {(one["story"], one["brand"]): one["coordination"]["score"] for one in sources}


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    count, authors = (round(found.verdict.figure(figure)) for figure in ("count", "authors"))
    negative = round(found.verdict.figure("negative"))
    return joined(
        found,
        name,
        span,
        f"同一件事 {count} 条（{authors} 个账号，负面 {negative} 条）",
        f"{count:,} mentions of one story by {authors:,} accounts, {negative:,} negative,",
    )
