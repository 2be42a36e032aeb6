"""Times that the crawls of a brand's feeds left uncovered: what was not heard then is no silence."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from indexing.detection.found import Found
from indexing.detection.search_rounds import Body, Response, Search, SearchRounds

__all__ = ["without_unheard"]

_UNHEARD = 0.25
"""Share of a window from which on a gap may be why little was heard."""
_MOST_FEEDS, _MOST_QUERIES = 20, 50


def without_unheard(found: Sequence[Found], history: timedelta) -> SearchRounds[list[Found]]:
    """Return the findings in whose window the feeds that bring the brand's mentions left no long time uncovered."""
    if not found:
        return []
    feeds = yield [Search(body=_feeds(one, history)) for one in found]
    named = [[bucket["key"] for bucket in answer["aggregations"]["feeds"]["buckets"]] for answer in feeds]
    gaps = yield [Search(kind="runs", body=_gaps(one, names)) for one, names in zip(found, named, strict=True)]
    return [one for one, answer in zip(found, gaps, strict=True) if _longest(one, answer) < _UNHEARD]


def _feeds(found: Found, history: timedelta) -> Body:
    times = {"gte": (found.start - history).isoformat(), "lt": found.end.isoformat()}
    filters = [{"term": {"brand": found.brand}}, {"range": {"@timestamp": times}}]
    return {
        "size": 0,
        "query": {"bool": {"filter": filters}},
        "aggs": {"feeds": {"terms": {"field": "feed", "size": _MOST_FEEDS}}},
    }


def _gaps(found: Found, feeds: Sequence[str]) -> Body:
    """Ask each feed × query for what is lost, and for what its last crawl left open."""
    until = (found.end + (found.end - found.start)).isoformat()
    lost = {"bool": {"filter": [{"term": {"gap.lost": True}}, *_overlaps(found)]}}
    last = {"top_hits": {"size": 1, "sort": [{"@timestamp": "desc"}], "_source": ["gap"]}}
    ends = {"start": {"min": {"field": "gap.start"}}, "end": {"max": {"field": "gap.end"}}}
    query = {
        "terms": {"field": "query", "size": _MOST_QUERIES},
        "aggs": {
            "live": {"filter": {"bool": {"must_not": [{"exists": {"field": "purpose"}}]}}, "aggs": {"last": last}},
            "lost": {"filter": lost, "aggs": ends},
        },
    }
    filters = [{"terms": {"feed": list(feeds)}}, {"range": {"@timestamp": {"gte": _long_before(found), "lte": until}}}]
    by_feed = {"terms": {"field": "feed", "size": _MOST_FEEDS}, "aggs": {"queries": query}}
    return {"size": 0, "query": {"bool": {"filter": filters}}, "aggs": {"feeds": by_feed}}


def _long_before(found: Found) -> str:
    return (found.start - timedelta(days=1)).isoformat()


def _overlaps(found: Found) -> list[Body]:
    start, end = found.start.isoformat(), found.end.isoformat()
    return [{"range": {"gap.start": {"lt": end}}}, {"range": {"gap.end": {"gt": start}}}]


def _longest(found: Found, answer: Response) -> float:
    """Return the longest uncovered time within the window, as a share of it."""
    window = (found.end - found.start).total_seconds()
    lengths = (min(end, found.end) - max(start, found.start) for start, end in _times(answer))
    return max((length.total_seconds() for length in lengths), default=0.0) / max(1.0, window)


def _times(answer: Response) -> Iterator[tuple[datetime, datetime]]:
    for feed in answer["aggregations"]["feeds"]["buckets"]:
        for query in feed["queries"]["buckets"]:
            for hit in query["live"]["last"]["hits"]["hits"]:
                if gap := hit["_source"].get("gap"):
                    yield datetime.fromisoformat(gap["start"]), datetime.fromisoformat(gap["end"])
            if query["lost"]["doc_count"]:
                yield _moment(query["lost"]["start"]), _moment(query["lost"]["end"])


def _moment(value: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(value["value"] / 1000, UTC)
