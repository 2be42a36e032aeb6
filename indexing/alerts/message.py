"""What a receiver reads: a title, plain lines and links for people, a body for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from config import settings
from config.rule import Severity
from indexing.alerts.alert import Alert, Delivery, Quote, State, to_document
from indexing.alerts.brand_label import brand_label
from indexing.alerts.facts import Facts, clock, facts_of
from indexing.alerts.links import LIFETIME, Action, Claim, alert_address, sign
from indexing.alerts.plain_text import plain_text

__all__ = ["Link", "Message", "of_alert", "of_words"]

_SEVERITY = {
    Severity.NOTICE: "提示预警",
    Severity.WARNING: "警告预警",
    Severity.SERIOUS: "严重预警",
    Severity.CRISIS: "危机预警",
}
_ROUND = {
    "step": "升级",
    "repeat": "再次提醒",
    "woken": "暂缓到期",
    "reopened": "复发",
    "graver": "加重",
    "followup": "跟进",
}
_ANSWERS = {
    Action.ACKNOWLEDGE: "认领 ack",
    Action.ASSIGN: "转交 assign",
    Action.SNOOZE: "暂缓 snooze",
    Action.RESOLVE: "解除 resolve",
}
_TITLE_LENGTH, _WORD_LENGTH, _RUNBOOK_LENGTH, _REASON_LENGTH = 80, 24, 500, 300
_MOST_PEOPLE = 3
_MOST_ALSO, _MOST_TITLES = 10, 2
_EVIDENCE = "全部证据与经过 all evidence and history"


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
    test: bool = False,
) -> Message:
    """Return the alert's message; one that may have arrived before is marked 重发.

    `others` are the alerts that it speaks of too, `names` the people's names by their ids. A `test` tells nothing that
    has happened.
    """
    marks = ["测试预警"] if test else [_SEVERITY[alert.severity], *_round(delivery.message)]
    marks += ["已平息"] if alert.state is State.RESOLVED else []
    marks += ["重发"] if delivery.unsure else []
    title = "".join(f"【{mark}】" for mark in marks) + f"{_titles(alert, others)} {brand_label(alert.brand)}"
    follows = delivery.message.startswith("followup.")
    told = _followed(alert, others) if follows else _lines(alert, others, delivery.people, names or {})
    lines = tuple(told)
    links = tuple(_links(alert, delivery, names or {}, now or datetime.now(UTC)))
    document = to_document(alert)
    del document["delivery"]
    first = f"{alert.id}:{delivery.channel}"
    body = {"version": 1, "test": test, "id": alert.id, "message": delivery.message, "repeat": delivery.unsure}
    body |= {"incident": alert.incident or alert.id, "wakes": not follows}
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


def _titles(alert: Alert, others: Sequence[Alert]) -> str:
    """Return what it is about; the titles of what is told with it follow, each once."""
    titles = [plain_text(one.title, _TITLE_LENGTH) for one in (alert, *others)]
    return " + ".join([*dict.fromkeys(titles)][: 1 + _MOST_TITLES])


def _lines(alert: Alert, others: Sequence[Alert], people: Sequence[str], names: Mapping[str, str]) -> Iterator[str]:
    if people:
        yield "值班 on duty: " + "、".join(plain_text(names.get(id, id), _WORD_LENGTH) for id in people)
    yield alert.reason_zh
    yield alert.reason_en
    yield from _also(others)
    yield from _facts(facts_of(alert, names))
    yield f"处置 runbook: {alert.runbook[:_RUNBOOK_LENGTH]}"
    yield f"负责 owner: {plain_text(alert.owner, _TITLE_LENGTH)}"
    yield f"预警编号 id: {alert.id}"
    if not settings.public_url():
        yield f"{_EVIDENCE}: tingfeng alerts explain {alert.id}"


def _followed(alert: Alert, others: Sequence[Alert]) -> Iterator[str]:
    """Yield what has joined an incident since; who is on duty was told of the incident itself."""
    yield (
        f"已告知的警情又并入 {len(others)} 条，无需另行处理。"
        f"{len(others)} more joined an incident that you were told of; nothing else is to be done."
    )
    yield from _also(others)
    yield f"警情 incident: {alert.incident or alert.id} {alert.reason_zh[:_REASON_LENGTH]}"
    if not settings.public_url():
        yield f"{_EVIDENCE}: tingfeng alerts explain {alert.id}"


def _also(others: Sequence[Alert]) -> Iterator[str]:
    for other in others[:_MOST_ALSO]:
        about = f"同时 also: {plain_text(other.title, _TITLE_LENGTH)} {other.id}"
        yield f"{about} {other.reason_zh[:_REASON_LENGTH]} {other.reason_en[:_REASON_LENGTH]}"
    if len(others) > _MOST_ALSO:
        yield f"同时另有 {len(others) - _MOST_ALSO} 条 more with it"


def _facts(facts: Facts) -> Iterator[str]:
    yield f"时段 window: {facts.window.zh} {facts.window.en}"
    if facts.figures:
        shown = (
            f"{plain_text(one.label.zh, _WORD_LENGTH)} {plain_text(one.label.en, _WORD_LENGTH)} {one.text}"
            + (f"（平时 usual {one.usual}）" if one.usual else "")
            for one in facts.figures
        )
        yield "数字 figures: " + " · ".join(shown)
    if facts.platforms:
        named = (f"{plain_text(platform, _WORD_LENGTH)} {mentions}" for platform, mentions in facts.platforms)
        yield "平台 platforms: " + "、".join(named)
    if facts.words:
        yield "突出的词 words: " + "、".join(f"{plain_text(w.word, _WORD_LENGTH)} {w.mentions}" for w in facts.words)
    for number, quote in enumerate(facts.quotes, start=1):
        yield f"{number}. {_quoted(quote)}"
    if facts.more:
        yield f"{facts.more.zh} {facts.more.en}"
    for one in facts.earlier:
        yield f"此前 earlier: {one.id} {clock(one.raised_at)} · {one.ended.zh} {one.ended.en}"


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
    yield Link(label=_EVIDENCE, url=alert_address(alert.id, now + LIFETIME))


def _quoted(quote: Quote) -> str:
    engagement = f"互动 {quote.engagement}" if quote.engagement is not None else None
    mentions = f"{quote.mentions} 条 mentions" if quote.mentions and quote.mentions > 1 else None
    about = " · ".join(filter(None, (quote.author, engagement, mentions, quote.url)))
    return f"「{quote.text}」 {about}".rstrip()
