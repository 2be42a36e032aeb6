"""Why: what an alert shows beside its verdict, each number with the question to the index that gave it.

The figures against their usual, the words that stand out, the first source, the largest accounts, the platforms, how
mood moved, the customers touched, and the loudest mentions themselves. The same index gives the same explanation.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from config.brand import Brand
from indexing.alerts.alert import Evidence, PlatformCount
from indexing.alerts.firing import Figure, Question
from indexing.alerts.plain_text import plain_text
from indexing.detection.found import Found
from indexing.detection.outstanding import MOST_ASKED, outstanding
from indexing.detection.quotes import LOUDEST, asked_stories, quoted
from indexing.detection.recount import at_path, mad_of, median_of, number_of, ratio
from indexing.detection.search_rounds import Body, Response, Search
from indexing.detection.series import counting, period

__all__ = ["asked", "evidence", "figures", "questions", "searches"]

_MOST_IDS = 500
_MOST_PLATFORMS = 50
_SHOWN = 5
_NAME_LENGTH = 40
_MOODS = {"emotions": "emotion", "labels": "sentiment.label"}


def questions(found: Found) -> dict[str, Body]:
    """Return what to ask about a finding, by the questions' ids."""
    subject = [*found.scope, *found.subject]
    now, before = period(found.start, found.end), period(found.start - found.history, found.start)
    asked = {
        "window": _window(found, [*subject, now]),
        "all": counting([*found.scope, now]) | {"aggs": _moods() | {"subject": _filter(found.subject)}},
        "before": counting([*found.scope, before]) | {"aggs": _moods()},
        **found.asks,
    }
    if found.usual_since and found.usual_since < found.start:
        length = round((found.end - found.start).total_seconds() * 1000)
        offset = round(found.start.timestamp() * 1000) % length
        first, last = (round(moment.timestamp() * 1000) - offset for moment in (found.usual_since, found.start))
        bounds = {"min": first, "max": last - 1}  # Elasticsearch rounds them as if there were no offset, then adds it
        histogram = {
            "field": "@timestamp",
            "fixed_interval": f"{length}ms",
            "offset": f"{offset}ms",
            "min_doc_count": 0,
            "extended_bounds": bounds,
        }
        past = counting([*subject, period(found.usual_since, found.start)])
        asked["usual"] = past | {"aggs": {"time": {"date_histogram": histogram}}}
    return asked


def searches(found: Found) -> list[Search]:
    """Return the questions as they are sent; the verdict stands without their answers."""
    return [Search(body=body, kind=kind_of(found, id), optional=True) for id, body in questions(found).items()]


def figures(found: Found, answers: Mapping[str, Response]) -> tuple[Figure, ...]:
    """Return the verdict's figures, and what else the answers say, each with its trace."""
    traces = {**_shared_traces(found), **found.traces}
    own = [
        Figure(
            name=reading.name,
            value=reading.value,
            usual=reading.usual,
            unit=reading.unit,
            question=traces.get(reading.name, ""),
        )
        for reading in found.verdict.readings
    ]
    usual = found.verdict.readings[0].usual if found.verdict.readings else None
    if usual is not None and "usual" in traces:
        own.append(Figure(name="usual", value=usual, unit=found.verdict.readings[0].unit, question=traces["usual"]))
    return (*own, *(_more(answers) if answers.get("window") and found.kind_of_index == "mentions" else ()))


def evidence(found: Found, brand: Brand | None, answers: Mapping[str, Response]) -> Evidence:
    """Return the mentions that the finding is about; nothing where the index did not answer."""
    window = answers.get("window")
    if not window or found.kind_of_index != "mentions":
        return Evidence(total=round(found.verdict.weight) if not window else 0)
    aggregations, total = window["aggregations"], window["hits"]["total"]["value"]
    told = quoted(total, aggregations)
    return Evidence(
        ids=tuple(hit["_id"] for hit in window["hits"]["hits"]),
        total=total,
        quotes=told.quotes,
        more_stories=told.more_stories,
        more_mentions=told.more_mentions,
        words=outstanding(brand, total, aggregations["words"]["buckets"]),
        platforms=tuple(
            PlatformCount(platform=bucket["key"], mentions=bucket["doc_count"])
            for bucket in aggregations["platforms"]["buckets"]
        ),
    )


def asked(found: Found, index: Callable[[str], str]) -> tuple[Question, ...]:
    """Return the questions as they can be sent again; `index` gives the name of a kind of index."""
    return tuple(Question(id=id, index=index(kind_of(found, id)), body=body) for id, body in questions(found).items())


def kind_of(found: Found, id: str) -> str:
    """Return the kind of index that a question goes to."""
    return found.asked_of.get(id, found.kind_of_index)


def _window(found: Found, filters: Sequence[Body]) -> Body:
    if found.kind_of_index != "mentions":
        return counting(filters) | ({"aggs": found.aggs} if found.aggs else {})
    background = [*found.scope, period(found.start - found.history, found.end)]
    largest = {"followers": {"max": {"field": "author.followers"}}}
    words = {
        "field": "tokens",
        "size": MOST_ASKED,
        "min_doc_count": 2,
        "background_filter": {"bool": {"filter": background}},
    }
    first = {"size": 1, "sort": [{"@timestamp": "asc"}, {"native_id": "asc"}], "_source": False}
    return counting(filters) | {
        "size": _MOST_IDS,
        "_source": False,
        "sort": LOUDEST,
        "aggs": {
            "platforms": {"terms": {"field": "platform", "size": _MOST_PLATFORMS}},
            "words": {"significant_terms": words},
            "first": {"top_hits": first},
            "authors": {"cardinality": {"field": "author.id", "precision_threshold": 40_000}},
            "accounts": {
                "terms": {"field": "author.name", "size": _SHOWN, "order": [{"followers": "desc"}, {"_key": "asc"}]},
                "aggs": largest,
            },
            "customers": {"terms": {"field": "customer.id", "size": _SHOWN}},
            "customers_touched": {"cardinality": {"field": "customer.id", "precision_threshold": 40_000}},
            **asked_stories(),
            **_moods(),
            **found.aggs,
        },
    }


def _moods() -> dict[str, Body]:
    return {name: {"terms": {"field": field, "size": 10}} for name, field in _MOODS.items()}


def _filter(filters: Sequence[Body]) -> Body:
    return {"filter": {"bool": {"filter": list(filters)}}}


def _shared_traces(found: Found) -> dict[str, str]:
    total, windows = ("hits", "total", "value"), ("aggregations", "time", "buckets", "*", "doc_count")
    traces = {
        "count": at_path("all", *total),
        "negative": at_path("window", *total),
        "share": ratio(at_path("all", "aggregations", "subject", "doc_count"), at_path("all", *total)),
        "authors": at_path("window", "aggregations", "authors", "value"),
    }
    if found.usual_since and found.usual_since < found.start:
        traces |= {
            "usual": median_of("usual", *windows),
            "mad": mad_of("usual", *windows),
            "past_windows": number_of("usual", *windows),
            "times": ratio(at_path("window", *total), median_of("usual", *windows)),
        }
    return traces


def _more(answers: Mapping[str, Response]) -> Iterator[Figure]:
    window = answers["window"]
    aggregations = window["aggregations"]
    yield Figure(
        name="authors_speaking",
        value=aggregations["authors"]["value"],
        unit="accounts",
        question=at_path("window", "aggregations", "authors", "value"),
    )
    for hit in aggregations["first"]["hits"]["hits"]:
        path = ("aggregations", "first", "hits", "hits", "0", "sort", "0")
        yield Figure(
            name=f"first.{hit['_id']}", value=hit["sort"][0], unit="ms since 1970", question=at_path("window", *path)
        )
    yield from _counted("platform", "platforms", aggregations, "mentions")
    yield from _counted("story", "stories", aggregations, "mentions", most=1)
    for bucket in aggregations["accounts"]["buckets"]:
        if bucket["followers"]["value"] is not None:
            place = ("aggregations", "accounts", "buckets", bucket["key"], "followers", "value")
            yield Figure(
                name=f"account.{plain_text(bucket['key'], _NAME_LENGTH)}",
                value=bucket["followers"]["value"],
                unit="followers",
                question=at_path("window", *place),
            )
    customers = at_path("window", "aggregations", "customers_touched", "value")
    yield Figure(
        name="customers", value=aggregations["customers_touched"]["value"], unit="customers", question=customers
    )
    yield from _counted("customer", "customers", aggregations, "mentions")
    for name, title in (("emotions", "emotion"), ("labels", "sentiment")):
        yield from _shift(name, title, answers)


def _counted(
    title: str, name: str, aggregations: Mapping[str, Any], unit: str, *, most: int = _SHOWN
) -> Iterator[Figure]:
    for bucket in aggregations[name]["buckets"][:most]:
        trace = at_path("window", "aggregations", name, "buckets", bucket["key"], "doc_count")
        yield Figure(name=f"{title}.{bucket['key']}", value=bucket["doc_count"], unit=unit, question=trace)


def _shift(name: str, title: str, answers: Mapping[str, Response]) -> Iterator[Figure]:
    """Yield each mood's share among all mentions of the window, beside its share in the time before."""
    now, before = answers.get("all"), answers.get("before")
    if not now or not before:
        return
    total, then = now["hits"]["total"]["value"], before["hits"]["total"]["value"]
    earlier = {bucket["key"]: bucket["doc_count"] for bucket in before["aggregations"][name]["buckets"]}
    for bucket in now["aggregations"][name]["buckets"]:
        place = at_path("all", "aggregations", name, "buckets", bucket["key"], "doc_count")
        yield Figure(
            name=f"{title}.{bucket['key']}",
            value=bucket["doc_count"] / total,
            usual=earlier.get(bucket["key"], 0) / then if then else None,
            unit="share",
            question=ratio(place, at_path("all", "hits", "total", "value")),
        )
