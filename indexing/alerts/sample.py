"""A message as every alert's, with all its fields, that says that it is a test."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.rule import Severity
from indexing.alerts.alert import (
    Alert,
    Delivery,
    Earlier,
    Evidence,
    PlatformCount,
    Quote,
    State,
    Word,
)
from indexing.alerts.figure import Figure, Question
from indexing.alerts.message import Message, of_alert

__all__ = ["SAMPLE", "sample_message"]

SAMPLE = "channels-test"
"""The rule of the alert that a test message tells."""


def sample_message(channel: str) -> Message:
    """Return the message; each call gives another one, so that no receiver takes it for a repetition."""
    now = datetime.now(UTC)
    message = of_alert(_alert(now), Delivery(channel=channel), now=now, test=True)
    return replace(message, key=f"{message.key}:{uuid.uuid4().hex}")


def _alert(now: datetime) -> Alert:
    figure = Figure(name="count", value=1, usual=0, unit="mentions", question='["window", "hits", "total", "value"]')
    return Alert(
        id=f"{SAMPLE}.test.1",
        fingerprint=f"{SAMPLE}.test",
        rule=SAMPLE,
        kind="any",
        title="听风 tingfeng",
        brand="test",
        severity=Severity.NOTICE,
        state=State.FIRING,
        raised_at=now,
        began_at=now,
        last_at=now,
        evaluated_at=now,
        window_start=now - timedelta(hours=1),
        window_end=now,
        weight=1.0,
        figures=(figure,),
        questions=(Question(id="window", index="tingfeng-mentions", body={"size": 0, "query": {"match_none": {}}}),),
        reason_zh="这是一条测试消息，无需处理。",
        reason_en="This is a test; nothing needs to be done.",
        said=(figure.name,),
        evidence=_evidence(now),
        earlier=(_earlier(now),),
        owner="tingfeng",
        runbook="无需处理 nothing to be done",
    )


def _evidence(now: datetime) -> Evidence:
    quote = Quote(
        id="test:post:1:test",
        platform="test",
        published_at=now,
        text="这是一条测试消息，无需处理。 This is a test; nothing needs to be done.",
        author="tingfeng",
        url="https://example.org/",
        engagement=1,
        followers=1,
        mentions=1,
    )
    return Evidence(
        ids=(quote.id,),
        total=1,
        quotes=(quote,),
        words=(Word(word="测试", mentions=1, usual=0),),
        platforms=(PlatformCount(platform="test", mentions=1),),
    )


def _earlier(now: datetime) -> Earlier:
    return Earlier(
        id=f"{SAMPLE}.test.0",
        raised_at=now - timedelta(days=1),
        state=State.RESOLVED,
        resolved_at=now - timedelta(hours=23),
        resolved_by="tingfeng",
        reason="test",
    )
