"""Everything that the page shows, read from the index with two multi-searches."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config.brand import Brand
from config.errors import UserError
from dashboards.page import posts, queries, read
from dashboards.page.choice import days as days_of
from dashboards.page.data import AlertShown, BrandFigures, MentionShown, PageData, Posts, Question
from dashboards.period import DAYS, beginning
from indexing.backfill import changed_at
from indexing.elasticsearch.errors import store_errors
from indexing.evidence.line import BrokenChain
from indexing.evidence.roots import Root, latest_root

if TYPE_CHECKING:
    from indexing.alerts.alert import Alert
    from indexing.elasticsearch.store import Store

__all__ = ["QuestionRefused", "ask", "gather"]

_HOURLY_UP_TO = 2  # days; longer periods are drawn by day
_ROWS = 20  # of the newest mentions, shown without a script
_KEYS = ("brand", "platform", "sentiment", "kind", "author", "customer", "token", "alert")
_READ, _QUOTED = 30, 5  # of an alert's evidence; more are read than quoted, since bursts repeat themselves


_log = logging.getLogger(__name__)


class QuestionRefused(UserError):
    """Elasticsearch refused one of the page's requests; the message names it, the reason and the remedy."""


def gather(
    store: "Store", *, brands: Sequence[Brand], now: datetime, days: int = DAYS, language: str = "zh"
) -> PageData:
    """Return the page's data for the last `days` days of Asia/Shanghai, today included, up to `now` (aware).

    An index that is not there reads as an empty one. QuestionRefused when Elasticsearch refuses a request or answers
    from a part of the index alone; StoreError when it does not answer.
    """
    with store_errors():
        for kind in ("mentions", "alerts", "runs", "topics"):
            store.refresh(kind)
    since, interval = beginning(now, days), "hour" if days <= _HOURLY_UP_TO else "day"
    ids = [brand.id for brand in brands]
    asked = queries.questions(store, ids, since, now, interval)
    answers = dict(zip((question.name for question in asked), ask(store, asked), strict=True))
    alerts = read.alerts(answers["alerts"])
    figures = _brands(brands, answers, read.starts(since, now, interval))
    tokens = sorted({word for brand in figures for word in _words(brand)})
    more = [posts.question(store, queries.scope(since, now, ids), queries.POSTS, keys=_KEYS, tokens=tokens)]
    if quoted_ids := list(dict.fromkeys(id for alert in alerts for id in _to_quote(alert))):
        more.append(queries.evidence(store, quoted_ids))
    found, *quotes = ask(store, more)
    quoted = read.by_id(quotes[0]) if quotes else {}
    return PageData(
        language=language,
        made_at=now,
        since=since,
        until=now,
        days=days,
        interval=interval,
        brands=figures,
        alerts=tuple(_with_quotes(alert, quoted) for alert in alerts),
        alert_count=read.total(answers["alerts"]),
        mentions=read.latest(found, _ROWS),
        posts=_posts(found, brands, alerts, days_of(since, now)),
        coverage=read.coverage(answers["runs"], answers["data"]),
        changed_at=changed_at(),
        root=_root(),
        questions=tuple(sorted([*asked, *more], key=lambda question: question.id)),
    )


def _words(brand: BrandFigures) -> set[str]:
    """Return the words by which the page's posts can be chosen."""
    said = {word.word for word in (*brand.negative_words, *brand.positive_words)}
    return said | {topic.words[0] for topic in brand.topics}


def _root() -> Root | None:
    try:
        return latest_root()
    except BrokenChain as error:  # the page is of more than the chain; `tingfeng prove` says the same
        _log.error("the page has no root of the evidence chain: %s", error)
        return None


def _posts(
    found: Mapping[str, Any], brands: Sequence[Brand], alerts: Sequence["Alert"], period: Mapping[str, str]
) -> Posts:
    names = {brand.id: brand.name for brand in brands}
    evidence = {alert.id: frozenset(alert.evidence.ids) for alert in alerts}
    return posts.read(found, keys=_KEYS, names=names, alerts=evidence, period=period)


def _to_quote(alert: "Alert") -> Sequence[str]:
    """Return the ids of what the alert quotes; for one that was written without quotes, of its loudest mentions."""
    return [quote.id for quote in alert.evidence.quotes] or alert.evidence.ids[:_READ]


def _with_quotes(alert: "Alert", mentions: Mapping[str, MentionShown]) -> AlertShown:
    """Quote what the alert quotes, as the index has it now; each wording once."""
    found = [mentions[id] for id in _to_quote(alert) if id in mentions]
    distinct = {mention.text: mention for mention in reversed(found)}
    return AlertShown(alert=alert, quoted=tuple(m for m in found if distinct[m.text] is m)[:_QUOTED])


def _brands(
    brands: Sequence[Brand], answers: Mapping[str, Mapping[str, Any]], starts: Sequence[datetime]
) -> tuple[BrandFigures, ...]:
    figures, timelines, platforms = (read.by_brand(answers[name]) for name in ("figures", "timeline", "platforms"))
    every = (
        BrandFigures(
            id=brand.id,
            name=brand.name,
            **read.figures(figures.get(brand.id, {})),
            timeline=read.timeline(timelines.get(brand.id, {}), starts),
            platforms=read.platforms(platforms.get(brand.id, {})),
            negative_words=read.words(answers["words"], brand, "negative"),
            positive_words=read.words(answers["words"], brand, "positive"),
            topics=read.topics(answers["topics"], brand.id),
        )
        for brand in brands
    )
    return tuple(sorted(every, key=lambda brand: (-brand.risk, -brand.mentions, brand.name)))


def ask(store: "Store", questions: Sequence[Question]) -> list[Mapping[str, Any]]:
    """Return the answers to the questions, in their order; QuestionRefused for one that is not whole."""
    searches: list[Mapping[str, Any]] = []
    for question in questions:
        searches += [{"index": question.index, "ignore_unavailable": True}, question.body]
    with store_errors():
        answers = store.client.msearch(searches=searches)["responses"]
    for question, answer in zip(questions, answers, strict=True):
        if reason := _failure(answer):
            raise QuestionRefused(
                f"{question.index}: no whole answer to {question.id} ({question.name}): {reason}: "
                "see `tingfeng doctor`, or re-create the index with `tingfeng rebuild`"
            )
    return list(answers)


def _failure(answer: Mapping[str, Any]) -> str | None:
    """Return why the answer cannot be relied on; half an answer would read as fewer mentions."""
    if "error" in answer:
        causes = answer["error"].get("root_cause") or [answer["error"]]
        return str(causes[0].get("reason") or causes[0].get("type"))
    if answer["timed_out"] or answer["_shards"]["failed"]:
        return f"{answer['_shards']['failed']} of {answer['_shards']['total']} shards did not answer"
    return None
