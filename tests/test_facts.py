"""What there is to say of an alert: one quote a story, telling words and figures, how it went before."""

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from config.rule import Severity
from crawlers.post import Engagement
from indexing.alerts import answers
from indexing.alerts.alert import (
    Alert,
    Delivery,
    Earlier,
    Evidence,
    PlatformCount,
    Quote,
    State,
    Word,
    from_document,
    to_document,
)
from indexing.alerts.facts import facts_of
from indexing.alerts.figure import Figure
from indexing.alerts.lifecycle import take
from indexing.alerts.message import of_alert
from indexing.detection.recount import recount
from indexing.stories.update import update_stories
from tests.alert_examples import example
from tests.story_posts import HOUR, MINUTE, make_post, make_reply
from tests.story_posts import NOW as HIGH_NOON
from tests.story_posts import mention as told_mention
from tests.story_posts import put as put_told
from tests.test_alerts import DAY, NOW, RULE, burst, mention, put, run, stored, usual

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

TOPICS = (
    "屏幕裂了客服不理",
    "电池鼓包退货被拒",
    "快递丢件没人赔",
    "发票一直不给开",
    "会员被盗扣了钱",
    "门店员工骂人",
    "系统升级后变砖",
    "耳机杂音很大",
)
"""Eight complaints that have nothing in common."""


def told(store: "Store") -> Alert:
    """Raise the one alert of what is in the index."""
    (alert,) = run(store)
    return alert


def test_each_story_is_quoted_once_by_its_loudest_post_the_weightiest_first(emptied_store: "Store") -> None:
    store = emptied_store
    ages = iter(range(50))
    posts = []
    for number, topic in enumerate(TOPICS):
        root = make_post(100 * (number + 1), ago=50 * MINUTE, text=f"星河手机{topic}" * 2)
        posts.append(replace(root, engagement=Engagement(likes=number)))
        for copy in range(9 - number):
            again = f"转发 {topic} {copy}"
            posts.append(
                make_reply(root_of(root) + copy + 1, root_of(root), ago=(40 - next(ages) // 2) * MINUTE, text=again)
            )
    put_told(store, [told_mention(post) for post in posts])
    update_stories(store, now=HIGH_NOON)
    alert = run(store, now=HIGH_NOON)[0]
    quotes = alert.evidence.quotes
    assert [quote.mentions for quote in quotes] == [10, 9, 8, 7, 6], "a story weighs its mentions and their engagement"
    assert len({quote.text for quote in quotes}) == 5
    assert (alert.evidence.more_stories, alert.evidence.more_mentions) == (3, 5 + 4 + 3)
    assert sum(quote.mentions or 0 for quote in quotes) + 12 == alert.evidence.total
    assert facts_of(alert).more == ("另有 3 件事，12 条提及", "and 3 more stories, 12 mentions")


def root_of(post: Any) -> int:
    return int(post.native_id)


NEARLY: list[tuple[str, str]] = [
    ("买了 3 台都坏了，客服让我等 7 天", "买了 5 台都坏了，客服让我等 15 天"),
    ("订单号A10293一直不发货", "订单号B77120一直不发货"),
    ("等了三十分钟没人接电话", "等了四十五分钟没人接电话"),
    ("又闪退了！！！", "又闪退了"),
    ("客服说没有办法，让我自己去修", "客服说没办法，让我自己去修。"),
]


@pytest.mark.parametrize(("one", "other"), NEARLY)
def test_posts_that_differ_in_a_number_are_not_quoted_twice(emptied_store: "Store", one: str, other: str) -> None:
    same = [mention(NOW - 30 * MINUTE, text=text, likes=likes) for text in (one, other) for likes in range(6)]
    put(emptied_store, [*same, mention(NOW - 20 * MINUTE, text="门店员工态度恶劣还骂人", likes=1)])
    quotes = told(emptied_store).evidence.quotes
    assert [quote.mentions for quote in quotes] == [12, 1]


def test_one_loud_post_among_many_small_stories_is_quoted(emptied_store: "Store") -> None:
    quiet = [mention(NOW - 30 * MINUTE, text=f"{chr(0x4E00 + 37 * n)}{chr(0x5E00 + 41 * n)}" * 4) for n in range(60)]
    loud = mention(NOW - 10 * MINUTE, text="大号说这家店的质量很差", likes=90_000)
    ids = put(emptied_store, [*quiet, loud])
    evidence = told(emptied_store).evidence
    assert evidence.quotes[0].id == ids[-1]
    assert (evidence.more_stories, evidence.more_mentions) == (56, 56)


def test_words_stand_out_against_the_brands_own_past_without_names_and_filler(emptied_store: "Store") -> None:
    put(emptied_store, usual())
    put(emptied_store, burst(20, text="星河 星河网 我们 就是 闪退 崩溃 手机 一般"))
    words = [word.word for word in told(emptied_store).evidence.words]
    assert {"闪退", "崩溃"} <= set(words)
    assert not {"星河", "星河网", "我们", "一般"} & set(words)


def test_figures_that_say_nothing_are_left_out_and_the_reasons_own_stay(emptied_store: "Store") -> None:
    store = emptied_store
    put(store, usual())
    put(store, burst(20, text="星河 闪退 崩溃"))
    alert = told(store)
    shown = {figure.name: figure for figure in facts_of(alert).figures}
    assert set(alert.said) == {"negative", "count", "share", "past_windows"}
    assert set(alert.said) <= set(shown)
    assert all(figure.text not in ("0", "0%") or name in alert.said for name, figure in shown.items())
    assert not {"mad", "threshold", "customers"} & set(shown)
    assert (shown["negative"].text, shown["negative"].usual, shown["share"].text) == ("20", "0", "100%")
    responses = {one.id: store.client.search(index=one.index, **_asked(one.body)).body for one in alert.questions}
    for figure in shown.values():
        assert figure.question, f"{figure.name} can be asked again"
        value = next(one.value for one in alert.figures if one.name == figure.name)
        assert recount(figure.question, responses) == pytest.approx(value)


def _asked(body: Any) -> dict[str, Any]:
    return {{"_source": "source"}.get(name, name): value for name, value in body.items()}


def test_a_zero_that_the_reason_states_is_shown() -> None:
    figures = (Figure(name="followers", value=0), Figure(name="engagement", value=900), Figure(name="rank", value=0))
    alert = example(figures=figures, said=("followers", "engagement"))
    assert [(one.name, one.text) for one in facts_of(alert).figures] == [("followers", "0"), ("engagement", "900")]


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        ("2026-11-27T05:05:00Z", "2026-11-27T06:05:00Z", "11-27 13:05–14:05"),
        ("2026-11-27T15:30:00Z", "2026-11-27T16:30:00Z", "11-27 23:30–11-28 00:30"),
    ],
)
def test_the_window_is_told_by_the_clock_with_its_zone(start: str, end: str, written: str) -> None:
    alert = example(window_start=datetime.fromisoformat(start), window_end=datetime.fromisoformat(end))
    assert facts_of(alert).window == (f"{written}（北京时间）", f"{written} (Beijing time)")


def test_an_alert_says_how_the_earlier_ones_of_its_rule_and_brand_ended(emptied_store: "Store") -> None:
    from tests.alert_examples import NOW as TODAY
    from tests.test_answers import firing

    store = emptied_store
    for days, story in ((9, "a"), (6, "b"), (3, "c")):
        moment = TODAY - days * DAY
        take(store, [firing(story=story, now=moment, began_at=moment - HOUR)], [RULE], now=moment)
        if story == "b":
            answers.resolve(store, "burst.xinghe.2", by="li", now=moment + HOUR, reason="误会已澄清")
        elif story == "a":
            take(store, [], [RULE], now=moment + 2 * HOUR)
    take(store, [firing(story="d", brand="yinhe"), firing(story="e")], [RULE], now=TODAY)
    alert = stored(store)["burst.xinghe.4"]
    assert [(one.id, one.state, one.resolved_by, one.reason) for one in alert.earlier] == [
        ("burst.xinghe.3", State.FIRING, None, None),
        ("burst.xinghe.2", State.RESOLVED, "li", "误会已澄清"),
        ("burst.xinghe.1", State.RESOLVED, None, None),
    ]
    assert stored(store)["burst.yinhe.1"].earlier == ()
    ended = [one.ended.en for one in facts_of(alert).earlier]
    assert ended[0] == "still open then"
    assert ended[1].startswith("resolved by li ")
    assert ended[1].endswith(": 误会已澄清")
    assert ended[2].startswith("came to rest by itself ")


def full(**fields: Any) -> Alert:
    """Make an alert that says all that one can say."""
    quotes = tuple(
        Quote(id=f"weibo:post:{number}:xinghe", platform="weibo", published_at=NOW, text=topic, mentions=9 - number)
        for number, topic in enumerate(TOPICS[:5])
    )
    evidence = Evidence(
        ids=tuple(quote.id for quote in quotes), total=50, quotes=quotes, more_stories=3, more_mentions=12,
        words=(Word(word="闪退", mentions=30, usual=31), Word(word="鼓包", mentions=9, usual=9)),
        platforms=(PlatformCount(platform="weibo", mentions=50),),
    )  # fmt: skip
    before = Earlier(
        id="burst.xinghe.0", raised_at=NOW - 9 * DAY, state=State.RESOLVED, resolved_at=NOW - 8 * DAY,
        resolved_by="li", reason="已回应",
    )  # fmt: skip
    window = {"window_start": NOW - HOUR, "window_end": NOW}
    return example(**{"evidence": evidence, "earlier": (before,), **window, **fields})


def test_a_message_says_all_the_facts_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_PUBLIC_URL", "https://alerts.example.org")
    alert = full()
    message = of_alert(alert, Delivery(channel="hook"))
    facts = facts_of(alert)
    parts = [
        *facts.window,
        "闪退 30",
        "鼓包 9",
        *TOPICS[:5],
        *(facts.more or ()),
        "burst.xinghe.0",
        *facts.earlier[0].ended,
    ]
    for part in (*parts, "负面 Negative 30（平时 usual 2）", "weibo 50"):
        assert part in message.text, part
    assert "https://alerts.example.org/alert/burst.xinghe.1?key=" in message.links[-1].url
    assert "all evidence and history" in message.links[-1].label


def test_what_is_told_together_stands_in_title_and_lines() -> None:
    reach = example("reach.xinghe.1", title="高影响力帖文", reason_zh="一条高影响力帖文", reason_en="a post of reach")
    message = of_alert(full(severity=Severity.SERIOUS), Delivery(channel="hook", also=(reach.id,)), others=[reach])
    assert message.title == "【严重预警】负面突增 + 高影响力帖文 xinghe"
    for part in ("reach.xinghe.1", "一条高影响力帖文", "a post of reach"):
        assert part in message.text
    assert message.body["also"] == ["reach.xinghe.1"]


def test_an_alert_as_it_was_written_before_is_read() -> None:
    document = json.loads(json.dumps(to_document(example()), default=str))
    for new in ("said", "earlier", "snooze_reason", "resolve_reason"):
        del document[new]
    for new in ("more_stories", "more_mentions"):
        del document["evidence"][new]
    del document["evidence"]["quotes"][0]["mentions"]
    alert = from_document("burst.xinghe.1", document)
    assert alert == example()
    assert [figure.name for figure in facts_of(alert).figures] == ["negative", "share"]
    assert (facts_of(alert).more, facts_of(alert).earlier) == (None, ())
    assert of_alert(alert, Delivery(channel="hook")).text
