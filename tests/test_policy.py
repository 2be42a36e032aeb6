"""Whom an alert is told to and why not: decisions on tables, without an index."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.notify import Notify
from config.rota import Escalation, Hours, Person, Rota, Shift, Step
from config.rule import Severity
from indexing.alerts import policy
from indexing.alerts.alert import Alert, Evidence, State
from indexing.alerts.calming import Calm
from indexing.alerts.reason_words import said
from indexing.alerts.silence import Silence
from indexing.alerts.situation import Situation
from tests.alert_examples import example

NOW = datetime.fromisoformat("2026-11-25T12:00:00+08:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STEPS = (
    Step(notify=("on_duty",), repeat=1, every=5 * MINUTE),
    Step(notify=("boss",), wait=10 * MINUTE),
    Step(notify=("room",), wait=10 * MINUTE, stop_on_ack=False),
)
ROTA = Rota(
    id="rota",
    people={"zhang": Person(name="张三", channels=("ding", "mail")), "boss": Person(name="老板", channels=("mail",))},
    shifts=(Shift(name="班", people=("zhang",), begin=0, end=24 * 60),),
    escalation={"default": Escalation(steps=STEPS)},
    quiet_hours=(Hours(begin=22 * 60, end=7 * 60),),
)
ESCALATES = Notify(escalation="default")


def new(id: str = "burst.xinghe.1", **fields: Any) -> Alert:
    own = Evidence(ids=(f"weibo:post:{id}",), total=1)
    fresh: dict[str, Any] = {"raised_at": NOW, "step": -1, "step_at": None, "severity": Severity.SERIOUS}
    fresh["evidence"] = own
    return example(id, (), **{**fresh, **fields})


def situation(
    plan: Notify = ESCALATES, *, now: datetime = NOW, alerts: tuple[Alert, ...] = (), **more: Any
) -> Situation:
    return Situation(now=now, plans={"burst": plan, "other": plan}, rota=ROTA, alerts=alerts, **more)


def decide(alert: Alert, at: Situation) -> Alert:
    """Decide, and see to it that every reason for silence is said in Chinese too."""
    found = policy.decide(alert, at)
    if found.why_held:
        zh = said(found.why_held).zh
        assert not re.search(r"[a-z]{3,} [a-z]{3,}", zh), zh
    return found


def why(alert: Alert) -> str:
    """Return why nobody is told of the alert; nothing where there is no reason."""
    return said(alert.why_held).en if alert.why_held else ""


def messages(alert: Alert) -> list[tuple[str, str]]:
    return [one.key for one in alert.delivery]


def test_the_first_step_tells_who_is_on_duty_and_again_changes_nothing() -> None:
    first = decide(new(), situation())
    assert messages(first) == [("raised", "ding"), ("raised", "mail")]
    assert {one.people for one in first.delivery} == {("zhang",)}
    assert (first.step, first.why_held) == (0, None)
    assert decide(first, situation()) == first


def test_it_is_repeated_then_escalated_until_nobody_is_left() -> None:
    alert, seen = new(), list[tuple[str, str]]()
    for minute in range(0, 60):
        alert = decide(alert, situation(now=NOW + minute * MINUTE))
        if len(messages(alert)) > len(seen):
            seen = messages(alert)
    assert seen == [
        ("raised", "ding"), ("raised", "mail"), ("repeat.1.1", "ding"), ("repeat.1.1", "mail"), ("step.2", "mail"),
        ("step.3", "room"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", [State.ACKNOWLEDGED, State.ASSIGNED])
def test_an_acknowledgement_stops_it_but_for_steps_that_do_not_care(state: State) -> None:
    seen = replace(decide(new(), situation()), state=state, acknowledged_by="zhang")
    later = decide(seen, situation(now=NOW + 6 * MINUTE))
    assert messages(later) == messages(seen)
    assert why(later) == "zhang looks after it"
    second = replace(seen, step=1, step_at=NOW)
    assert messages(decide(second, situation(now=NOW + 10 * MINUTE)))[-1] == ("step.3", "room")


def test_known_before_it_was_told_it_is_not_told() -> None:
    known = decide(new(state=State.ACKNOWLEDGED, acknowledged_by="li"), situation())
    assert (messages(known), known.step, why(known)) == ([], 0, "li knew of it before it was told")


def test_plain_channels_are_told_once_or_as_often_as_the_rule_says() -> None:
    once = decide(new(), situation(Notify(channels=("room",))))
    assert messages(once) == [("raised", "room")]
    assert decide(once, situation(Notify(channels=("room",)), now=NOW + 5 * HOUR)) == once
    again = Notify(channels=("room",), repeat=HOUR, repeats=2)
    alert = decide(new(), situation(again))
    for hours in range(1, 6):
        alert = decide(alert, situation(again, now=NOW + hours * HOUR))
    assert [message for message, _ in messages(alert)] == ["raised", "repeat.1.1", "repeat.1.2"]


def test_nobody_to_tell_is_said() -> None:
    alone = decide(new(), situation(Notify()))
    assert (messages(alone), why(alone)) == ([], "its rule names nobody to tell")
    assert messages(decide(alone, situation(Notify(channels=("room",))))) == [("raised", "room")], "a channel was added"
    assert decide(replace(alone, state=State.RESOLVED), situation(Notify())).step == 0


def test_a_silence_holds_it_and_its_end_tells_it() -> None:
    silence = Silence(
        id="s1", made_at=NOW, until=NOW + HOUR, author="li", reason="发布会", brand="xinghe", severity=Severity.SERIOUS
    )
    held = decide(new(), situation(silences=(silence,)))
    assert messages(held) == []
    assert why(held) == "silence s1 (brand = xinghe, severity = serious) by li until 2026-11-25 13:00: 发布会"
    assert decide(held, situation(silences=(silence,), now=NOW + MINUTE)) == held, "the reason is written once"
    assert messages(decide(held, situation(silences=(silence,), now=NOW + HOUR)))
    assert messages(decide(new(brand="yinhe"), situation(silences=(silence,))))
    over = decide(replace(held, state=State.RESOLVED), situation(silences=(silence,)))
    assert (over.step, messages(over)) == (0, [])
    assert "and it is over" in why(over)


@pytest.mark.parametrize(
    ("crisis", "alert", "muted"),
    [
        ({"story": "s1"}, {"story": "s1"}, True),
        ({"story": "s1"}, {"story": "s2"}, False),
        ({"story": "s1"}, {}, False),
        ({}, {"story": "s2"}, True),  # a crisis of the whole brand
        ({}, {}, True),
        ({"state": State.RESOLVED}, {}, False),
        ({"brand": "yinhe"}, {}, False),
        ({}, {"severity": Severity.CRISIS}, False),
    ],
)
def test_a_crisis_mutes_its_single_negatives(crisis: dict[str, Any], alert: dict[str, Any], muted: bool) -> None:
    other = new("crisis.xinghe.1", **{"severity": Severity.CRISIS, **crisis})
    decided = decide(new(**alert), situation(alerts=(other,)))
    assert (why(decided) == "part of the crisis crisis.xinghe.1") is muted
    assert (messages(decided) == []) is muted


def test_a_crisis_that_nobody_hears_of_mutes_nothing() -> None:
    crisis = new("other.xinghe.1", rule="other", severity=Severity.CRISIS)
    here = Situation(now=NOW, plans={"burst": ESCALATES, "other": Notify()}, rota=ROTA, alerts=(crisis,))
    assert messages(decide(new(), here))


@pytest.mark.parametrize(
    ("severity", "quiet"), [(Severity.NOTICE, True), (Severity.SERIOUS, True), (Severity.CRISIS, False)]
)
def test_quiet_hours_hold_all_but_a_crisis(severity: Severity, quiet: bool) -> None:
    night = NOW.replace(hour=23)
    held = decide(new(severity=severity, raised_at=night), situation(now=night))
    assert (messages(held) == []) is quiet
    assert messages(decide(held, situation(now=night + 9 * HOUR)))[:2] == [("raised", "ding"), ("raised", "mail")]
    calmed = decide(replace(held, state=State.RESOLVED), situation(now=night + 9 * HOUR))
    assert messages(calmed), "what calmed down at night is told in the morning"


def test_a_group_is_told_by_its_heaviest_and_the_others_join() -> None:
    light, heavy = new("burst.xinghe.1", story="s"), new("burst.xinghe.2", story="s", weight=90)
    first = decide(heavy, situation(alerts=(light, heavy)))
    assert {one.also for one in first.delivery} == {("burst.xinghe.1",)}
    joined = decide(light, situation(alerts=(light, first)))
    assert (messages(joined), joined.joined) == ([], "burst.xinghe.2")
    assert why(joined) == "told together with burst.xinghe.2"
    late = decide(new("burst.xinghe.3", story="s"), situation(alerts=(first,), now=NOW + HOUR))
    assert (messages(late), late.joined) == ([], "burst.xinghe.2"), "one page a story"
    graver = decide(new("burst.xinghe.4", story="s", severity=Severity.CRISIS), situation(alerts=(first,)))
    assert messages(graver), "what is graver than what was told is told"
    for alone in ({"story": "t"}, {"story": None}, {"brand": "yinhe", "story": "s"}):
        assert messages(decide(new("burst.xinghe.5", **alone), situation(alerts=(first,))))


def test_who_hears_nothing_of_a_group_is_no_reason_to_stay_silent() -> None:
    """The heavier alert of the group is told to nobody, or to others: this one is told all the same."""
    heavy = new("other.xinghe.1", rule="other", story="s", weight=90)
    for plan in (Notify(), Notify(channels=("elsewhere",))):
        here = Situation(now=NOW, plans={"burst": ESCALATES, "other": plan}, rota=ROTA, alerts=(heavy,))
        assert messages(decide(new(story="s"), here))


POST = Evidence(ids=("weibo:post:1:xinghe",), total=1)
BURST = Evidence(ids=tuple(f"weibo:post:{number}:xinghe" for number in range(40)), total=40)
PLAIN = Notify(channels=("room",))


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ({"story": "s", "evidence": POST}, {"evidence": BURST}, True),  # a post of reach within the burst
        ({"evidence": POST}, {"evidence": BURST}, True),
        ({"story": "s"}, {"story": "s", "evidence": Evidence()}, True),
        ({"story": "s", "evidence": POST}, {"story": "t", "evidence": BURST}, False),
        ({"evidence": Evidence(ids=BURST.ids[30:] + tuple("abcdefghijk"), total=21)}, {"evidence": BURST}, False),
        ({"evidence": Evidence()}, {"evidence": Evidence()}, False),
        ({"brand": "yinhe", "evidence": POST}, {"evidence": BURST}, False),
    ],
)
def test_alerts_about_the_same_posts_are_told_once_with_both_reasons(
    one: dict[str, Any], other: dict[str, Any], together: bool
) -> None:
    reach, burst = new("reach.xinghe.1", rule="other", **one), new(weight=90, **other)
    first = decide(burst, situation(PLAIN, alerts=(reach, burst)))
    second = decide(reach, situation(PLAIN, alerts=(reach, first)))
    assert (second.joined == burst.id) is together
    assert [one.also for one in first.delivery] == [(reach.id,) if together else ()]
    assert (messages(second) == []) is together


@pytest.mark.parametrize(("severity", "told"), [(Severity.SERIOUS, False), (Severity.CRISIS, True)])
def test_the_same_post_again_a_little_later_pages_only_when_graver(severity: Severity, told: bool) -> None:
    first = decide(new(evidence=BURST), situation(PLAIN))
    later = new("reach.xinghe.1", rule="other", story="s", evidence=POST, severity=severity, raised_at=NOW + MINUTE)
    after = decide(later, situation(PLAIN, alerts=(first,), now=NOW + MINUTE))
    assert bool(messages(after)) is told
    assert (after.joined == first.id) is not told


def test_a_repeat_speaks_of_what_has_joined_since() -> None:
    plan = Notify(channels=("room",), repeat=HOUR, repeats=1)
    first = decide(new(evidence=BURST), situation(plan))
    joined = decide(new("reach.xinghe.1", rule="other", evidence=POST), situation(plan, alerts=(first,)))
    again = decide(first, situation(plan, alerts=(joined,), now=NOW + HOUR))
    assert [(one.message, one.also) for one in again.delivery] == [("raised", ()), ("repeat.1.1", (joined.id,))]


def test_who_is_told_of_one_alone_still_hears_of_it() -> None:
    """Of two alerts about the same posts, one is told to a second channel: that one hears it, the first not twice."""
    plans = {"burst": PLAIN, "other": Notify(channels=("room", "boss"))}
    burst, reach = new(weight=90, evidence=BURST), new("reach.xinghe.1", rule="other", evidence=POST)
    first = decide(burst, Situation(now=NOW, plans=plans, alerts=(burst, reach)))
    second = decide(reach, Situation(now=NOW, plans=plans, alerts=(first, reach)))
    assert messages(first) == [("raised", "room")]
    assert first.delivery[0].also == (reach.id,)
    assert messages(second) == [("raised", "boss")]
    wanted = Notify(channels=("room",), group_by=())
    apart = Situation(now=NOW, plans={"burst": wanted, "other": wanted}, alerts=(first, reach))
    assert messages(decide(reach, apart)) == [("raised", "room")], "a rule may ask to be told alone"


def test_an_incident_waits_and_tells_of_a_later_one_after_the_interval() -> None:
    plan = Notify(channels=("room",), wait=5 * MINUTE, interval=HOUR)
    first = decide(new(story="s"), situation(plan))
    assert (messages(first), why(first)) == ([], "waits for others of its incident until 2026-11-25 12:05")
    second = new("burst.xinghe.2", story="s", raised_at=NOW + 3 * MINUTE)
    leader = decide(first, situation(plan, alerts=(first, second), now=NOW + 5 * MINUTE))
    assert leader.delivery[0].also == ("burst.xinghe.2",)
    third = new("burst.xinghe.3", story="s", raised_at=NOW + 20 * MINUTE)
    assert decide(third, situation(plan, alerts=(leader,), now=NOW + 30 * MINUTE)).joined == leader.id
    third = decide(third, situation(plan, alerts=(leader,), now=NOW + 30 * MINUTE))
    for later, told in ((64 * MINUTE, []), (66 * MINUTE, [("followup.1", "room")])):
        after = decide(leader, situation(plan, alerts=(leader, third), now=NOW + later))
        assert messages(after)[1:] == told
    assert after.delivery[-1].also == (third.id,)


def test_a_snooze_ends_with_a_new_message() -> None:
    first = decide(new(), situation())
    until = NOW + HOUR
    snoozed = replace(first, state=State.SNOOZED, snoozed_until=until, acknowledged_by="zhang", acknowledged_at=NOW)
    assert decide(snoozed, situation(now=NOW + 30 * MINUTE)) == snoozed
    woken = decide(snoozed, situation(now=until))
    assert woken.state is State.FIRING
    assert messages(woken)[2:] == [("woken.20261125T130000", "ding"), ("woken.20261125T130000", "mail")]
    repeated = decide(woken, situation(now=until + 5 * MINUTE))
    assert messages(repeated)[-1] == ("repeat.1.1.woken.20261125T130000", "mail")


def test_the_brands_reply_stops_or_its_absence_hastens() -> None:
    story = new(story="s", raised_at=NOW)
    replies = {("s", "xinghe"): NOW + MINUTE}
    stops = ESCALATES.model_copy(update={"reply": "stop"})
    first = decide(story, situation(stops))
    answered = decide(first, situation(stops, now=NOW + 6 * MINUTE, replies=replies))
    assert messages(answered) == messages(first)
    assert answered.replied_at == NOW + MINUTE
    assert why(answered) == "the brand's own account has answered the story"
    hastens = ESCALATES.model_copy(update={"reply": "escalate", "reply_within": 3 * MINUTE})
    assert messages(decide(first, situation(hastens, now=NOW + 3 * MINUTE)))[-1] == ("step.2", "mail")
    assert messages(decide(first, situation(hastens, now=NOW + 3 * MINUTE, replies=replies))) == messages(first)


@pytest.mark.parametrize(
    ("state", "later", "zh"),
    [
        (State.FIRING, MINUTE, "暂不通知，至 2026-11-25 12:08：此前 24 次中有 21 次自行平息，多在 6 分钟内"),
        (State.FIRING, 20 * MINUTE, "暂不通知，再次触发才通知：此前 24 次中有 21 次自行平息，多在 6 分钟内"),
        (State.RESOLVED, 8 * MINUTE, "已自行平息：此前 24 次中有 21 次自行平息，多在 6 分钟内"),
    ],
)
def test_what_will_calm_by_itself_is_said_to(state: State, later: timedelta, zh: str) -> None:
    calm = Calm(calmed=21, ended=24, within=6 * MINUTE, heaviest=1e9, slack=2 * MINUTE)
    alert = new(state=state, last_at=NOW)
    held = decide(alert, situation(Notify(channels=("ding",)), now=NOW + later, calm={("burst", "xinghe"): calm}))
    assert held.why_held
    assert said(held.why_held).zh == zh
