"""A burst in the index raises one alert with its evidence; it grows, calms and comes back as the same alert."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.brand import Brand
from config.kinds.negative_burst import Case as BurstTest
from config.kinds.negative_burst import Now
from config.kinds.negative_burst import When as NegativeBurst
from config.rule import Rule, Severity
from crawlers.post import Author, Engagement, Kind, Post
from indexing.alerts import records
from indexing.alerts.alert import Alert, DeliveryState, State, from_document
from indexing.detection import EvaluationFailed
from indexing.evaluation import evaluate
from nlp.mention import Label, MatchedBy, Mention, Sentiment
from tests.killing import dying
from tests.soaking import in_part

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, 0, 0, 250_000, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
XINGHE = Brand(id="xinghe", name="星河手机", query="星河", words=("星河",))
YINHE = Brand(id="yinhe", name="银河", query="银河")
WHEN = NegativeBurst(
    kind="negative_burst", window=HOUR, history=14 * DAY, late=6 * HOUR, min_count=10, min_share=0.5, ratio=3
)
CASES = (
    BurstTest(name="storm", history=(), now=Now(count=12, negative=12), fires=True),
    BurstTest(name="calm", history=(), now=Now(count=12, negative=1), fires=False),
)
RULE = Rule(
    id="burst", title="负面突增", when=WHEN, severity=Severity.SERIOUS, channels=("hook",), owner="值班",
    runbook="先看原文", quiet=6 * HOUR, tests=CASES,
)  # fmt: skip

_serial = iter(range(1_000_000))


def mention(
    at: datetime,
    *,
    negative: bool = True,
    text: str = "星河闪退了",
    brand: str = "xinghe",
    likes: int = 0,
    **fields: Any,
) -> Mention:
    number = str(next(_serial))
    author = Author(id=f"9{number}", name=f"路人甲{number}", followers=int(number) + 1, verified=False)
    post = Post(
        platform="weibo", feed="weibo_search", kind=Kind.POST, native_id=number, url=f"https://example.org/{number}",
        text=text, author=author, published_at=at, fetched_at=max(at, NOW), engagement=Engagement(likes=likes),
        query="q", run_id="r",
    )  # fmt: skip
    sentiment = Sentiment(
        label=Label.NEGATIVE if negative else Label.POSITIVE, probability=0.9, score=-0.8, engine="e", model="m"
    )
    return Mention(
        post=replace(post, **fields), brand=brand, matched_by=MatchedBy.QUERY, matched=(), sentiment=sentiment,
        tokens=tuple(text.split() if " " in text else (text[:2], text[2:4])), analysis="1",
    )  # fmt: skip


def put(store: "Store", mentions: list[Mention]) -> list[str]:
    """Index the mentions as the index itself does; return their ids."""
    from indexing.elasticsearch.field import Writer
    from indexing.mentions.document import analysis_part, document_id, month, page_part, timestamp
    from indexing.mentions.write import Outcome, Update, write
    from indexing.people.pseudonyms import pseudonyms

    names = pseudonyms()
    results = write(
        store,
        [
            Update(
                id=document_id(one),
                parts={Writer.PAGE: page_part(one, names), Writer.ANALYSIS: analysis_part(one, NOW)},
                month=month(one.post.published_at),
                ingested=timestamp(NOW),
            )
            for one in mentions
        ],
    )
    assert {result.outcome for result in results} == {Outcome.INDEXED}
    return [document_id(one) for one in mentions]


def usual(brand: str = "xinghe", days: int = 10) -> list[Mention]:
    """Make a past of two negative mentions and one positive every six hours."""
    moments = [NOW - 8 * HOUR - 6 * HOUR * n for n in range(4 * days)]
    text = "星河 电池 一般"
    return [mention(at, negative=n < 2, text=text, brand=brand) for at in moments for n in range(3)]


def burst(count: int, *, ago: timedelta = 30 * MINUTE, brand: str = "xinghe", **fields: Any) -> list[Mention]:
    return [mention(NOW - ago + n * timedelta(seconds=10), brand=brand, likes=n, **fields) for n in range(count)]


def run(store: "Store", now: datetime = NOW, rules: tuple[Rule, ...] = (RULE,)) -> list[Alert]:
    return evaluate(store, rules, [XINGHE, YINHE], now=now)


def value(alert: Alert, name: str) -> float:
    figure = alert.figure(name)
    assert figure is not None
    return figure.value


def stored(store: "Store") -> dict[str, Alert]:
    store.refresh("alerts")
    hits = store.client.search(index=store.alias("alerts"), size=100)["hits"]["hits"]
    return {hit["_id"]: from_document(hit["_id"], hit["_source"]) for hit in hits}


def events(store: "Store") -> list[str]:
    store.refresh("alert-events")
    newest = [{"@timestamp": "asc"}, {"event": "asc"}]
    hits = store.client.search(index=store.alias("alert-events"), size=100, sort=newest)["hits"]["hits"]
    return [hit["_source"]["event"] for hit in hits]


def test_a_burst_raises_one_alert_with_its_figures_and_evidence(emptied_store: "Store") -> None:
    store = emptied_store
    put(store, usual())
    ids = put(store, burst(20, text="星河 闪退 崩溃"))
    put(store, burst(4, negative=False))
    hot = put(store, burst(2, text="星河 发热", platform="forum"))
    put(store, [mention(NOW, text="星河 刚好到点"), mention(NOW - 2 * HOUR, text="星河 窗口之前")])
    (alert,) = run(store)
    assert (value(alert, "count"), value(alert, "negative"), alert.figures[0].usual) == (26, 22, 0)
    assert value(alert, "past_windows") > 200
    assert (alert.window_start, alert.window_end, alert.last_at) == (NOW - HOUR, NOW, NOW)
    assert (alert.id, alert.brand, alert.rule, alert.state) == ("burst.xinghe.1", "xinghe", "burst", State.FIRING)
    assert set(ids) < set(alert.evidence.ids)
    assert alert.evidence.ids[0] == ids[-1]  # the most engaging first
    assert alert.evidence.total == len(alert.evidence.ids) == 22
    assert [(quote.id, quote.mentions) for quote in alert.evidence.quotes] == [(ids[-1], 20), (hot[-1], 2)]
    assert (alert.evidence.more_stories, alert.evidence.more_mentions) == (0, 0)
    assert {(p.platform, p.mentions) for p in alert.evidence.platforms} == {("weibo", 20), ("forum", 2)}
    assert {"闪退", "崩溃"} <= {word.word for word in alert.evidence.words}
    assert not {"星河", "电池"} & {word.word for word in alert.evidence.words}
    assert [(d.channel, d.state) for d in alert.delivery] == [("hook", DeliveryState.PENDING)]
    assert stored(store) == {alert.id: alert}
    assert events(store) == ["firing"]


def test_the_reason_is_made_of_the_figures(emptied_store: "Store") -> None:
    put(
        emptied_store,
        [m for hour in range(2, 40) for m in burst(2, ago=hour * HOUR)] + burst(29) + burst(7, negative=False),
    )
    (alert,) = run(emptied_store)
    assert alert.reason_en == (
        "星河手机: 29 negative mentions in the last 60 minutes, 81% of 36; "
        "median of 38 such windows in the 14 days before: 2, 14.5 times the usual."
    )
    for part in ("近 60 分钟", "负面 29 条", "全部 36 条的 81%", "38 个同长度窗口", "中位数 2 条", "14.5 倍"):
        assert part in alert.reason_zh


def test_quiet_and_unwatched_brands_raise_nothing(emptied_store: "Store") -> None:
    put(emptied_store, usual() + burst(9) + burst(30, brand="yinhe", negative=False))
    assert run(emptied_store) == []
    put(emptied_store, burst(30, brand="yinhe") + burst(30, brand="yinhe"))
    only = RULE.model_copy(update={"brands": ("xinghe",)})
    assert run(emptied_store, rules=(only,)) == []
    assert [alert.brand for alert in run(emptied_store)] == ["yinhe"]


def test_a_short_past_is_told(emptied_store: "Store") -> None:
    put(emptied_store, burst(2, ago=2 * HOUR + MINUTE) + burst(15))
    (alert,) = run(emptied_store)
    assert (value(alert, "past_windows"), alert.figures[0].usual) == (1, None)
    assert "absolute thresholds" in alert.reason_en
    assert "仅按绝对阈值" in alert.reason_zh


def test_a_rules_query_narrows_what_counts(emptied_store: "Store") -> None:
    put(emptied_store, burst(15, text="星河 闪退") + burst(15, text="星河 发热"))
    narrow = RULE.model_copy(update={"query": "闪退 NOT 发热"})
    (alert,) = run(emptied_store, rules=(narrow,))
    assert (value(alert, "count"), alert.evidence.total) == (15, 15)


def test_the_same_evaluation_again_changes_nothing(emptied_store: "Store") -> None:
    put(emptied_store, burst(15))
    first = run(emptied_store)
    assert run(emptied_store) == first
    assert events(emptied_store) == ["firing"]


def test_a_burst_that_grows_is_the_same_alert_and_keeps_its_worst_window(emptied_store: "Store") -> None:
    store = emptied_store
    put(store, burst(15))
    (first,) = run(store)
    put(store, burst(40, ago=20 * MINUTE))
    (grown,) = run(store, NOW + 5 * MINUTE)
    assert grown.id == first.id
    assert (value(first, "negative"), value(grown, "negative"), grown.evidence.total) == (15, 55, 55)
    assert grown.raised_at == first.raised_at
    (later,) = run(store, NOW + 42 * MINUTE)
    assert (value(later, "negative"), later.state) == (55, State.FIRING)
    assert events(store) == ["firing", "updated"]


def test_a_burst_that_is_over_is_resolved_and_one_soon_after_continues_it(emptied_store: "Store") -> None:
    store = emptied_store
    put(store, burst(15))
    run(store)
    assert run(store, NOW + 3 * HOUR) == []
    (over,) = stored(store).values()
    assert (over.state, over.resolved_at) == (State.RESOLVED, NOW + 3 * HOUR)
    assert run(store, NOW + 4 * HOUR) == []
    assert list(stored(store).values()) == [over]
    put(store, burst(15, ago=-4 * HOUR))
    (again,) = run(store, NOW + 5 * HOUR)
    assert (again.id, again.resolved_at) == (over.id, None)
    assert run(store, NOW + 20 * HOUR) == []
    put(store, burst(15, ago=-20 * HOUR))
    assert [alert.id for alert in run(store, NOW + 21 * HOUR)] == ["burst.xinghe.2"]
    assert events(store) == ["firing", "resolved", "reopened", "resolved", "firing"]


def test_what_comes_to_light_late_is_raised_once_and_is_over(emptied_store: "Store") -> None:
    put(emptied_store, burst(15, ago=4 * HOUR))
    assert run(emptied_store) == []
    (late,) = stored(emptied_store).values()
    assert (late.state, late.delivery[0].state) == (State.RESOLVED, DeliveryState.PENDING)
    assert "08-03" in late.reason_zh
    assert run(emptied_store, NOW + HOUR) == []
    assert len(stored(emptied_store)) == 1
    assert run(emptied_store, NOW + 30 * HOUR) == []


def test_an_evaluation_that_was_overtaken_changes_nothing(emptied_store: "Store") -> None:
    put(emptied_store, burst(15))
    now = run(emptied_store, NOW + 10 * MINUTE)
    put(emptied_store, burst(15))
    assert run(emptied_store, NOW) == now


def test_evaluations_at_once_raise_one_alert(emptied_store: "Store") -> None:
    put(emptied_store, burst(15))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda ms: run(emptied_store, NOW + timedelta(milliseconds=ms)), range(4)))
    assert list(stored(emptied_store)) == ["burst.xinghe.1"]
    assert events(emptied_store).count("firing") == 1


@pytest.mark.parametrize("step", in_part(range(5), 1, 3))
def test_a_kill_at_any_write_ends_as_an_undisturbed_run(emptied_store: "Store", step: int) -> None:
    put(emptied_store, burst(15))
    later = NOW + 3 * HOUR
    with dying(step, records, "send"):
        run(emptied_store)
        run(emptied_store, later)
    run(emptied_store)
    run(emptied_store, later)
    (alert,) = stored(emptied_store).values()
    assert (alert.id, alert.state, alert.resolved_at) == ("burst.xinghe.1", State.RESOLVED, later)
    assert events(emptied_store) == ["firing", "resolved"]


def test_a_persons_label_counts_before_the_models(emptied_store: "Store") -> None:
    from indexing.elasticsearch.field import Writer
    from indexing.mentions.write import Update, write

    id = put(emptied_store, burst(10))[0]
    part = {"correction": {"sentiment": "neutral", "by": "zhang"}, "writers": {"person": 1}}
    corrected = Update(id=id, parts={Writer.PERSON: part}, month="2026.08", ingested="2026-08-03T04:00:00.000Z")
    write(emptied_store, [corrected])
    assert run(emptied_store) == []


def test_hostile_texts_reach_the_quotes_as_plain_text(emptied_store: "Store") -> None:
    text = "<script>alert(1)</script> [点我](http://evil.example/x) **粗** @all `x` \u202egnp.exe " + "长" * 5_000
    put(emptied_store, burst(12, text=text, url="https://example.org/a)](http://evil.example <b>"))
    (alert,) = run(emptied_store)
    quote = alert.evidence.quotes[0]
    assert len(quote.text) <= 140
    assert not set("<>[]()*`@\u202e") & set(quote.text)
    assert "://" not in quote.text
    assert "evil.example" not in quote.text
    assert quote.url is not None
    assert not set(" <>()[]") & set(quote.url)


BROKEN = {"status": 503, "error": {"type": "search_phase_execution_exception", "reason": "all shards failed"}}


def test_one_rule_that_cannot_be_asked_does_not_silence_the_others(
    emptied_store: "Store", monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put(emptied_store, burst(15))
    ask = type(emptied_store.client).msearch

    def break_the_others(client: Any, *, searches: list[Any]) -> dict[str, Any]:
        answers = ask(client, searches=searches)["responses"]
        bodies = map(str, searches[1::2])
        return {"responses": [BROKEN if "galaxy" in body else a for a, body in zip(answers, bodies, strict=True)]}

    monkeypatch.setattr(type(emptied_store.client), "msearch", break_the_others)
    other = RULE.model_copy(update={"id": "other", "query": "星河 OR galaxy"})
    assert [alert.rule for alert in run(emptied_store, rules=(other, RULE))] == ["burst"]
    assert "rule other could not be evaluated: all shards failed" in caplog.text


def test_no_answer_at_all_is_no_quiet_day(emptied_store: "Store", monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"responses": [BROKEN]}
    monkeypatch.setattr(type(emptied_store.client), "msearch", lambda *_, **__: answer)
    with pytest.raises(EvaluationFailed, match="all shards failed"):
        run(emptied_store)
