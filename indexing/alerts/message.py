"""What a receiver reads: a title and plain text for people, a body for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.rule import Severity
from indexing.alerts.alert import Alert, Quote, State, to_document
from indexing.alerts.plain import plain

__all__ = ["Message", "of_alert"]

_SEVERITY = {
    Severity.NOTICE: "提示",
    Severity.WARNING: "警告",
    Severity.SERIOUS: "严重",
    Severity.CRISIS: "危机",
}
_TITLE_LENGTH, _WORD_LENGTH, _RUNBOOK_LENGTH = 80, 24, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one channel; the same `key` is the same message, however often it arrives."""

    key: str
    title: str
    text: str
    body: Mapping[str, Any]


def of_alert(alert: Alert, channel: str, *, repeat: bool) -> Message:
    """Return the alert's message; `repeat` marks one that may have arrived before."""
    marks = [_SEVERITY[alert.severity]]
    marks += ["已平息"] if alert.state is State.RESOLVED else []
    marks += ["重发"] if repeat else []
    title = "".join(f"【{mark}】" for mark in marks) + f"{plain(alert.title, _TITLE_LENGTH)} {alert.brand}"
    text = "\n".join(_lines(alert))
    body = to_document(alert)
    del body["delivery"]
    return Message(
        key=f"{alert.id}:{channel}",
        title=title,
        text=text,
        body={"version": 1, "id": alert.id, "repeat": repeat, "title": title, "text": text, "alert": body},
    )


def _lines(alert: Alert) -> Iterator[str]:
    yield alert.reason_zh
    yield alert.reason_en
    evidence = alert.evidence
    if evidence.platforms:
        yield "平台: " + "、".join(f"{plain(p.platform, _WORD_LENGTH)} {p.mentions}" for p in evidence.platforms)
    if evidence.words:
        yield "突出的词: " + "、".join(f"{plain(w.word, _WORD_LENGTH)} {w.mentions}" for w in evidence.words)
    for number, quote in enumerate(evidence.quotes, start=1):
        yield f"{number}. {_quoted(quote)}"
    yield f"处置 runbook: {alert.runbook[:_RUNBOOK_LENGTH]}"
    yield f"负责 owner: {plain(alert.owner, _TITLE_LENGTH)}"
    yield f"编号 id: {alert.id}"


def _quoted(quote: Quote) -> str:
    engagement = f"互动 {quote.engagement}" if quote.engagement is not None else None
    about = " · ".join(filter(None, (quote.author, engagement, quote.url)))
    return f"「{quote.text}」 {about}".rstrip()
