"""Two rules about the same posts: two alerts, one message with both reasons, whatever is killed in between."""

from typing import TYPE_CHECKING

import pytest

from config.channel import Channel
from config.kinds.reach import Case as ReachTest
from config.kinds.reach import When as Reach
from config.rule import Rule, Severity
from crawlers.post import Author
from indexing.alerts import outbox, records, spool
from indexing.alerts.alert import Alert, State
from indexing.alerts.answers import acknowledge, resolve, snooze
from indexing.alerts.outbox import deliver
from indexing.evaluation import evaluate
from indexing.stories.update import update_stories
from tests.bot_server import SECRET, Bot, serving
from tests.killing import dying
from tests.soaking import in_part
from tests.test_alerts import MINUTE, NOW, RULE, XINGHE, burst, mention, put, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexing.elasticsearch.store import Store
    from nlp.mention import Mention

REACH = Rule(
    id="reach", title="高影响力帖文", when=Reach(kind="reach", min_followers=50_000, negative_only=False),
    severity=Severity.SERIOUS, channels=("feishu",), owner="值班", runbook="先看原文",
    tests=(
        ReachTest(name="loud", followers=90_000, fires=True), ReachTest(name="quiet", followers=5, fires=False),
    ),
)  # fmt: skip
BURST = RULE.model_copy(update={"channels": ("feishu",)})
RULES = [BURST, REACH]
LOUD = Author(id="m1", name="大号", followers=80_000, verified=True)


@pytest.fixture
def bot(data: object, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Bot]":
    with serving("feishu") as made:
        monkeypatch.setenv("TINGFENG_CHANNEL_FEISHU_URL", made.url)
        monkeypatch.setenv("TINGFENG_CHANNEL_FEISHU_SECRET", SECRET)
        monkeypatch.setattr(outbox, "_PAUSE", 0.0)
        yield made


CHANNEL = Channel(id="feishu", kind="feishu", timeout=60)


def bad_hour() -> "list[Mention]":
    loud = mention(NOW - 30 * MINUTE, text="星河 大号 说 质量 很差", author=LOUD)
    return [*burst(20, text="星河 闪退 崩溃"), loud]


def told(store: "Store", rules: list[Rule] = RULES) -> dict[str, Alert]:
    evaluate(store, rules, [XINGHE], now=NOW)
    deliver(store, [CHANNEL])
    return stored(store)


@pytest.mark.parametrize("placed", [True, False])
def test_one_post_pages_once_with_both_reasons(emptied_store: "Store", bot: Bot, placed: bool) -> None:
    put(emptied_store, bad_hour())
    if placed:
        update_stories(emptied_store, now=NOW)
    alerts = told(emptied_store)
    assert len(alerts) == 2, "nothing is lost"
    assert len(bot.confirmed) == 1
    for alert in alerts.values():
        for part in (alert.title, alert.reason_zh, alert.reason_en, alert.id):
            assert part in bot.confirmed[0], part
    told(emptied_store)
    assert len(bot.confirmed) == 1


@pytest.mark.parametrize("graver", [False, True])
def test_what_fires_a_little_later_pages_again_only_when_graver(emptied_store: "Store", bot: Bot, graver: bool) -> None:
    put(emptied_store, bad_hour())
    told(emptied_store, [BURST])
    later = REACH.model_copy(update={"severity": Severity.CRISIS}) if graver else REACH
    alerts = told(emptied_store, [BURST, later])
    assert len(alerts) == 2
    assert len(bot.confirmed) == (2 if graver else 1)


@pytest.mark.parametrize("step", in_part(range(8), 1, 4, 6))
def test_a_kill_between_any_two_writes_tells_both_once(emptied_store: "Store", bot: Bot, step: int) -> None:
    put(emptied_store, bad_hour())
    with dying(step, records, "send"):
        told(emptied_store)
    told(emptied_store)
    told(emptied_store)
    assert len(stored(emptied_store)) == 2
    first = [text for text in bot.confirmed if "重发" not in text]
    assert len(bot.confirmed) - len(first) <= 1, "only what may have arrived is repeated, and says so"
    assert len(first) <= 1
    assert all("高影响力帖文" in text and "负面突增" in text for text in bot.confirmed)


def test_without_the_index_the_message_still_says_both(emptied_store: "Store", bot: Bot) -> None:
    put(emptied_store, bad_hour())
    evaluate(emptied_store, RULES, [XINGHE], now=NOW)
    spool.keep(emptied_store)
    assert spool.page_directly([CHANNEL], None, now=NOW) == 1
    assert all(alert.reason_zh in bot.confirmed[0] for alert in stored(emptied_store).values())


def test_two_different_posts_are_told_apart(emptied_store: "Store", bot: Bot) -> None:
    put(emptied_store, burst(20, text="星河 闪退 崩溃"))
    put(emptied_store, [mention(NOW - 30 * MINUTE, text="星河 真 不错", author=LOUD, negative=False)])
    told(emptied_store)
    assert len(bot.confirmed) == 2


def test_one_answer_is_for_all_that_the_message_told_of(emptied_store: "Store", bot: Bot) -> None:
    put(emptied_store, bad_hour())
    (joined,) = [alert for alert in told(emptied_store).values() if alert.joined]
    leader = str(joined.joined)
    acknowledge(emptied_store, leader, by="li", now=NOW + MINUTE)
    assert {alert.state for alert in stored(emptied_store).values()} == {State.ACKNOWLEDGED}
    snooze(emptied_store, leader, until=NOW + 9 * MINUTE, by="li", now=NOW + MINUTE)
    assert {alert.snoozed_until for alert in stored(emptied_store).values()} == {NOW + 9 * MINUTE}
    resolve(emptied_store, joined.id, by="wang", now=NOW + 2 * MINUTE)
    assert {alert.resolved_by for alert in stored(emptied_store).values()} == {"wang"}, "whichever of them is answered"


def test_an_answer_that_was_killed_half_way_is_whole_when_given_again(emptied_store: "Store", bot: Bot) -> None:
    put(emptied_store, bad_hour())
    (joined,) = [alert for alert in told(emptied_store).values() if alert.joined]
    leader = str(joined.joined)
    with dying(0, records, "mates"):
        acknowledge(emptied_store, leader, by="li", now=NOW + MINUTE)
    assert stored(emptied_store)[leader].state is State.ACKNOWLEDGED
    acknowledge(emptied_store, leader, by="li", now=NOW + 2 * MINUTE)
    assert stored(emptied_store)[joined.id].state is State.ACKNOWLEDGED
