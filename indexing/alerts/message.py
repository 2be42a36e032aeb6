"""What a receiver reads: a title, plain lines and links for people, a body for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from config import settings
from config.rule import Severity
from indexing.alerts.alert import Alert, Delivery, Quote, State, to_document
from indexing.alerts.links import LIFETIME, Action, Claim, sign
from indexing.alerts.plain_text import plain_text

__all__ = ["Link", "Message", "of_alert", "of_words"]

_SEVERITY = {
    Severity.NOTICE: "提示预警",
    Severity.WARNING: "警告预警",
    Severity.SERIOUS: "严重预警",
    Severity.CRISIS: "危机预警",
}
_ROUND = {"step": "升级", "repeat": "再次提醒", "woken": "暂缓到期", "reopened": "复发"}
_ANSWERS = {
    Action.ACKNOWLEDGE: "认领 ack",
    Action.ASSIGN: "转交 assign",
    Action.SNOOZE: "暂缓 snooze",
    Action.RESOLVE: "解除 resolve",
}
_TITLE_LENGTH, _WORD_LENGTH, _RUNBOOK_LENGTH, _REASON_LENGTH = 80, 24, 500, 300
_MOST_PEOPLE = 3
_MOST_ALSO = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that answers the alert for one person; never to be logged."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one channel; the same `key` is the same message, however often it arrives."""

    key: str
    title: str
    lines: tuple[str, ...]
    body: Mapping[str, Any]
    links: tuple[Link, ...] = ()
    thread: str = ""
    """The key of the message that this one follows on, or its own."""
    parts: int = 0
    """How many parts of it, where the receiver takes it in parts, are confirmed."""

    @property
    def text(self) -> str:
        """The lines, without the links."""
        return "\n".join(self.lines)

    @property
    def whole(self) -> str:
        """All of it as plain text."""
        return "\n".join([*self.lines, *(f"{link.label}: {link.url}" for link in self.links)])


def of_alert(
    alert: Alert,
    delivery: Delivery,
    *,
    others: Sequence[Alert] = (),
    names: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Message:
    """Return the alert's message; one that may have arrived before is marked 重发.

    `others` are the alerts that it speaks of too, `names` the people's names by their ids.
    """
    marks = [_SEVERITY[alert.severity], *_round(delivery.message)]
    marks += ["已平息"] if alert.state is State.RESOLVED else []
    marks += ["重发"] if delivery.unsure else []
    title = "".join(f"【{mark}】" for mark in marks) + f"{plain_text(alert.title, _TITLE_LENGTH)} {alert.brand}"
    lines = tuple(_lines(alert, others, [(names or {}).get(id, id) for id in delivery.people]))
    links = tuple(_links(alert, delivery, names or {}, now or datetime.now(UTC)))
    document = to_document(alert)
    del document["delivery"]
    first = f"{alert.id}:{delivery.channel}"
    body = {"version": 1, "id": alert.id, "message": delivery.message, "repeat": delivery.unsure}
    body |= {"title": title, "text": "\n".join(lines), "alert": document, "also": [other.id for other in others]}
    return Message(
        key=first if delivery.message == "raised" else f"{first}:{delivery.message}",
        title=title,
        lines=lines,
        body={**body, "links": msgspec.to_builtins(links)},
        links=links,
        thread=first,
        parts=delivery.parts,
    )


def of_words(key: str, title: str, text: str, **fields: Any) -> Message:
    """Return a message that is about no alert: the operations', the heartbeat."""
    body = {"version": 1, **fields, "title": title, "text": text}
    return Message(key=key, title=title, lines=tuple(text.split("\n")), body=body, thread=key)


def _round(message: str) -> Iterator[str]:
    kind, _, rest = message.partition(".")
    if kind == "instead":
        yield f"代 {plain_text(rest.partition('.')[0], _WORD_LENGTH)} 发送"
    elif kind in _ROUND:
        yield _ROUND[kind]


def _lines(alert: Alert, others: Sequence[Alert], people: Sequence[str]) -> Iterator[str]:
    if people:
        yield "值班 on duty: " + "、".join(plain_text(name, _WORD_LENGTH) for name in people)
    yield alert.reason_zh
    yield alert.reason_en
    evidence = alert.evidence
    if evidence.platforms:
        yield "平台: " + "、".join(f"{plain_text(p.platform, _WORD_LENGTH)} {p.mentions}" for p in evidence.platforms)
    if evidence.words:
        yield "突出的词: " + "、".join(f"{plain_text(w.word, _WORD_LENGTH)} {w.mentions}" for w in evidence.words)
    for number, quote in enumerate(evidence.quotes, start=1):
        yield f"{number}. {_quoted(quote)}"
    for other in others[:_MOST_ALSO]:
        yield f"同组 also: {plain_text(other.title, _TITLE_LENGTH)} {other.id} {other.reason_zh[:_REASON_LENGTH]}"
    if len(others) > _MOST_ALSO:
        yield f"同组另有 {len(others) - _MOST_ALSO} 条 more of the group"
    yield f"处置 runbook: {alert.runbook[:_RUNBOOK_LENGTH]}"
    yield f"负责 owner: {plain_text(alert.owner, _TITLE_LENGTH)}"
    yield f"预警编号 id: {alert.id}"


def _links(alert: Alert, delivery: Delivery, names: Mapping[str, str], now: datetime) -> Iterator[Link]:
    if not (base := settings.public_url()):
        return
    people = delivery.people[:_MOST_PEOPLE] or (alert.owner,)
    for person in people:
        shown = f"{plain_text(names.get(person, person), _WORD_LENGTH)} " if len(people) > 1 else ""
        for action, label in _ANSWERS.items():
            claim = Claim(
                alert=alert.id, action=action, person=person, message=delivery.message, expires_at=now + LIFETIME
            )
            yield Link(label=f"{shown}{label}", url=f"{base}/answer/{sign(claim)}")


def _quoted(quote: Quote) -> str:
    engagement = f"互动 {quote.engagement}" if quote.engagement is not None else None
    about = " · ".join(filter(None, (quote.author, engagement, quote.url)))
    return f"「{quote.text}」 {about}".rstrip()
