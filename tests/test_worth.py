"""Was it worth it: people judge alerts, rules have a precision by month, and a noisy rule is told how to be mended."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from config.brand import Brand
from config.page_budget import PageBudget
from indexing.alerts import answers, records
from indexing.alerts.alert import Alert, State, to_document
from indexing.alerts.answers import NotPossible
from indexing.alerts.links import Action as Said
from indexing.alerts.worth import NoSuchWorth, Worth, precision, worth_of
from indexing.detection.mending import _remedy, doubts
from indexing.elasticsearch.bulk import Action, send
from indexing.metrics.expression import Before, evaluate, leaves
from indexing.metrics.of.alerts import PRECISION, PRECISION_HIGH, PRECISION_LOW
from indexing.metrics.where import kql
from indexing.metrics.wilson import share
from tests.alert_examples import example
from tests.story_posts import DAY, HOUR, MINUTE, NOW, make_post, mention, put, rule

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

BRAND = Brand(id="xinghe", name="星河手机", query="星河")
ID = "burst.xinghe.1"


def keep(store: "Store", *alerts: Alert) -> None:
    actions = []
    for alert in alerts:
        actions.append(Action(operation="index", index=store.alias("alerts"), id=alert.id, source=to_document(alert)))
    assert all(done.done for done in send(store.client, actions))
    store.refresh("alerts")


@pytest.mark.parametrize(
    ("said", "meant"),
    [("right", Worth.RIGHT), ("noise: known campaign", Worth.KNOWN_CAMPAIGN), ("Not us", Worth.NOT_US),
     ("wrong_sentiment", Worth.WRONG_SENTIMENT), ("noise:spam", Worth.SPAM), ("too late", Worth.TOO_LATE)],
)  # fmt: skip
def test_the_words_are_those_that_people_say(said: str, meant: Worth) -> None:
    assert worth_of(said) is meant


def test_another_word_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(NoSuchWorth, match="write one of right, known campaign, spam, wrong sentiment"):
        worth_of("meh")


def test_the_panels_interval_is_wilsons() -> None:
    for right, judged in ((0, 10), (10, 10), (5, 10), (1, 1), (50, 100)):
        counts = {"worth: *": float(judged), 'worth: "right"': float(right)}
        asked: dict[Any, float | None] = {
            leaf: counts[kql(leaf.where)] for leaf in leaves(PRECISION_LOW.of) if not isinstance(leaf, Before)
        }
        expected = share(right, judged)
        assert expected is not None
        got = [evaluate(metric.of, asked) for metric in (PRECISION, PRECISION_LOW, PRECISION_HIGH)]
        assert got == [pytest.approx(one) for one in (expected.value, expected.low, expected.high)]


def test_an_alert_is_judged_open_or_over_and_the_last_word_counts(emptied_store: "Store") -> None:
    store = emptied_store
    keep(store, example(id=ID))
    first = answers.answer(store, ID, Said.RESOLVE, by="zhang", now=NOW, worth="spam", key="k")
    assert (first.state, first.worth, first.worth_by, first.worth_at) == (State.RESOLVED, "spam", "zhang", NOW)
    again = answers.answer(store, ID, Said.RESOLVE, by="zhang", now=NOW, worth="spam", key="k")
    assert again == first
    judged = answers.answer(store, ID, Said.JUDGE, by="li", now=NOW + HOUR, worth="right")
    assert (judged.state, judged.worth, judged.worth_by) == (State.RESOLVED, "right", "li")
    store.refresh("alert-events")
    events = [(one["event"], one.get("detail")) for one in records.history(store, ID) if one["event"] == "judged"]
    assert events == [("judged", "noise: spam"), ("judged", "right")]
    with pytest.raises(NotPossible, match="write one of right"):
        answers.judge(store, ID, "meh", by="li", now=NOW)


def test_a_word_to_an_alert_that_is_over_is_said_to_those_that_joined_it(emptied_store: "Store") -> None:
    store = emptied_store
    joined = "reach.xinghe.1"
    keep(store, example(id=ID), example(id=joined, rule="reach", joined=ID))
    answers.resolve(store, ID, by="zhang", now=NOW)
    answers.judge(store, ID, "spam", by="zhang", now=NOW + HOUR)
    other = records.find(store, [joined])[0]
    assert (other.state, other.worth, other.worth_by) == (State.RESOLVED, "spam", "zhang")


def test_precision_is_by_rule_and_month_with_its_interval(
    emptied_store: "Store", monkeypatch: pytest.MonkeyPatch
) -> None:
    from commands.rules import app
    from indexing.elasticsearch import store as stores

    store = emptied_store
    july, august = NOW - 20 * DAY, NOW
    said = [(july, "right"), (july, "spam"), (july, None), (august, "right"), (august, "right"), (august, "not_us")]
    keep(store, *(example(id=f"{ID}{n}", raised_at=at, worth=worth) for n, (at, worth) in enumerate(said)))
    found = precision(store, now=NOW)
    assert [(one.rule, one.month, one.right, one.judged) for one in found] == [
        ("burst", "2026-07", 1, 2),
        ("burst", "2026-08", 2, 3),
    ]
    assert str(found[1]) == "2 of 3 (21% to 94%)"
    monkeypatch.setattr(stores, "open_store", lambda: store)
    assert "2 of 3 (21% to 94%)" in CliRunner().invoke(app, ["list", "--precision"]).output


def test_a_noisy_rule_is_named_with_the_budget_that_would_have_mended_it(emptied_store: "Store") -> None:
    store = emptied_store
    bursts = {22: 15, 17: 15, 12: 15, 3: 120}  # days ago: mentions
    posts = [make_post(n, ago=n * HOUR + 30 * MINUTE, text=f"平常 {n}") for n in range(24 * 33)]
    for days, count in bursts.items():
        posts += [make_post(10_000 * days + n, ago=days * DAY - n * 5 * timedelta(seconds=1)) for n in range(count)]
    put(store, [mention(post) for post in posts])
    keep(
        store,
        *(
            example(
                id=f"noisy.xinghe.{days}",
                rule="noisy",
                raised_at=NOW - days * DAY,
                began_at=NOW - days * DAY,
                last_at=NOW - days * DAY + HOUR,
                worth="right" if count > 100 else "known_campaign",
            )
            for days, count in bursts.items()
        ),
    )
    noisy = rule("negative_burst", id="noisy", min_count=10, min_share=0.5, pages=PageBudget(at_most=8, per="month"))
    told = doubts(store, [noisy, rule("frequency", id="quiet", min_count=9)], [BRAND], now=NOW)
    assert told.splitlines()[0].startswith(
        "规则 noisy 近 30 天判过 4 次，只有 1 次该叫；把它改成 pages: {at_most: 1, per: month}"
    )
    assert "Rule noisy: 1 of 4 (5% to 70%) right in 30 days; pages: {at_most: 1, per: month} would" in told
    assert "quiet" not in told


def test_a_noisy_rule_is_told_what_fits_its_kind(emptied_store: "Store") -> None:
    store = emptied_store
    said = [(id, n) for id in ("noisy", "hot") for n in range(3)]
    keep(store, *(example(id=f"{id}.xinghe.{n}", rule=id, raised_at=NOW - DAY, worth="spam") for id, n in said))
    rules = [
        rule("negative_burst", id="noisy", min_count=10, min_share=0.5, ratio=3),
        rule("frequency", id="hot", min_count=9),
    ]
    told = doubts(store, rules, [BRAND], now=NOW)
    assert "Rule noisy: 0 of 3 (0% to 56%) right in 30 days; no budget would have mended it: narrow its query" in told
    assert "Rule hot: 0 of 3 (0% to 56%) right in 30 days; narrow its query or raise what it takes to fire." in told
    assert _remedy(rules[0], PageBudget(at_most=1, per="month")).en.startswith(
        "pages: {at_most: 1, per: month} in place"
    )
