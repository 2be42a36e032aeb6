"""Reasons are kinds with their parts: said in both languages, and what earlier builds wrote in English still reads."""

import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from indexing.alerts import records
from indexing.alerts.alert import Alert, from_document, to_document
from indexing.alerts.explain import as_happened, explain
from indexing.alerts.message_names import message_name
from indexing.alerts.reason import Because, Reason, as_document, reason_of, written
from indexing.alerts.reason_words import in_one, said
from indexing.elasticsearch.bulk import Action, send
from indexing.evaluation import evaluate
from indexing.evidence.alerts_then import alerts_then
from indexing.evidence.chain import append
from indexing.evidence.line import Item
from indexing.evidence.prove import prove
from indexing.evidence.roots import seal
from tests.alert_examples import NOW, example
from tests.story_posts import DAY, MINUTE

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

UNTIL = datetime(2026, 11, 25, 5, tzinfo=UTC)
PARTS: dict[str, Any] = {
    "until": UNTIL, "by": "li", "people": ("li", "zhang"), "of": "burst.xinghe.1", "before": "burst.xinghe.7",
    "also": ("reach.xinghe.2",), "matcher": "brand = xinghe", "count": 7, "among": 9, "minutes": 4, "words": "发布会",
    "words_en": "a launch", "over": True,
}  # fmt: skip
NAMES = {"li": "李四", "zhang": "张三"}


@pytest.mark.parametrize("kind", list(Because))
def test_every_kind_is_said_in_both_languages_and_survives_the_index(kind: Because) -> None:
    reason = Reason(kind=kind, **PARTS)
    zh, en = said(reason, lambda id: NAMES.get(id, id))
    assert not re.search(r"[a-z]{3,} [a-z]{3,}", zh.replace("brand = xinghe", "")), zh
    assert zh != en
    assert "None" not in zh + en
    assert ("，现已结束" in zh) and (", and it is over" in en)
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(as_document(reason))), Reason) == reason
    assert said(Reason(kind=kind)), "no part is needed"


def test_people_go_by_their_names_and_nobody_by_somebody() -> None:
    reason = Reason(kind=Because.LOOKED_AFTER, by="li")
    assert said(reason, lambda id: NAMES[id]) == ("李四 正在处理", "李四 looks after it")
    assert said(Reason(kind=Because.LOOKED_AFTER)) == ("有人 正在处理", "somebody looks after it")
    silence = Reason(kind=Because.SILENCE, of="s1", matcher="brand = xinghe", by="li", until=UNTIL, words="发布会")
    assert said(silence).zh == "静默 s1（brand = xinghe），li 设至 2026-11-25 13:00：发布会"
    judged = Reason(kind=Because.JUDGED, of="known_campaign")
    assert said(judged) == ("噪音：已知的活动", "noise: known campaign")
    message = Reason(kind=Because.MESSAGE, of="step.2", people=("li",), also=("reach.xinghe.2",), words="503")
    assert said(message) == (
        "第 2 步；通知 li；连同 reach.xinghe.2：503",
        "step 2; to li; together with reach.xinghe.2: 503",
    )


def test_on_one_line_what_somebody_said_stands_once() -> None:
    moved = Reason(kind=Because.MOVED, before="a", of="b", words="同一件事")
    assert in_one(moved) == "a → b: 同一件事"
    put_off = Reason(kind=Because.SNOOZED, until=UNTIL, words="发布会")
    assert in_one(put_off) == "已暂缓至 2026-11-25 13:00 snoozed until 2026-11-25 13:00: 发布会"
    assert in_one(Reason(kind=Because.MESSAGE, of="raised", words="503")) == "503"
    assert in_one(Reason(kind=Because.WRITTEN, words="负面 30 条", words_en="30 negative")) == "负面 30 条 30 negative"


@pytest.mark.parametrize(
    ("message", "zh", "en"),
    [
        ("raised", "首次通知", "first message"),
        ("repeat.1.2", "第 1 步的第 2 次重发", "step 1, repeat 2"),
        ("repeat.1.2.woken.20261125T120000", "第 1 步的第 2 次重发", "step 1, repeat 2"),
        ("step.3", "第 3 步", "step 3"),
        ("woken.20261125T120000", "暂缓到期", "snooze over"),
        ("instead.mail.step.2", "代 mail 发送", "in place of mail"),
        ("x", "x", "x"),
    ],
)
def test_messages_have_names(message: str, zh: str, en: str) -> None:
    assert message_name(message) == (zh, en)


def as_an_earlier_build(alert: Alert, text: str) -> dict[str, Any]:
    """Return the document of an alert as it was written when reasons were English sentences."""
    document = to_document(alert)
    del document["why_held"]
    return {**document, "held": text}


def test_an_alert_of_an_earlier_build_says_what_it_said(emptied_store: "Store") -> None:
    alert = example("burst.xinghe.1", (), step=-1, step_at=None)
    document = as_an_earlier_build(alert, "quiet hours, which only a crisis breaks")
    assert from_document(alert.id, document).why_held == written("quiet hours, which only a crisis breaks")
    assert {field.name for field in fields(Alert)} - to_document(alert).keys() == {"id", "raised_at"}
    index = emptied_store.alias("alerts")
    (answer,) = send(emptied_store.client, [Action(operation="create", index=index, id=alert.id, source=document)])
    assert answer.done
    assert any("quiet hours, which only" in line for line in explain(emptied_store, alert.id))
    evaluate(emptied_store, [], [], now=NOW)
    records.change(emptied_store, alert.id, lambda old: old)
    assert "held" not in to_document(records.find(emptied_store, [alert.id])[0])


def test_events_of_an_earlier_build_are_read_shown_and_proven(
    emptied_store: "Store", tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their documents have no parts: `why-not` still finds who spoke for whom, and the chain of them holds."""
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    noon = datetime(2026, 11, 20, 4, tzinfo=UTC)
    about = {"@timestamp": noon.isoformat(), "rule": "burst", "brand": "xinghe", "channel": None, "by": None}
    kept = [
        {**about, "alert": "a.xinghe.1", "event": "firing", "detail": None},
        {**about, "alert": "a.xinghe.1", "event": "held", "detail": "told together with b.yinhe.1"},
        {**about, "alert": "b.yinhe.1", "brand": "yinhe", "event": "firing", "detail": None},
        {**about, "alert": "b.yinhe.1", "brand": "yinhe", "event": "held", "detail": "li looks after it"},
    ]
    assert reason_of(kept[1]) == Reason(kind=Because.TOGETHER, of="b.yinhe.1")
    assert as_happened(kept[3]).said == ("li looks after it", "li looks after it")
    index = emptied_store.alias("alert-events")
    send(
        emptied_store.client,
        [Action(operation="create", index=index, id=str(n), source=one) for n, one in enumerate(kept)],
    )
    then = {one.id: one for one in alerts_then(emptied_store, "xinghe", noon + MINUTE)}
    assert then["a.xinghe.1"].lead == "b.yinhe.1"
    assert then["b.yinhe.1"].held
    append([Item(kind="event", content=one, keys=(str(one["alert"]),)) for one in kept], now=noon)
    seal(noon + DAY)
    proven = prove("2026-11-20")
    assert (proven.wrong, proven.lines) == ([], len(kept))
