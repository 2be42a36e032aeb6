"""A detection limit in sentences, as a table's rows, and as JSON."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from config.both import Both
from config.duration import written
from indexing.limit.curve import Curve, fewest_trials
from indexing.limit.limit import Limit

__all__ = ["as_json", "rows", "sentences"]

_NAMES = {"all": Both("全天", "all day"), "day": Both("白天 7–23", "day"), "night": Both("夜间 23–7", "night")}


def sentences(limit: Limit) -> Iterator[Both]:
    """Yield what the limit promises, one thing a sentence."""
    hour, every, night = (limit.curve(name) for name in ("speed 1:00:00", "all", "night"))
    if promised := next((one for one in (hour, every) if one and one.posts is not None), None):
        yield _promise(promised)
    else:
        yield _no_promise(every or hour, Both("", ""))
    if night and night.posts is not None:
        yield Both(f"夜间（23–7 点）从 {night.posts} 条起", f"At night (23 to 7 o'clock) from {night.posts}")
    elif night:
        yield _no_promise(night, Both("夜间（23–7 点）", "At night (23 to 7 o'clock): "))
    if limit.arrives_after is not None:
        minutes = _minutes(limit.arrives_after)
        yield Both(
            f"帖文发布后 {minutes} 分钟（中位数）才入库，须另加",
            f"Posts reach the index {minutes} minutes after they are published (median): that comes on top",
        )


def _promise(curve: Curve) -> Both:
    within = Both("一小时内", " in an hour") if curve.name != "all" else Both("", "")
    return Both(
        f"{within.zh} {curve.posts} 条负面起，{curve.sure:.0%} 会叫醒您（区间 {_interval(curve)}）{_soon(curve).zh}",
        f"From {curve.posts} negative posts{within.en} you hear of it with {curve.sure:.0%} ({_interval(curve)})"
        f"{_soon(curve).en}",
    )


def _no_promise(curve: Curve | None, when: Both) -> Both:
    """Say that nothing can be promised, and whether that is the rule's doing or that of too few trials."""
    trials = curve.trials if curve else 0
    sure = f"{curve.sure:.0%}" if curve else "95 %"
    if curve and trials >= fewest_trials(curve.sure):
        return Both(f"{when.zh}任何数量都达不到这个把握", f"{when.en}No number of posts is heard of that surely")
    half = _half(curve) if curve else None
    heard = Both(f"，半数从 {half} 条起", f"; half are heard of from {half} posts on") if half else Both("", "")
    return Both(
        f"{when.zh}只试了 {trials} 次，不足以承诺 {sure}{heard.zh}：把 --since 放远些",
        f"{when.en}{trials} trials are too few to promise {sure}{heard.en}: look further back with --since",
    )


def _half(curve: Curve) -> int | None:
    return next((point.posts for point in curve.points if point.probability >= 0.5), None)


def _soon(curve: Curve) -> Both:
    if curve.median_delay is None:
        return Both("", "")
    half = _minutes(curve.median_delay)
    if curve.sure_delay is None:
        return Both(f"，半数在首帖后 {half} 分钟内", f", half of the time within {half} minutes of the first")
    all_ = _minutes(curve.sure_delay)
    return Both(
        f"，半数在首帖后 {half} 分钟内，{curve.sure:.0%} 在 {all_} 分钟内",
        f", half of the time within {half} minutes of the first post, {curve.sure:.0%} within {all_}",
    )


def _interval(curve: Curve) -> str:
    return f"{curve.low if curve.low is not None else '?'}–{curve.high if curve.high is not None else '?'}"


def _minutes(length: timedelta) -> int:
    return -(-int(length.total_seconds()) // 60)


def rows(limit: Limit) -> Iterator[tuple[str, ...]]:
    """Yield what, trials, posts for 50 %, posts for the probability asked for, their interval, two delays."""
    for curve in limit.curves:
        median, sure = (
            str(_minutes(one)) if one is not None else "–" for one in (curve.median_delay, curve.sure_delay)
        )
        posts = str(curve.posts) if curve.posts is not None else "–"
        yield _name(curve), str(curve.trials), str(_half(curve) or "–"), posts, _interval(curve), median, sure


def _name(curve: Curve) -> str:
    if curve.name in _NAMES:
        return f"{_NAMES[curve.name].zh} {_NAMES[curve.name].en}"
    hours, minutes, seconds = (int(part) for part in curve.name.removeprefix("speed ").split(":"))
    return f"{written(timedelta(hours=hours, minutes=minutes, seconds=seconds))} 内传开 spread"


def as_json(limit: Limit) -> dict[str, Any]:
    """Return all of it as JSON's values; lengths of time in seconds."""
    told = dict(msgspec.to_builtins(limit, builtin_types=(timedelta,)))
    return told | _plain(limit)


def _plain(limit: Limit) -> dict[str, Any]:
    curves = [
        {
            **msgspec.to_builtins(curve, builtin_types=(timedelta,)),
            "median_delay": _in_seconds(curve.median_delay),
            "sure_delay": _in_seconds(curve.sure_delay),
        }
        for curve in limit.curves
    ]
    return {
        "curves": curves,
        "arrives_after": _in_seconds(limit.arrives_after),
        "sentences": [{"zh": one.zh, "en": one.en} for one in sentences(limit)],
    }


def _in_seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
