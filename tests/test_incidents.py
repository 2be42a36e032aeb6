"""One incident, one page: over rules, sister brands and time, by hand, and whatever is killed in between."""

import threading
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from config.brand import Brand
from config.channel import Channel
from config.kinds.reach import Case as ReachTest
from config.kinds.reach import When as Reach
from config.notify import Notify
from config.rule import Rule, Severity
from crawlers.post import Author
from indexing.alerts import incidents as incidents_of
from indexing.alerts import outbox, records, telling
from indexing.alerts.alert import Alert, Evidence, State
from indexing.alerts.answers import acknowledge, resolve
from indexing.alerts.calming import Calm, learned
from indexing.alerts.explain import explain
from indexing.alerts.groups import together
from indexing.alerts.incidents import assign, incidents
from indexing.alerts.lifecycle import take
from indexing.alerts.outbox import deliver
from indexing.alerts.placing import NotPossible, merge, split
from indexing.alerts.policy import decide
from indexing.alerts.reason_words import said
from indexing.alerts.situation import Situation
from indexing.alerts.telling import tell
from indexing.elasticsearch.lease import lease
from indexing.evaluation import evaluate
from tests.alert_examples import example
from tests.bot_server import SECRET, Bot, serving
from tests.killing import dying
from tests.soaking import in_part
from tests.test_alerts import DAY, HOUR, MINUTE, NOW, RULE, XINGHE, burst, mention, put, stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from indexing.elasticsearch.store import Store

GROUP = Brand(id="group", name="星河集团", query="星河")
PHONE = XINGHE.model_copy(update={"parent": "group"})
WATCH = Brand(id="watch", name="星河手表", query="星河 AND 手表", parent="group")
FAMILY = [GROUP, PHONE, WATCH]
CHANNEL = Channel(id="feishu", kind="feishu", timeout=60)
BURST = RULE.model_copy(update={"channels": ("feishu",)})
REACH = Rule(
    id="reach", title="高影响力帖文", when=Reach(kind="reach", min_followers=50_000, negative_only=False),
    severity=Severity.SERIOUS, channels=("feishu",), owner="值班", runbook="先看原文",
    tests=(
        ReachTest(name="loud", followers=90_000, fires=True), ReachTest(name="quiet", followers=5, fires=False),
    ),
)  # fmt: skip
LOUD = Author(id="m1", name="大号", followers=80_000, verified=True)


@pytest.fixture
def bot(data: object, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Bot]":
    with serving("feishu") as made:
        monkeypatch.setenv("TINGFENG_CHANNEL_FEISHU_URL", made.url)
        monkeypatch.setenv("TINGFENG_CHANNEL_FEISHU_SECRET", SECRET)
        monkeypatch.setattr(outbox, "_PAUSE", 0.0)
        yield made


def told(store: "Store", rules: list[Rule], now: "datetime" = NOW, brands: list[Brand] = FAMILY) -> dict[str, Alert]:
    evaluate(store, rules, brands, now=now)
    deliver(store, [CHANNEL])
    return stored(store)


def same_posts(store: "Store", *brands: str, **fields: Any) -> None:
    """Index the same posts as mentions of each brand."""
    posts = burst(20, text="星河 手表 崩溃", **fields)
    for brand in brands:
        put(store, [replace(one, brand=brand) for one in posts])


def test_sister_brands_and_their_group_page_once_for_the_same_posts(emptied_store: "Store", bot: Bot) -> None:
    same_posts(emptied_store, "xinghe", "watch", "group")
    alerts = told(emptied_store, [BURST])
    assert len(alerts) == 3, "nothing is lost"
    assert len(bot.confirmed) == 1
    assert all(alert.id in bot.confirmed[0] for alert in alerts.values())
    assert len({alert.incident for alert in alerts.values()}) == 1
    told(emptied_store, [BURST])
    assert len(bot.confirmed) == 1


def test_brands_without_a_common_parent_page_each(emptied_store: "Store", bot: Bot) -> None:
    same_posts(emptied_store, "xinghe", "watch")
    strangers = [XINGHE, WATCH.model_copy(update={"parent": None})]
    alerts = told(emptied_store, [BURST], brands=strangers)
    assert len({alert.incident for alert in alerts.values()}) == len(bot.confirmed) == 2


@pytest.mark.parametrize("step", in_part(range(0, 14, 2), 0, 4, 10))
def test_a_kill_between_any_two_writes_pages_once(emptied_store: "Store", bot: Bot, step: int) -> None:
    same_posts(emptied_store, "xinghe", "watch")
    with dying(step, records, "send"):
        told(emptied_store, [BURST, REACH])
    told(emptied_store, [BURST, REACH])
    told(emptied_store, [BURST, REACH])
    first = [text for text in bot.confirmed if "重发" not in text]
    assert len(first) <= 1
    assert len(bot.confirmed) in (1, len(first) + 1), "only what may have arrived is repeated, and says so"
    assert all("burst.watch.1" in text and "burst.xinghe.1" in text for text in bot.confirmed)


def test_what_joins_later_is_told_in_a_message_that_wakes_nobody(emptied_store: "Store", bot: Bot) -> None:
    same_posts(emptied_store, "xinghe")
    told(emptied_store, [BURST])
    same_posts(emptied_store, "watch", "group")
    told(emptied_store, [BURST], NOW + MINUTE)
    assert len(bot.confirmed) == 1, "it joins without a word"
    told(emptied_store, [BURST], NOW + 12 * MINUTE)
    told(emptied_store, [BURST], NOW + 14 * MINUTE)
    assert len(bot.confirmed) == 2
    later = bot.confirmed[1]
    assert "【跟进】" in later
    assert "无需另行处理" in later
    assert "burst.group.1" in later
    lead = next(alert for alert in stored(emptied_store).values() if not alert.joined)
    assert lead.id == "burst.xinghe.1"
    assert [one.message for one in lead.delivery] == ["raised", "followup.1"]


def test_what_is_graver_pages_once_more_and_speaks_for_all(emptied_store: "Store", bot: Bot) -> None:
    put(emptied_store, burst(20))
    told(emptied_store, [BURST])
    crisis = BURST.model_copy(update={"severity": Severity.CRISIS})
    for minute in (1, 2, 3):
        alerts = told(emptied_store, [crisis], NOW + minute * MINUTE)
    (alert,) = alerts.values()
    assert len(bot.confirmed) == 2, "the same alert, grown graver"
    assert "【危机预警】【加重】" in bot.confirmed[1]
    assert (alert.severity, alert.told_as) == (Severity.CRISIS, Severity.CRISIS)


def test_one_answer_is_for_the_incident_from_any_of_its_alerts(emptied_store: "Store", bot: Bot) -> None:
    same_posts(emptied_store, "xinghe", "watch")
    alerts = told(emptied_store, [BURST])
    joined = next(alert for alert in alerts.values() if alert.joined)
    acknowledge(emptied_store, joined.id, by="li", now=NOW + MINUTE)
    assert {alert.acknowledged_by for alert in stored(emptied_store).values()} == {"li"}
    same_posts(emptied_store, "group")
    later = told(emptied_store, [BURST], NOW + 2 * MINUTE)
    assert later["burst.group.1"].state is State.ACKNOWLEDGED, "what joins is looked after too"
    assert any("with burst." in line for line in explain(emptied_store, "burst.group.1"))
    resolve(emptied_store, "burst.group.1", by="li", now=NOW + 3 * MINUTE)
    assert {alert.state for alert in stored(emptied_store).values()} == {State.RESOLVED}


def two_pages(store: "Store") -> tuple[Alert, Alert]:
    put(store, burst(20))
    put(store, [mention(NOW - 30 * MINUTE, text="星河 真 不错", author=LOUD, negative=False)])
    alerts = told(store, [BURST, REACH])
    return alerts["burst.xinghe.1"], alerts["reach.xinghe.1"]


def test_people_merge_and_split_incidents_and_that_stays_on_record(emptied_store: "Store", bot: Bot) -> None:
    heavy, other = two_pages(emptied_store)
    assert (len(bot.confirmed), heavy.incident == other.incident) == (2, False)
    merge(emptied_store, heavy.id, [other.id], by="li", now=NOW + MINUTE, reason="同一件事")
    alerts = told(emptied_store, [BURST, REACH], NOW + 2 * MINUTE)
    assert {alert.incident for alert in alerts.values()} == {heavy.id}
    assert [alerts[id].joined for id in (heavy.id, other.id)] == [other.id, None], "one speaks for both"
    assert len(bot.confirmed) == 2
    acknowledge(emptied_store, heavy.id, by="li", now=NOW + 3 * MINUTE)
    assert stored(emptied_store)[other.id].state is State.ACKNOWLEDGED
    with pytest.raises(NotPossible, match="already"):
        merge(emptied_store, heavy.id, [other.id], by="li", now=NOW + 4 * MINUTE)
    split(emptied_store, [other.id], by="zhang", now=NOW + 5 * MINUTE)
    alerts = told(emptied_store, [BURST, REACH], NOW + 6 * MINUTE)
    assert (alerts[other.id].incident, alerts[heavy.id].incident) == (other.id, heavy.id)
    assert {alert.joined for alert in alerts.values()} == {None}
    history = "\n".join(explain(emptied_store, other.id))
    assert "并入警情 merged into an incident · by li · reach.xinghe.1 → burst.xinghe.1: 同一件事" in history
    assert "移出警情 split off its incident · by zhang" in history
    with pytest.raises(NotPossible, match="whole incident"):
        split(emptied_store, [other.id], by="zhang", now=NOW + 7 * MINUTE)


def test_who_founded_an_incident_can_be_split_off_and_the_rest_is_spoken_for(emptied_store: "Store", bot: Bot) -> None:
    same_posts(emptied_store, "xinghe", "watch")
    alerts = told(emptied_store, [BURST])
    lead = next(alert for alert in alerts.values() if not alert.joined)
    split(emptied_store, [lead.id], by="li", now=NOW + MINUTE)
    alerts = told(emptied_store, [BURST], NOW + 2 * MINUTE)
    rest = next(alert for alert in alerts.values() if alert.id != lead.id)
    assert alerts[lead.id].incident == f"{lead.id}~2"
    assert (rest.incident, rest.joined) == (lead.id, None)
    assert len(bot.confirmed) == 1, "both were told already"


@pytest.mark.parametrize("step", in_part(range(8), 1, 4, 6))
def test_a_merge_killed_anywhere_is_finished_by_the_same_words(emptied_store: "Store", data: object, step: int) -> None:
    heavy, other = example("burst.xinghe.1", incident="burst.xinghe.1"), example("burst.yinhe.1", brand="yinhe")
    third = example("burst.yinhe.2", brand="yinhe", incident="burst.yinhe.1", joined="burst.yinhe.1")
    records.begin_all(emptied_store, [heavy, replace(other, incident="burst.yinhe.1"), third])
    emptied_store.refresh("alerts")
    with dying(step, records, "send"):
        merge(emptied_store, heavy.id, [other.id], by="li", now=NOW)
    with suppress(NotPossible):  # it was done
        merge(emptied_store, heavy.id, [other.id], by="li", now=NOW)
    assert {one.incident for one in stored(emptied_store).values()} == {heavy.id}
    with dying(step, records, "send"):
        split(emptied_store, [other.id, third.id], by="li", now=NOW)
    with suppress(NotPossible):
        split(emptied_store, [other.id, third.id], by="li", now=NOW)
    assert {one.id: one.incident for one in stored(emptied_store).values()} == {
        heavy.id: heavy.id, other.id: other.id, third.id: other.id,
    }  # fmt: skip


def lonely(id: str, **fields: Any) -> Alert:
    own = Evidence(ids=(f"weibo:post:{id}:{fields.get('brand', 'xinghe')}",), total=1)
    return example(id, (), **{"evidence": own, "step": -1, "step_at": None, "severity": Severity.SERIOUS, **fields})


PLAN = Notify(channels=("room",))
TREE = {"group": "group", "xinghe": "group", "watch": "group", "yinhe": "yinhe"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {"brand": "watch"}, True),  # one rule found both in one burst
        ({}, {"brand": "yinhe"}, False),
        ({}, {"brand": "watch", "rule": "reach"}, False),
        ({}, {"brand": "watch", "began_at": NOW + 400 * DAY, "last_at": NOW + 400 * DAY}, False),
        ({"story": "s"}, {"brand": "watch", "story": "s"}, True),
        ({"story": "s"}, {"brand": "watch", "story": "t"}, False),
        ({"story": "s"}, {"brand": "watch"}, False),
    ],
)
def test_what_is_told_together_in_a_family(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    first, second = lonely("burst.xinghe.1", **one), lonely("other.watch.1", **other)
    assert together(first, second, lambda _: PLAN, TREE) is same
    placed = assign([first, second], lambda _: PLAN, TREE)
    assert (placed[first.id] == placed[second.id]) is same
    assert together(first, second, lambda _: Notify(group_by=()), TREE) is False, "a rule may ask to be told alone"


def test_what_meets_over_another_is_one_incident_and_an_old_one_takes_in_the_new() -> None:
    posts = [f"weibo:post:{n}:xinghe" for n in range(4)]
    ends = [lonely(f"burst.xinghe.{n}", evidence=Evidence(ids=tuple(posts[n : n + 2]), total=2)) for n in (0, 2)]
    bridge = lonely("reach.xinghe.1", rule="reach", evidence=Evidence(ids=tuple(posts[1:3]), total=2))
    assert len(set(assign([*ends, bridge], lambda _: PLAN, TREE).values())) == 1
    known = [replace(one, incident="old") for one in ends]
    assert assign([*known, bridge], lambda _: PLAN, TREE) == {bridge.id: "old"}
    assert [len(one.alerts) for one in incidents([*known, replace(bridge, incident="old")])] == [3]


# what calms by itself

ENDED = {"last_at": (NOW + 2 * MINUTE).isoformat(), "@timestamp": NOW.isoformat(), "weight": 12.0}


def test_a_hold_is_learned_from_what_calmed_by_itself_alone() -> None:
    assert learned([ENDED] * 4) is None, "too few to say"
    calm = learned([ENDED] * 9 + [{**ENDED, "resolved_by": "li"}])
    assert calm is not None
    assert (calm.calmed, calm.ended, calm.hold, calm.heaviest) == (9, 10, 4 * MINUTE, 12.0)
    for wanted in ({"worth": "right"}, {"acknowledged_at": NOW.isoformat()}, {"last_at": (NOW + HOUR).isoformat()}):
        assert learned([ENDED] * 5 + [{**ENDED, **wanted}] * 5) is None


CALM = Calm(calmed=9, ended=10, within=4 * MINUTE, heaviest=20)


def held_at(alert: Alert, minute: float, plan: Notify = PLAN) -> Alert:
    now = alert.raised_at + minute * MINUTE
    return decide(alert, Situation(now=now, plans={"burst": plan}, calm={("burst", "xinghe"): CALM}))


def said_of(alert: Alert) -> str:
    return said(alert.why_held).en if alert.why_held else ""


def test_what_mostly_calms_is_held_back_for_minutes_and_told_when_it_goes_on() -> None:
    new = lonely("burst.xinghe.1", weight=12)
    held = held_at(new, 0)
    assert not held.delivery
    assert "9 of 10 before it calmed by themselves, mostly within 4 minutes" in said_of(held)
    assert held_at(held, 1) == held, "the reason is written once"
    assert held_at(replace(held, last_at=new.raised_at + 5 * MINUTE), 6).delivery, "it went on"
    gone = held_at(held, 30)
    assert "until it fires again" in said_of(gone)
    assert held_at(replace(gone, last_at=new.raised_at + 30 * MINUTE), 31).delivery, "it came again"
    over = held_at(replace(held, state=State.RESOLVED), 61)
    assert (over.step, "calmed by itself" in said_of(over)) == (0, True)


@pytest.mark.parametrize(
    ("alert", "plan"),
    [
        ({"severity": Severity.CRISIS, "weight": 12}, PLAN),
        ({"weight": 21}, PLAN),  # heavier than any that calmed
        ({"weight": 12}, Notify(channels=("room",), hold="0m")),
    ],
)
def test_never_a_crisis_nor_what_the_past_knows_nothing_of(alert: dict[str, Any], plan: Notify) -> None:
    assert held_at(lonely("burst.xinghe.1", **alert), 0, plan).delivery


def test_who_is_held_back_speaks_for_nobody() -> None:
    """The heavier alert may calm: the lighter one of its incident is told by itself."""
    held, other = lonely("burst.xinghe.1", weight=12), lonely("reach.xinghe.1", rule="reach", weight=3)
    alerts = tuple(replace(one, incident="i") for one in (held, other))
    plans = {"burst": PLAN, "reach": PLAN}
    here = Situation(now=held.raised_at, plans=plans, calm={("burst", "xinghe"): CALM}, alerts=alerts)
    assert not decide(alerts[0], here).delivery
    assert decide(alerts[1], here).delivery


def test_the_index_teaches_the_hold(emptied_store: "Store", bot: Bot) -> None:
    past = [
        example(
            f"burst.xinghe.{n}", (), fingerprint="burst.xinghe", state=State.RESOLVED, weight=500.0, resolved_by=None,
            raised_at=NOW - n * DAY, began_at=NOW - n * DAY, last_at=NOW - n * DAY + MINUTE, evaluated_at=NOW - n * DAY,
        )
        for n in range(1, 9)
    ]  # fmt: skip
    records.begin_all(emptied_store, past)
    put(emptied_store, burst(20, ago=5 * MINUTE))
    alert = told(emptied_store, [BURST], brands=[XINGHE])["burst.xinghe.9"]
    assert (bot.confirmed, "8 of 8 before it" in said_of(alert)) == ([], True)
    told(emptied_store, [BURST], NOW + 2 * MINUTE, [XINGHE])
    assert bot.confirmed == []
    told(emptied_store, [BURST], NOW + 4 * MINUTE, [XINGHE])
    assert len(bot.confirmed) == 1, "it goes on: the page is minutes late, not lost"


def test_the_quiet_grows_each_time_it_comes_back(emptied_store: "Store", data: object) -> None:
    """Six hours of quiet; what returns after five is the same, and then what returns after eleven is too."""
    rule = BURST.model_copy(update={"quiet": 6 * HOUR})
    moment, gaps = NOW, (5 * HOUR, 11 * HOUR, 22 * HOUR)
    for gap in (0 * HOUR, *gaps):
        moment += gap
        put(emptied_store, [mention(moment - 20 * MINUTE + n * MINUTE / 6) for n in range(20)])
        evaluate(emptied_store, [rule], [XINGHE], now=moment)
        evaluate(emptied_store, [rule], [XINGHE], now=moment + 2 * HOUR)
        moment += 20 * MINUTE
    alerts = stored(emptied_store)
    assert list(alerts) == ["burst.xinghe.1"]
    assert alerts["burst.xinghe.1"].returns == 3


@pytest.mark.parametrize("machines", [1, 2])
def test_two_evaluators_at_once_found_one_incident(
    emptied_store: "Store", bot: Bot, monkeypatch: pytest.MonkeyPatch, machines: int
) -> None:
    """The DAGs `alert` and `index` both evaluate, on one machine or two: what both find at once is of one incident."""
    if machines == 2:  # without a common data folder
        monkeypatch.setattr(telling, "locked", lambda _: nullcontext())
    first, second = (
        example(id, channels=(), severity=Severity.SERIOUS, rule=RULE.id, step=-1, step_at=None, weight=weight)
        for id, weight in (("burst.xinghe.1", 1.0), ("burst.xinghe.2", 9.0))
    )
    records.begin(emptied_store, first)
    original, looked, wrote = incidents_of.assign, threading.Event(), threading.Event()
    other = threading.Thread(target=tell, args=(emptied_store, [BURST], None), kwargs={"now": NOW})

    def slowly(*arguments: Any) -> Any:
        """Let the other look before this one writes, and write after it."""
        if threading.current_thread() is other:
            looked.set()
            wrote.wait(1)
        else:
            records.begin(emptied_store, second)
            other.start()
            looked.wait(1)
        return original(*arguments)

    monkeypatch.setattr(incidents_of, "assign", slowly)
    tell(emptied_store, [BURST], None, now=NOW)
    wrote.set()
    other.join()
    deliver(emptied_store, [CHANNEL])
    one, two = stored(emptied_store).values()
    assert one.incident == two.incident
    assert len(bot.confirmed) == 1, bot.confirmed


def test_a_machine_that_died_while_it_decided_keeps_nobody_from_being_told(
    emptied_store: "Store", bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "_PATIENCE", 0.2)
    records.begin(emptied_store, example(channels=(), rule=RULE.id, step=-1, step_at=None))
    with lease(emptied_store.client, emptied_store.state, "decision whom to tell", "telling"):
        tell(emptied_store, [BURST], None, now=NOW)
    deliver(emptied_store, [CHANNEL])
    assert len(bot.confirmed) == 1


# a clock that is put back


def test_a_clock_put_back_neither_repeats_nor_swallows_a_page(
    emptied_store: "Store", bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The evaluations' clock jumps back by three hours: what was told is not told again, and what is new is told."""
    from indexing.alerts import lifecycle

    class Clock:
        @staticmethod
        def now(_: object) -> "datetime":
            return NOW - 3 * HOUR

    plan = Notify(channels=("feishu",), repeat="30m", repeats=2)
    repeating = BURST.model_copy(update={"notify": plan, "channels": ()})
    put(emptied_store, burst(20))
    told(emptied_store, [repeating], brands=[XINGHE])
    assert len(bot.confirmed) == 1
    monkeypatch.setattr(lifecycle, "datetime", Clock)
    back = NOW - 3 * HOUR
    told(emptied_store, [repeating], back, [XINGHE])
    assert len(bot.confirmed) == 1, "not repeated"
    told(emptied_store, [repeating], back + 31 * MINUTE, [XINGHE])
    assert len(bot.confirmed) == 2, "a repeat is due half an hour after the jump, not after three hours and a half"
    put(emptied_store, [mention(back + n * MINUTE, brand="yinhe", text="银河崩溃了") for n in range(30)])
    yinhe = Brand(id="yinhe", name="银河", query="银河")
    told(emptied_store, [repeating], back + 32 * MINUTE, [XINGHE, yinhe])
    assert len(bot.confirmed) == 3, "what is new is told"
    assert "burst.yinhe.1" in bot.confirmed[2]


def test_two_evaluators_whose_clocks_differ_neither_repeat_nor_swallow_a_page(emptied_store: "Store", bot: Bot) -> None:
    """The one behind sees nothing yet of what the other one has found: that is no silence, and no new page."""
    plan = Notify(channels=("feishu",), repeat="30m", repeats=1)
    repeating = BURST.model_copy(update={"notify": plan, "channels": ()})
    yinhe = Brand(id="yinhe", name="银河", query="银河")
    put(emptied_store, burst(20))
    for minute in range(0, 24, 4):
        for at in (NOW + minute * MINUTE, NOW + (minute - 10) * MINUTE):
            alerts = told(emptied_store, [repeating], at, [XINGHE, yinhe])
            assert [one.state for one in alerts.values()] == [State.FIRING]
    assert len(bot.confirmed) == 1
    late = NOW + 20 * MINUTE
    put(emptied_store, [mention(late + n * MINUTE / 10, brand="yinhe", text="银河崩溃了") for n in range(30)])
    for minute in (24, 26):
        for at in (NOW + (minute - 10) * MINUTE, NOW + minute * MINUTE):
            told(emptied_store, [repeating], at, [XINGHE, yinhe])
    assert len(bot.confirmed) == 2
    assert "burst.yinhe.1" in bot.confirmed[1]


def test_a_firing_of_before_the_jump_is_not_overtaken_by_the_future(
    emptied_store: "Store", data: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alert that a person called over at a time that is now the future comes back when it has doubled."""
    from indexing.alerts import lifecycle
    from tests.firings import firing

    take(emptied_store, [firing(NOW)], [BURST], now=NOW)
    emptied_store.refresh("alerts")
    resolve(emptied_store, "burst.xinghe.1", by="li", now=NOW)

    class Clock:
        @staticmethod
        def now(_: object) -> "datetime":
            return NOW - 3 * HOUR

    monkeypatch.setattr(lifecycle, "datetime", Clock)
    back = NOW - 3 * HOUR
    take(emptied_store, [replace(firing(back), weight=90.0)], [BURST], now=back)
    assert stored(emptied_store)["burst.xinghe.1"].state is State.FIRING
