"""Reasons in words: one table, each kind in both languages."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from config.both import Both
from config.settings import DAY_ZONE
from indexing.alerts.message_names import FIRST, message_name
from indexing.alerts.reason import Because, Reason
from indexing.alerts.worth import label_of

__all__ = ["in_one", "said"]

_CALM = Both(
    "此前 {among} 次中有 {count} 次自行平息，多在 {minutes} 分钟内",
    "{count} of {among} before it calmed by themselves, mostly within {minutes} minutes",
)
_SAID: Mapping[Because, Both] = MappingProxyType(
    {
        Because.SNOOZED: Both("已暂缓至 {until}", "snoozed until {until}"),
        Because.KNOWN: Both("{by} 在通知前已知悉", "{by} knew of it before it was told"),
        Because.NOBODY: Both("规则没有写通知谁", "its rule names nobody to tell"),
        Because.QUIET: Both("安静时段，只有危机级预警会通知", "quiet hours, which only a crisis breaks"),
        Because.WAITS: Both("等同一警情的其他预警，至 {until}", "waits for others of its incident until {until}"),
        Because.HEARD: Both(
            "首批接收人已收到同一警情的另一预警", "its first receivers heard of another alert of its incident"
        ),
        Because.TOGETHER: Both("已随 {of} 一并通知", "told together with {of}"),
        Because.LOOKED_AFTER: Both("{by} 正在处理", "{by} looks after it"),
        Because.REPLIED: Both("品牌账号已回应该事件", "the brand's own account has answered the story"),
        Because.CRISIS: Both("属于危机 {of}", "part of the crisis {of}"),
        Because.SILENCE: Both(
            "静默 {of}（{matcher}），{by} 设至 {until}", "silence {of} ({matcher}) by {by} until {until}"
        ),
        Because.HELD_UNTIL: Both(f"暂不通知，至 {{until}}：{_CALM.zh}", f"held back until {{until}}: {_CALM.en}"),
        Because.HELD_FOR_MORE: Both(
            f"暂不通知，再次触发才通知：{_CALM.zh}", f"held back until it fires again: {_CALM.en}"
        ),
        Because.CALMED: Both(f"已自行平息：{_CALM.zh}", f"calmed by itself, as {_CALM.en}"),
        Because.FELL_SILENT: Both("整个时间窗内没有再触发", "nothing has fired for a whole window"),
        Because.WITH: Both("随 {of}", "with {of}"),
        Because.ACKNOWLEDGED_BY: Both("{among} 人中的第 {count} 人", "{count} of {among} people"),
        Because.ASSIGNED: Both("交给 {people}", "to {people}"),
        Because.JUDGED: Both("{worth}", "{worth}"),
        Because.MOVED: Both("{before} → {of}", "{before} → {of}"),
        Because.MESSAGE: Both("{message}", "{message}"),
        Because.WRITTEN: Both("{words}", "{words}"),
    }
)
_SOMEBODY = Both("有人", "somebody")
_OVER = Both("，现已结束", ", and it is over")
_WORDS = Both("：", ": ")
_SEVERAL = Both("、", ", ")
_PARTS = Both("；", "; ")


def said(reason: Reason, named: Callable[[str], str] = str) -> Both:
    """Return the reason in both languages; `named` tells what to call a person."""
    return Both(_in(0, reason, named), _in(1, reason, named))


def in_one(reason: Reason, named: Callable[[str], str] = str) -> str:
    """Return the reason in both languages on one line, what somebody said once."""
    if reason.kind is Because.WRITTEN or not reason.words:
        return " ".join(dict.fromkeys(said(reason, named)))
    told = " ".join(dict.fromkeys(said(msgspec.structs.replace(reason, words=None), named)))
    return ": ".join(filter(None, (told, reason.words)))


def _in(language: int, reason: Reason, named: Callable[[str], str]) -> str:
    """Return the reason in the first or the second of the two languages, its own words behind it."""
    text = _SAID[reason.kind][language].format(
        until=_minute(reason.until),
        by=named(reason.by) if reason.by else _SOMEBODY[language],
        people=_SEVERAL[language].join(map(named, reason.people)),
        of=reason.of,
        before=reason.before,
        matcher=reason.matcher,
        count=reason.count,
        among=reason.among,
        minutes=reason.minutes,
        worth=label_of(reason.of or "")[language],
        message=_PARTS[language].join(_of_message(language, reason, named)),
        words=(reason.words_en if language else None) or reason.words,
    )
    if reason.words and reason.kind is not Because.WRITTEN:
        text = _WORDS[language].join(filter(None, (text, reason.words)))
    return text + (_OVER[language] if reason.over else "")


def _of_message(language: int, reason: Reason, named: Callable[[str], str]) -> Iterator[str]:
    if reason.of and reason.of != FIRST:
        yield message_name(reason.of)[language]
    if reason.people:
        yield Both("通知 ", "to ")[language] + _SEVERAL[language].join(map(named, reason.people))
    if reason.also:
        yield Both("连同 ", "together with ")[language] + _SEVERAL[language].join(reason.also)


def _minute(moment: datetime | None) -> str:
    """Return the moment to the minute, as the clocks of Asia/Shanghai show it."""
    return moment.astimezone(DAY_ZONE).strftime("%Y-%m-%d %H:%M") if moment else "?"
