"""Why did nothing come: for any minute of the past, what was known, how near the rules were, and what was told."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from config.brand import Brand, Target
from config.override import Override
from config.rota import Person, Rota
from config.rule import Severity
from indexing.alerts import answers, overrides, records, silence
from indexing.alerts.event import Event
from indexing.alerts.reason import written
from indexing.detection import detect
from indexing.elasticsearch.bulk import Action, send
from indexing.evaluation import evaluate
from indexing.evidence.contents import spoken
from indexing.evidence.erasure import erase
from indexing.evidence.evaluations import keep
from indexing.evidence.prove import prove
from indexing.evidence.segments import days, writers
from indexing.evidence.told import told
from indexing.evidence.why_not import InTheFuture, WhyNot, why_not
from tests.story_posts import DAY, HOUR, MINUTE, NOW, make_post, mention, put, rule

if TYPE_CHECKING:
    from config.rule import Rule
    from indexing.elasticsearch.store import Store

BRAND = Brand(id="xinghe", name="星河", query="星河", crawl=(
    Target(feed="weibo_search", query="星河"), Target(feed="rss", query="https://example.org/feed"),
))  # fmt: skip
QUIET = Brand(id="yunfan", name="云帆", query="云帆")
BURST = rule("negative_burst", id="burst", min_count=10, min_share=0.5, ratio=3, season="0s", history="2d")
LOUD = rule("frequency", id="loud", min_count=40)
RULES = [BURST, LOUD]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def store(emptied_store: "Store") -> "Store":
    return emptied_store


def negative(store: "Store", count: int, *, first: int = 0, ago: timedelta = 20 * MINUTE, at: datetime = NOW) -> None:
    posts = [make_post(first + n, ago=ago, text=f"星河手机第{first + n}次闪退") for n in range(count)]
    put(store, [mention(post) for post in posts], at=at)


def run(store: "Store", feed: str, query: str, at: datetime, verdict: str = "ok", **fields: Any) -> None:
    source = {"@timestamp": at.isoformat(), "feed": feed, "query": query, "verdict": verdict,
              "complete": verdict == "ok", **fields}  # fmt: skip
    action = Action(operation="index", index=store.alias("runs"), id=f"{feed}{at.isoformat()}", source=source)
    assert send(store.client, [action])[0].done
    store.refresh("runs")


def ask(store: "Store", at: datetime, brand: Brand = BRAND, rules: "list[Rule] | None" = None) -> WhyNot:
    for kind in ("alert-events", "silences", "runs", "mentions"):
        store.refresh(kind)
    return why_not(store, brand, at, rules=rules or RULES, rota=None, now=NOW + 2 * DAY)


def text(found: WhyNot) -> str:
    return "\n".join(told(found, "星河"))


def test_it_says_how_near_each_rule_came_and_what_it_takes(store: "Store") -> None:
    negative(store, 6)
    assert evaluate(store, RULES, [BRAND, QUIET], now=NOW) == []
    found = ask(store, NOW + MINUTE)
    nearest, further = found.standings
    assert (nearest.rule, nearest.state.name, nearest.state.value, nearest.state.takes) == ("burst", "recent", 6, 10)
    assert (further.rule, further.state.value, further.state.takes) == ("loud", 6, 40)
    assert found.evaluated
    assert (found.evaluated.at, found.evaluated.rules) == (NOW, 2)
    assert "没有规则触发，最接近的：burst：近期提及 6，须达到 10，即 60%" in text(found)
    assert "burst: recent mentions 6, takes 10: 60% of the way" in text(found)
    other = ask(store, NOW + MINUTE, QUIET)
    assert (other.standings, other.unseen) == ((), ("burst", "loud"))
    assert "没有规则数到任何提及" in text(other)


def test_what_only_just_did_not_fire_is_held_against_what_kept_it(store: "Store") -> None:
    negative(store, 12)
    put(store, [mention(make_post(100 + n, ago=20 * MINUTE), label="neutral") for n in range(28)])
    assert evaluate(store, RULES, [BRAND], now=NOW)[0].rule == "loud"
    burst = next(one for one in ask(store, NOW).standings if one.rule == "burst")
    assert (burst.state.name, round(burst.state.value, 2), burst.state.takes) == ("share", 0.3, 0.5)
    assert burst.state.figures["negative"] == 12


def test_what_was_not_known_yet_is_told_apart(store: "Store") -> None:
    run(store, "weibo_search", "星河", NOW - 3 * HOUR)
    run(store, "weibo_search", "星河", NOW - HOUR, "blocked", incomplete_since=(NOW - 2 * HOUR).isoformat(),
        message="the host refuses")  # fmt: skip
    run(store, "weibo_search", "星河", NOW + HOUR)
    negative(store, 3, at=NOW - 10 * MINUTE)
    negative(store, 5, first=10, ago=40 * MINUTE, at=NOW + 2 * HOUR)
    evaluate(store, RULES, [BRAND], now=NOW)
    found = ask(store, NOW)
    assert (found.known.mentions, found.known.negative, found.known.late, found.known.late_negative) == (3, 3, 5, 5)
    assert found.known.late_first == NOW + 2 * HOUR
    weibo, rss = sorted(found.known.feeds, key=lambda feed: feed.last_at is None)
    assert (weibo.verdict, weibo.last_at, weibo.seen_at, weibo.blind) == ("blocked", NOW - HOUR, NOW - 3 * HOUR, True)
    assert (rss.feed, rss.last_at) == ("rss", None)
    assert "5 mentions of the 6 hours before (5 negative) came only afterwards" in text(found)
    assert "从未采集" in text(found)
    assert "blocked at" in text(found)


def test_a_backfill_does_not_make_a_blocked_feed_look_seen(store: "Store") -> None:
    run(store, "weibo_search", "星河", NOW - HOUR, "blocked")
    run(store, "weibo_search", "星河", NOW - 5 * MINUTE, purpose="backfill")
    (weibo,) = [feed for feed in ask(store, NOW).known.feeds if feed.feed == "weibo_search"]
    assert (weibo.verdict, weibo.seen_at, weibo.blind) == ("blocked", None, True)


def test_what_was_found_held_told_and_answered_by_then(store: "Store") -> None:
    id = silence.begin(store, {"rule": "burst"}, until=NOW + HOUR, author="zhang", reason="发布会", now=NOW - MINUTE)
    negative(store, 30)
    told_rule = replace_channels(LOUD, ("hook",))
    (alert,) = evaluate(store, [BURST, told_rule], [BRAND], now=NOW)
    silenced = ask(store, NOW)
    assert [one.id for one in silenced.silences] == [id]
    assert silenced.alerts[0].held
    assert f"silence {id}" in str(silenced.alerts[0].held.said)
    assert "已发现，未发送：burst.xinghe.1" in text(silenced)
    answers.acknowledge(store, alert.id, by="li", now=NOW + 10 * MINUTE)
    assert ask(store, NOW + 5 * MINUTE).alerts[0].answered == ()
    (answer,) = ask(store, NOW + 10 * MINUTE).alerts[0].answered
    assert (answer.event, answer.by, answer.at) == ("acknowledged", "li", NOW + 10 * MINUTE)
    before = ask(store, NOW - 2 * MINUTE)
    assert (before.alerts, before.silences, before.next_alert) == ((), (), ("burst.xinghe.1", NOW))


def test_what_a_sister_brands_message_told_was_told(store: "Store", monkeypatch: pytest.MonkeyPatch) -> None:
    """Joined alerts have no message of their own; the answer for their brand names the one that had."""
    sister = Brand(id="xinghe-watch", name="星河手表", query="星河", parent="xinghe")
    posts = [make_post(n, ago=20 * MINUTE, text=f"星河手表第{n}次闪退") for n in range(30)]
    for brand in ("xinghe", "xinghe-watch"):
        put(store, [mention(post, brand=brand) for post in posts])
    evaluate(store, [replace_channels(BURST, ("hook",))], [BRAND, sister], now=NOW)
    lead, joined = sorted(records.firing(store), key=lambda one: one.joined is not None)
    assert joined.joined == lead.id
    records.note(store, lead, [Event(name="sent", key="hook:1", at=NOW + MINUTE, channel="hook")])
    found = ask(store, NOW + 2 * MINUTE, BRAND if joined.brand == BRAND.id else sister)
    assert f"有：{lead.id} 于" in text(found)
    assert "已发现，未发送" not in text(found)


def test_a_storm_afterwards_does_not_hide_what_was_before(store: "Store") -> None:
    negative(store, 30)
    (alert,) = evaluate(store, [BURST], [BRAND], now=NOW)
    later = [
        Event(name="unsent", key=f"hook:{n}", at=NOW + HOUR + n * timedelta(seconds=1), channel="hook")
        for n in range(2_500)
    ]
    for begin in range(0, len(later), 500):
        actions = [records._action(store, alert, event) for event in later[begin : begin + 500]]
        assert all(one.done for one in send(store.client, actions))
    assert [one.id for one in ask(store, NOW + MINUTE).alerts] == [alert.id]
    assert ask(store, NOW - MINUTE).next_alert == (alert.id, NOW)


def test_a_receiver_that_took_nothing_is_named_and_so_is_who_was_not_looking(store: "Store") -> None:
    negative(store, 30)
    (alert,) = evaluate(store, [replace_channels(BURST, ("hook",))], [BRAND], now=NOW)
    failed = Event(name="unsent", key="hook:1", at=NOW + MINUTE, channel="hook", why=written("503"))
    records.note(store, alert, [failed])
    assert f"已发现，未发送：{alert.id}：503" in text(ask(store, NOW + 2 * MINUTE))
    long_after = text(ask(store, NOW + 3 * HOUR))
    assert "没有人在看" in long_after, "an alert of before is no sign that anybody looked"


def test_the_rota_of_then_is_told_and_an_override_is_in_the_chain(store: "Store") -> None:
    people = {id: Person(name=id, channels=("hook",)) for id in ("zhang", "li")}
    rota = Rota(id="rota", people=people, fallback="zhang")
    made = overrides.begin(store, rota, Override(
        id="", made_at=NOW, begin=NOW, end=NOW + HOUR, person="li", author="zhang", reason="看病",
    ))  # fmt: skip
    evaluate(store, [BURST], [BRAND], now=NOW + MINUTE)
    then, before = (why_not(store, BRAND, at, rules=RULES, rota=rota, now=NOW + 2 * DAY) for at in
                    (NOW + MINUTE, NOW - MINUTE))  # fmt: skip
    assert (then.duty, [one.id for one in then.overrides]) == (("li",), [made.id])
    assert (before.duty, before.overrides) == (("zhang",), ())
    assert "li 一人值班" in text(then)
    ((_, written),) = spoken(days()[-1], writers(days()[-1])[0], "override")
    assert (written["id"], written["person"], written["reason"]) == (made.id, "li", "看病")


def test_a_silence_of_a_customer_goes_with_the_customer(store: "Store") -> None:
    silence.begin(store, {"customer": "77"}, until=NOW + HOUR, author="zhang", reason="熟客", now=NOW)
    evaluate(store, [BURST], [BRAND], now=NOW)
    assert erase(["77"], receipt="r1", now=NOW).lines == 1


@pytest.mark.parametrize("ahead", [HOUR, 30 * DAY], ids=["an hour", "a month"])
def test_a_clock_that_was_ahead_hides_no_evaluation(store: "Store", ahead: timedelta) -> None:
    negative(store, 6)
    found = detect(store, RULES, [BRAND], now=NOW, near=True)
    for at in (NOW - 2 * HOUR, NOW + ahead, NOW, NOW + 2 * MINUTE):
        keep(store, found, now=at)
    then = ask(store, NOW + MINUTE)
    assert then.evaluated
    assert (then.evaluated.at, then.evaluated.next_at) == (NOW, NOW + 2 * MINUTE)
    assert {one.rule for one in then.standings} == {"burst", "loud"}


def test_a_clock_that_was_behind_for_a_moment_hides_no_evaluation(store: "Store") -> None:
    """Lines are of noon, of the day before by mistake, and of noon again: noon's states hold in between."""
    negative(store, 6)
    found = detect(store, RULES, [BRAND], now=NOW, near=True)
    blank = detect(store, RULES[:1], [], now=NOW, near=True)
    for at, one in ((NOW, found), (NOW - DAY, blank), (NOW + 10 * MINUTE, found)):
        keep(store, one, now=at)
    then = ask(store, NOW + 5 * MINUTE)
    assert then.evaluated
    assert (then.evaluated.at, then.evaluated.next_at, then.gap) == (NOW, NOW + 10 * MINUTE, False)
    assert {one.rule for one in then.standings} == {"burst", "loud"}


def test_an_hour_that_a_clock_shows_twice_is_told_as_it_was_the_second_time(store: "Store") -> None:
    first = detect(store, RULES, [BRAND], now=NOW, near=True)
    for minute in (0, 10, 20):
        keep(store, first, now=NOW + minute * MINUTE)
    negative(store, 6)
    again = detect(store, RULES, [BRAND], now=NOW, near=True)
    keep(store, again, now=NOW + 8 * MINUTE)
    then = ask(store, NOW + 12 * MINUTE)
    assert then.evaluated
    assert then.evaluated.at == NOW + 8 * MINUTE
    assert {one.rule for one in then.standings} == {"burst", "loud"}


def replace_channels(one: "Rule", channels: tuple[str, ...]) -> "Rule":
    return one.model_copy(update={"channels": channels, "severity": Severity.SERIOUS})


def test_unchanged_states_are_runs_and_every_minute_is_answered(store: "Store") -> None:
    negative(store, 6)
    for minute in range(0, 30, 2):
        if minute == 20:
            negative(store, 2, first=10)
        keep(store, detect(store, RULES, [BRAND], now=NOW + minute * MINUTE, near=True), now=NOW + minute * MINUTE)
    written = [content for day in days() for _, content in spoken(day, writers(day)[0], "evaluation")]
    assert len(written) == 15
    assert [bool(one.get("changed")) for one in written] == [True, *[False] * 9, True, *[False] * 4]
    assert written[0]["full"]
    assert [one.get("full", False) for one in written[1:]] == [False] * 14
    for minute, value, since in ((0, 6, 0), (7, 6, 0), (19, 6, 0), (20, 8, 20), (29, 8, 20)):
        found = ask(store, NOW + minute * MINUTE)
        assert (found.standings[0].state.value, found.standings[0].since) == (value, NOW + since * MINUTE)
    assert ask(store, NOW + 3 * HOUR).gap
    assert "没有人在看：最后一次评估是" in text(ask(store, NOW + 3 * HOUR))
    assert ask(store, NOW - MINUTE).evaluated is None


def test_a_process_that_does_not_know_the_last_evaluation_names_all(store: "Store", folder: Path) -> None:
    negative(store, 6)
    for minute in range(3):
        keep(store, detect(store, RULES, [BRAND], now=NOW + minute * MINUTE, near=True), now=NOW + minute * MINUTE)
        if minute == 1:
            (folder / "chain" / "states").unlink()
    assert [one.get("full", False) for day in days() for _, one in spoken(day, writers(day)[0], "evaluation")] == [
        True, False, True
    ]  # fmt: skip


def test_a_rule_that_is_gone_and_one_that_fails_are_not_left_as_they_were(store: "Store") -> None:
    negative(store, 6)
    broken = rule("percentage", id="broken", match="sentiment:negative", above=0.5, min_count=1)
    for minute, rules in enumerate(([*RULES, broken], [BURST])):
        keep(store, detect(store, rules, [BRAND], now=NOW + minute * MINUTE, near=True), now=NOW + minute * MINUTE)
    assert {one.rule for one in ask(store, NOW).standings} == {"burst", "loud", "broken"}
    assert {one.rule for one in ask(store, NOW + MINUTE).standings} == {"burst"}
    failing = replace(detect(store, [BURST], [BRAND], now=NOW, near=True), nearness={}, failures={"burst": "away"})
    keep(store, failing, now=NOW + 2 * MINUTE)
    found = ask(store, NOW + 2 * MINUTE)
    assert found.evaluated
    assert found.evaluated.failed == {"burst": "away"}
    assert "the index did not answer: away" in text(found)


def test_events_are_in_the_chain_whoever_wrote_them_and_once(store: "Store") -> None:
    negative(store, 30)
    (alert, *_) = evaluate(store, [BURST], [BRAND], now=NOW)
    evaluate(store, [BURST], [BRAND], now=NOW + MINUTE)
    answers.acknowledge(store, alert.id, by="li", now=NOW + 2 * MINUTE)
    evaluate(store, [BURST], [BRAND], now=NOW + 3 * MINUTE)
    day, writer = days()[-1], writers(days()[-1])[0]
    events = [content["event"] for _, content in spoken(day, writer, "event")]
    assert events == ["firing", "held", "acknowledged", "held"]
    ((_, said),) = spoken(day, writer, "alert")
    assert said["figures"]["negative"] == 30
    mentions = [content["id"] for _, content in spoken(day, writer, "mention")]
    assert mentions == [quote.id for quote in alert.evidence.quotes]
    assert prove(day).wrong == []
    assert erase([alert.id], receipt="r1", now=NOW + 4 * MINUTE).lines == 5
    assert list(spoken(day, writer, "event")) == []
    assert prove(day).wrong == []


def test_what_a_story_is_called_can_be_erased_without_the_rest(store: "Store") -> None:
    grown = rule("story", id="grown", min_count=5)
    posts = [make_post(n, ago=10 * MINUTE) for n in range(4)]
    ids = put(store, [mention(post) for post in posts])
    for id in ids:
        store.client.update(index=store.month_alias("2026.08"), id=id, doc={"story": {"id": "weibo:post:0"}})
    negative(store, 6, first=20)
    evaluate(store, [grown, *RULES], [BRAND], now=NOW)
    assert ask(store, NOW, rules=[grown, *RULES]).standings
    erase(["weibo:post:0"], receipt="r1", now=NOW)
    assert {one.rule for one in ask(store, NOW).standings} >= {"burst", "loud"}


def test_a_chain_that_cannot_be_written_keeps_no_alert_back(
    store: "Store", folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "chain").write_text("in the way")
    negative(store, 30)
    assert [alert.rule for alert in evaluate(store, [BURST], [BRAND], now=NOW)] == ["burst"]
    assert "the evaluation is not in the chain" in caplog.text


def test_the_future_and_unknown_brands_are_refused(store: "Store") -> None:
    with pytest.raises(InTheFuture, match="has not come yet"):
        ask(store, NOW + 3 * DAY)


@pytest.fixture
def a_month(store: "Store") -> Iterator[None]:
    """Evaluate 200 rules twice on each of 30 days."""
    rules = [rule("frequency", id=f"r{n}", min_count=10 + n) for n in range(200)]
    negative(store, 30)
    found = detect(store, rules, [BRAND], now=NOW, near=True)
    for day in reversed(range(30)):
        for minute in (0, 30):
            keep(store, found, now=NOW - day * DAY + minute * MINUTE)
    yield


@pytest.mark.usefixtures("a_month")
def test_any_minute_of_a_month_is_answered_within_two_seconds(store: "Store") -> None:
    for ago in (0, 7, 29):
        begun = time.perf_counter()
        found = ask(store, NOW - ago * DAY + 31 * MINUTE, rules=[])
        took = time.perf_counter() - begun
        assert len(found.standings) == 200
        assert took < 2


def test_the_command_answers_in_words_and_json(store: "Store", folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from indexing.elasticsearch import store as stores
    from tingfeng import app

    (folder / "config" / "brands").mkdir(parents=True)
    (folder / "config" / "brands" / "xinghe.yaml").write_text("name: 星河\nquery: 星河\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(folder / "config"))
    monkeypatch.setattr(stores, "open_store", lambda: store)
    negative(store, 6)
    evaluate(store, RULES, [BRAND], now=NOW)
    at = (NOW + MINUTE).isoformat()
    said = CliRunner().invoke(app, ["alerts", "why-not", "星河", "--at", at])
    assert said.exit_code == 0, said.output
    assert "没有规则触发，最接近的：burst" in said.output
    found = json.loads(CliRunner().invoke(app, ["alerts", "why-not", "星河", "--at", at, "--json"]).output)
    assert found["standings"][0]["rule"] == "burst"


def test_an_index_that_is_made_anew_does_not_say_all_again(store: "Store") -> None:
    negative(store, 30)
    evaluate(store, [BURST], [BRAND], now=NOW)
    for id in [hit["_id"] for hit in store.client.search(index=store.alias("reached"))["hits"]["hits"]]:
        store.client.delete(index=store.alias("reached"), id=id, refresh=True)
    keep(store, detect(store, [BURST], [BRAND], now=NOW + 2 * DAY, near=True), now=NOW + 2 * DAY)
    assert [content for day in days()[1:] for _, content in spoken(day, writers(day)[0], "event")] == []


def evaluating(store: "Store", number: int, barrier: Any) -> None:
    found = detect(store, RULES, [BRAND], now=NOW + number * MINUTE, near=True)
    for turn in range(5):
        barrier.wait()
        keep(store, found, now=NOW + (10 * turn + number) * MINUTE)


def test_evaluations_at_once_are_told_one_after_the_other(store: "Store") -> None:
    negative(store, 6)
    barrier = threading.Barrier(3)
    threads = [threading.Thread(target=evaluating, args=(store, number, barrier)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    contents = [one for day in days() for _, one in spoken(day, writers(day)[0], "evaluation")]
    assert [one.get("full", False) for one in contents] == [True] + [False] * 14
    assert sum(bool(one.get("changed")) for one in contents) == 1
