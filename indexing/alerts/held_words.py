"""Why nobody is told of an alert, in both languages: records say it in English, whichever build has written them."""

import re

from config.both import Both

__all__ = ["said_of_held"]

_MOMENT = r"(\d{4}-\d\d-\d\d \d\d:\d\d)"
_OVER = ", and it is over"
_SAID = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        (rf"snoozed until {_MOMENT}", "已暂缓至 {}"),
        (r"somebody knew of it before it was told", "有人在通知前已知悉"),
        (r"(.+) knew of it before it was told", "{} 在通知前已知悉"),
        (r"its rule names nobody to tell", "规则没有写通知谁"),
        (r"quiet hours, which only a crisis breaks", "安静时段，只有危机级预警会通知"),
        (rf"waits for others of its incident until {_MOMENT}", "等同一警情的其他预警，至 {}"),
        (r"its first receivers heard of another alert of its incident", "首批接收人已收到同一警情的另一预警"),
        (r"told together with (\S+)", "已随 {} 一并通知"),
        (r"somebody looks after it", "有人正在处理"),
        (r"(.+) looks after it", "{} 正在处理"),
        (r"the brand's own account has answered the story", "品牌账号已回应该事件"),
        (r"part of the crisis (\S+)", "属于危机 {}"),
        (rf"silence (\S+) \((.*)\) by (.+) until {_MOMENT}: (.*)", "静默 {}（{}），{} 设至 {}：{}"),
        (r"held back until it fires again: (.+)", "暂不通知，再次触发才通知：{}"),
        (rf"held back until {_MOMENT}: (.+)", "暂不通知，至 {}：{}"),
        (r"calmed by itself, as (.+)", "已自行平息：{}"),
        (
            r"(\d+) of (\d+) before it calmed by themselves, mostly within (\d+) minutes",
            "此前 {1} 次中有 {0} 次自行平息，多在 {2} 分钟内",
        ),
    )
)


def said_of_held(why: str) -> Both:
    """Return the reason in both languages; one that nobody knows stays as it is."""
    return Both(_zh(why), why)


def _zh(why: str) -> str:
    if why.endswith(_OVER):
        return f"{_zh(why.removesuffix(_OVER))}，现已结束"
    for pattern, zh in _SAID:
        if found := pattern.fullmatch(why):
            return zh.format(*map(_inner, found.groups()))
    return why


def _inner(part: str) -> str:
    """Return a part of a reason, which is words of people or, after a colon, a reason of its own."""
    return _zh(part) if part.endswith(" minutes") else part
