"""A detection limit in sentences, as a table's rows, and as JSON."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from config.both import Both
from config.duration import written
from indexing.limit.curve import Curve
from indexing.limit.limit import Limit

__all__ = ["as_json", "rows", "sentences"]

_NAMES = {"all": Both("全天", "all day"), "day": Both("白天 7–23", "day"), "night": Both("夜间 23–7", "night")}


def sentences(limit: Limit) -> Iterator[Both]:
    """Yield what the limit promises, one thing a sentence."""
    hour = limit.curve("speed 1:00:00") or limit.curve("all")
    night = limit.curve("night")
    if hour is None or hour.posts is None:
        yield Both("任何数量都达不到这个把握", "No number of posts is heard of that surely")
        return
    within = Both("一小时内", " in an hour") if hour.name != "all" else Both("", "")
    yield Both(
        f"{within.zh} {hour.posts} 条负面起，{hour.sure:.0%} 会叫醒您（区间 {_interval(hour)}）{_soon(hour).zh}",
        f"From {hour.posts} negative posts{within.en} you hear of it with {hour.sure:.0%} ({_interval(hour)})"
        f"{_soon(hour).en}",
    )
    if night:
        posts = str(night.posts) if night.posts is not None else None
        yield Both(
            f"夜间（23–7 点）从 {posts} 条起" if posts else "夜间达不到这个把握",
            f"At night (23 to 7 o'clock) from {posts}" if posts else "At night no number is heard of that surely",
        )
    if limit.arrives_after is not None:
        minutes = _minutes(limit.arrives_after)
        yield Both(
            f"帖文发布后 {minutes} 分钟（中位数）才入库，须另加",
            f"Posts reach the index {minutes} minutes after they are published (median): that comes on top",
        )


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
        half = next((str(point.posts) for point in curve.points if point.probability >= 0.5), "–")
        median, sure = (
            str(_minutes(one)) if one is not None else "–" for one in (curve.median_delay, curve.sure_delay)
        )
        posts = str(curve.posts) if curve.posts is not None else "–"
        yield _name(curve), str(curve.trials), half, posts, _interval(curve), median, sure


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
