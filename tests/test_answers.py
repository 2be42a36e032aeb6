"""People answer alerts, by the command line or by signed links that work once; every change stands in the history."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from config.rule import Severity
from indexing.alerts import answers, records, silence
from indexing.alerts.alert import Alert, Delivery, DeliveryState, Evidence, State
from indexing.alerts.explain import explain
from indexing.alerts.figure import Figure, Question
from indexing.alerts.firing import Firing
from indexing.alerts.lifecycle import take
from indexing.alerts.links import Action, Claim, LinkRefused, read, sign
from indexing.alerts.message import of_alert
from indexing.alerts.telling import tell
from tests.alert_examples import NOW, example
from tests.console_server import serving_console
from tests.killing import dying
from tests.test_alerts import RULE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from indexing.elasticsearch.store import Store

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PUBLIC = "https://alerts.example.org"


def firing(*, now: datetime = NOW, weight: float = 30, **fields: Any) -> Firing:
    defaults: dict[str, Any] = {
        "rule": "burst", "kind": "negative_burst", "title": "负面突增", "brand": "xinghe", "story": "s1",
        "severity": Severity.SERIOUS, "began_at": NOW - HOUR, "last_at": now, "window_start": now - HOUR,
        "window_end": now, "weight": weight, "figures": (Figure(name="negative", value=weight),),
        "reason_zh": f"负面 {weight:g} 条", "reason_en": f"{weight:g} negative", "evidence": Evidence(),
        "owner": "值班", "runbook": "先看原文",
    }  # fmt: skip
    return Firing(**{**defaults, **fields})


def turn(store: "Store", *firings: Firing, now: datetime = NOW) -> Alert:
    """Evaluate and decide whom to tell; give the one alert that there is."""
    take(store, firings, [RULE], now=now)
    tell(store, [RULE], None, now=now)
    store.refresh("alerts")
    (hit,) = store.client.search(index=store.alias("alerts"))["hits"]["hits"]
    return records.find(store, [hit["_id"]])[0]


def names(store: "Store", id: str = "burst.xinghe.1") -> list[str]:
    return [event["event"] for event in records.history(store, id)]


def messages(alert: Alert) -> list[str]:
    return [one.message for one in alert.delivery]


def test_the_same_story_is_one_alert_that_grows_and_calms(emptied_store: "Store") -> None:
    asked = Question(id="Q1", index="mentions", body={"query": {"range": {"a.b": {"lt": 1}}}, "aggs": {"x": {}}})
    first = turn(emptied_store, firing(questions=(asked,)))
    assert (first.id, first.fingerprint, first.state) == ("burst.xinghe.1", "burst.xinghe.s1", State.FIRING)
    assert first.questions == (asked,)
    grown = turn(emptied_store, firing(now=NOW + 5 * MINUTE, weight=80), now=NOW + 5 * MINUTE)
    assert (grown.id, grown.weight, grown.reason_zh) == (first.id, 80, "负面 80 条")
    lighter = turn(emptied_store, firing(now=NOW + 9 * MINUTE, weight=20), now=NOW + 9 * MINUTE)
    assert (lighter.weight, lighter.last_at) == (80, NOW + 9 * MINUTE)
    calm = turn(emptied_store, now=NOW + 2 * HOUR)
    assert (calm.state, calm.resolved_by, calm.seconds_to_resolve) == (State.RESOLVED, None, 7200)
    again = turn(emptied_store, firing(now=NOW + 3 * DAY), now=NOW + 3 * DAY)
    assert (again.id, again.state) == (first.id, State.FIRING), "a story is one thing however long it sleeps"
    assert messages(again) == ["raised"], "one page a story"
    assert names(emptied_store) == ["firing", "updated", "resolved", "reopened"]


def test_from_told_to_resolved_by_people(emptied_store: "Store") -> None:
    store = emptied_store
    turn(store, firing())
    told = claims_sent(store)
    answers.acknowledge(store, told.id, by="zhang", now=NOW + 4 * MINUTE)
    answers.acknowledge(store, told.id, by="li", now=NOW + 5 * MINUTE)
    answers.assign(store, told.id, to="li", by="zhang", now=NOW + 6 * MINUTE)
    alert = answers.snooze(store, told.id, until=NOW + 30 * MINUTE, by="li", now=NOW + 7 * MINUTE)
    assert (alert.state, alert.acknowledged_by, alert.assignee) == (State.SNOOZED, "zhang", "li")
    assert alert.seconds_to_acknowledge == 4 * 60 - 10
    woken = turn(store, firing(now=NOW + 31 * MINUTE), now=NOW + 31 * MINUTE)
    assert (woken.state, messages(woken)[1:]) == (State.ASSIGNED, [f"woken.{NOW + 30 * MINUTE:%Y%m%dT%H%M%S}"])
    done = answers.resolve(store, told.id, by="li", now=NOW + 40 * MINUTE, reason="误会已澄清")
    assert (done.state, done.resolved_by, done.seconds_to_resolve) == (State.RESOLVED, "li", 2400)
    with pytest.raises(answers.NotPossible, match="is over since"):
        answers.acknowledge(store, told.id, by="li", now=NOW + 41 * MINUTE)
    assert names(store) == ["firing", "sent", "acknowledged", "assigned", "snoozed", "woken", "resolved"]
    lines = "\n".join(explain(store, told.id))
    for part in (
        "认领 acknowledged · by zhang",
        "to li",
        "暂缓 snoozed",
        "by li · 误会已澄清",
        "现在 now: 解除 resolved",
    ):
        assert part in lines


def claims_sent(store: "Store") -> Alert:
    """Record that the first message was confirmed ten seconds after the finding."""
    sent = Delivery(channel="hook", state=DeliveryState.SENT, attempts=1, at=NOW + timedelta(seconds=10))
    return records.change(store, "burst.xinghe.1", lambda old: replace(old, delivery=(sent,)))


def test_what_a_person_called_over_stays_so_until_it_doubles_or_begins_anew(emptied_store: "Store") -> None:
    store = emptied_store
    turn(store, firing())
    answers.resolve(store, "burst.xinghe.1", by="li", now=NOW + MINUTE)
    same = turn(store, firing(now=NOW + 10 * MINUTE, weight=50), now=NOW + 10 * MINUTE)
    assert (same.state, same.weight) == (State.RESOLVED, 30)
    doubled = turn(store, firing(now=NOW + 20 * MINUTE, weight=60), now=NOW + 20 * MINUTE)
    assert (doubled.state, doubled.acknowledged_by, doubled.resolved_by) == (State.FIRING, None, None)
    assert messages(doubled) == ["raised", f"reopened.{NOW + 20 * MINUTE:%Y%m%dT%H%M%S}"]
    assert names(store) == ["firing", "resolved", "reopened", "updated"]


def test_a_rule_that_could_not_be_asked_resolves_nothing(emptied_store: "Store") -> None:
    turn(emptied_store, firing())
    assert [alert.state for alert in take(emptied_store, [], [RULE], now=NOW + DAY, unasked={"burst"})] == ["firing"]
    assert take(emptied_store, [], [RULE], now=NOW + DAY) == []


def test_a_silence_is_kept_applied_explained_and_ended(emptied_store: "Store") -> None:
    store = emptied_store
    id = silence.begin(store, {"brand": "xinghe"}, until=NOW + HOUR, author="li", reason="发布会", now=NOW)
    held = turn(store, firing())
    assert (held.step, messages(held)) == (-1, [])
    told = "\n".join(explain(store, held.id))
    assert f"静默 {id}（brand = xinghe），li 设至" in told
    assert f"silence {id} (brand = xinghe) by li" in told
    with pytest.raises(silence.NoSuchSilence, match="name a rule"):
        silence.begin(store, {}, until=NOW + HOUR, author="li", reason="x", now=NOW)
    assert [one.id for one in silence.running(store, NOW)] == [id]
    assert silence.end(store, id, by="zhang", now=NOW + MINUTE).ended_by == "zhang"
    assert messages(turn(store, firing(now=NOW + 2 * MINUTE), now=NOW + 2 * MINUTE)) == ["raised"]


def test_a_firing_that_came_while_another_one_is_a_crisis_is_explained(emptied_store: "Store") -> None:
    crisis = firing(rule="crisis", severity=Severity.CRISIS)
    rules = [RULE, RULE.model_copy(update={"id": "crisis", "severity": Severity.CRISIS})]
    take(emptied_store, [firing(), crisis], rules, now=NOW)
    tell(emptied_store, rules, None, now=NOW)
    assert "part of the crisis crisis.xinghe.1" in "\n".join(explain(emptied_store, "burst.xinghe.1"))
    assert "待发 to be sent: hook (raised)" in "\n".join(explain(emptied_store, "crisis.xinghe.1"))


def test_an_alert_that_there_is_not_is_said(emptied_store: "Store") -> None:
    with pytest.raises(records.NoSuchAlert, match="there is no alert 'x'"):
        explain(emptied_store, "x")


# links


def token(action: Action = Action.ACKNOWLEDGE, **fields: Any) -> str:
    claim = Claim(alert="burst.xinghe.1", action=action, person="zhang", message="raised", expires_at=NOW + DAY)
    return sign(replace(claim, **fields))


@pytest.fixture
def told(emptied_store: "Store", data: Path) -> "Store":
    assert records.begin(emptied_store, example(delivery=(Delivery(channel="hook", state=DeliveryState.SENT, at=NOW),)))
    return emptied_store


def state(store: "Store") -> str:
    return records.find(store, ["burst.xinghe.1"])[0].state


def test_a_link_says_what_was_signed(data: Path) -> None:
    claim = read(token(), now=NOW)
    assert (claim.alert, claim.action, claim.person) == ("burst.xinghe.1", Action.ACKNOWLEDGE, "zhang")
    assert (data / "keys" / "links.key").stat().st_mode & 0o077 == 0
    assert len(token(alert="negative-burst.当当.12345", person="customer-service-lead")) < 200


def test_every_altered_character_is_refused(data: Path) -> None:
    good = token()
    for place in range(len(good)):
        for other in "A_.":
            bad = good[:place] + other + good[place + 1 :]
            if bad != good:
                with pytest.raises(LinkRefused):
                    read(bad, now=NOW)
    for bad in ("", ".", "a.b", "a.b.c", good + "A", good[:-1], good + "=", "é" * 9, "x" * 100_000):
        with pytest.raises(LinkRefused):
            read(bad, now=NOW)


def test_forged_expired_replayed_and_foreign_links_are_refused_and_logged(
    told: "Store", monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    good, late = token(), token(expires_at=NOW)
    with monkeypatch.context() as patch:
        patch.setenv("TINGFENG_LINK_KEY", "another installation's key")
        forged = token()
    refused = {forged: "another key", late: "expired", token(alert="gone"): "gone", token(Action.VIEW): "only shows"}
    for bad, why in refused.items():
        with pytest.raises(LinkRefused, match=why):
            answers.follow(told, bad, now=NOW)
    assert state(told) == State.FIRING
    assert answers.follow(told, good, now=NOW).acknowledged_by == "zhang"
    with pytest.raises(LinkRefused, match="used already"):
        answers.follow(told, good, now=NOW + MINUTE)
    assert names(told).count("acknowledged") == names(told).count("used") == 1
    assert names(told).count("refused") == 2, (
        "the expired and the replayed one; nobody can fill the index with forgeries"
    )
    for why in ("another key", "expired", "used already"):
        assert why in caplog.text
    for secret in (good, late, forged):
        assert secret not in caplog.text
        assert secret.split(".")[1] not in caplog.text


@pytest.mark.parametrize("step", range(3))
def test_a_kill_between_two_steps_of_an_answer_leaves_a_link_that_does_it_once(told: "Store", step: int) -> None:
    with dying(step, records, "send"):
        answers.follow(told, token(), now=NOW)
    assert answers.follow(told, token(), now=NOW + MINUTE).state is State.ACKNOWLEDGED
    assert names(told).count("acknowledged") == names(told).count("used") == 1


def test_a_message_sent_again_carries_the_same_answer(told: "Store", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_PUBLIC_URL", PUBLIC + "/")
    delivery = Delivery(channel="hook", people=("zhang",))
    first, again = (
        of_alert(example(), one, now=NOW + after)
        for one, after in ((delivery, MINUTE), (replace(delivery, unsure=True), HOUR))
    )
    labels = ["认领 ack", "转交 assign", "暂缓 snooze", "解除 resolve", "全部证据与经过 all evidence and history"]
    assert [link.label for link in first.links] == labels
    assert first.links[0].url.startswith(f"{PUBLIC}/answer/")
    assert first.links[0].url in first.whole
    answers.follow(told, first.links[0].url.rpartition("/")[2], now=NOW + HOUR)
    with pytest.raises(LinkRefused, match="used already"):
        answers.follow(told, again.links[0].url.rpartition("/")[2], now=NOW + HOUR)
    monkeypatch.delenv("TINGFENG_PUBLIC_URL")
    assert of_alert(example(), delivery).links == ()


# the console


@pytest.fixture
def console(told: "Store") -> Iterator[str]:
    with serving_console(told) as address:
        yield address


def test_a_preview_changes_nothing_and_the_button_does_once(console: str, told: "Store") -> None:
    address = f"{console}/answer/{token(expires_at=datetime.now(UTC) + HOUR)}"
    for _ in range(2):
        asked = httpx.get(address)
        assert (asked.status_code, state(told)) == (200, State.FIRING)
    for part in ("负面突增", "zhang", "认领", 'method="post"'):
        assert part in asked.text
    assert httpx.head(address).status_code in (200, 405)
    assert state(told) == State.FIRING
    done = httpx.post(address)
    assert (done.status_code, state(told)) == (200, State.ACKNOWLEDGED)
    assert "已记录" in done.text
    again = httpx.post(address)
    assert again.status_code == 410
    assert "这个链接不能用了" in again.text
    assert "already" in httpx.get(address, headers={"accept-language": "en-GB"}).text


def test_the_page_is_locked_down_and_everything_is_escaped(console: str, told: "Store") -> None:
    hostile = "<script>alert(1)</script>"
    change = {"title": hostile, "reason_zh": hostile, "owner": hostile, "runbook": hostile, "brand": hostile}
    records.change(told, "burst.xinghe.1", lambda old: replace(old, **change))  # type: ignore[arg-type]
    made = token(person=hostile, expires_at=datetime.now(UTC) + HOUR)
    for address in (f"{console}/", f"{console}/answer/{made}", f"{console}/nothing/<b>"):
        answer = httpx.get(address)
        assert "<script" not in answer.text
        assert "<b>" not in answer.text
        policy = answer.headers["content-security-policy"]
        for part in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "http://" not in answer.text.replace(console, "")
    assert httpx.get(f"{console}/", headers={"host": "evil.example"}).status_code == 400


def test_the_doctor_asks_whether_the_public_address_leads_here(
    console: str, receiving_nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from commands import doctor

    assert "carry no links" in doctor._public_url()
    monkeypatch.setenv("TINGFENG_PUBLIC_URL", console)
    assert "which only this machine reaches" in doctor._public_url()
    for url, told in ((receiving_nothing, "does not answer"), ("http://alerts.example.org", "is not https")):
        monkeypatch.setenv("TINGFENG_PUBLIC_URL", url)
        with pytest.raises(doctor._Problem, match=told):
            doctor._public_url()


@pytest.fixture
def receiving_nothing() -> str:
    return "http://127.0.0.1:1"


def test_the_list_is_open_to_this_machine_and_by_link_to_others(
    console: str, told: "Store", monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "burst.xinghe.1" in httpx.get(f"{console}/").text
    monkeypatch.setenv("TINGFENG_PUBLIC_URL", PUBLIC)
    from indexing.alerts.links import listing_address

    shut = httpx.get(f"{console}/")
    assert (shut.status_code, "burst.xinghe.1" in shut.text) == (403, False)
    query = urlsplit(listing_address(datetime.now(UTC))).query
    assert "burst.xinghe.1" in httpx.get(f"{console}/?{query}").text
    late = urlsplit(listing_address(datetime.now(UTC) - DAY)).query
    assert httpx.get(f"{console}/?{late}").status_code == 410
    wrong = token(expires_at=datetime.now(UTC) + HOUR)
    assert httpx.get(f"{console}/?key={wrong}").status_code == 410


@pytest.mark.parametrize("width", [360, 1280])
def test_a_person_answers_in_a_browser(
    console: str, told: "Store", browser_page: "Callable[[int], Page]", width: int
) -> None:
    page = browser_page(width)
    soon = datetime.now(UTC) + HOUR
    page.goto(f"{console}/answer/{token(Action.SNOOZE, expires_at=soon, message=str(width))}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("select[name=length]").select_option("4h")
    page.get_by_role("button").click()
    assert "已记录" in page.locator("h1").inner_text()
    alert = records.find(told, ["burst.xinghe.1"])[0]
    assert alert.state is State.SNOOZED
    assert alert.snoozed_until
    assert abs((alert.snoozed_until - datetime.now(UTC)).total_seconds() - 4 * 3600) < 60
    page.goto(f"{console}/?lang=en")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "Open alerts" in page.locator("h1").inner_text()
    assert page.locator(".tag", has_text="Snoozed").count() == 1
