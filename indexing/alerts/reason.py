"""Why an alert fired, in words made from its figures alone: the same figures give the same sentence."""

from datetime import datetime, timedelta

from config.brand import Brand
from config.negative_burst import NegativeBurst
from config.settings import DAY_ZONE
from indexing.alerts.detect import Finding
from indexing.alerts.plain import plain

__all__ = ["in_chinese", "in_english"]

_UNITS = (
    (timedelta(days=1), "天", "day"),
    (timedelta(hours=1), "小时", "hour"),
    (timedelta(minutes=1), "分钟", "minute"),
)
_NAME_LENGTH = 40


def in_chinese(finding: Finding, when: NegativeBurst, brand: Brand, now: datetime) -> str:
    """Return the reason in Chinese, times in Asia/Shanghai."""
    figures = finding.figures
    window, history = (_amount(length, chinese=True) for length in (when.window, when.history))
    period = f"近 {window}" if finding.end == now else f"{_span(finding)} 的 {window}"
    sentence = (
        f"{period}，{plain(brand.name, _NAME_LENGTH)} 负面 {figures.negative} 条"
        f"（占全部 {figures.count} 条的 {figures.share:.0%}），"
    )
    if not figures.relative:
        return f"{sentence}过去只有 {figures.past_windows} 个同长度窗口可比，仅按绝对阈值判断。"
    usual = f"过去 {history}内 {figures.past_windows} 个同长度窗口的中位数 {figures.usual:g} 条"
    return f"{sentence}{usual}" + (f"，是平时的 {figures.times:.3g} 倍。" if figures.times else "。")


def in_english(finding: Finding, when: NegativeBurst, brand: Brand, now: datetime) -> str:
    """Return the reason in English, times in Asia/Shanghai."""
    figures = finding.figures
    window, history = (_amount(length, chinese=False) for length in (when.window, when.history))
    period = f"in the last {window}" if finding.end == now else f"in {window} ({_span(finding)})"
    sentence = (
        f"{plain(brand.name, _NAME_LENGTH)}: {figures.negative:,} negative mentions {period}, "
        f"{figures.share:.0%} of {figures.count:,}; "
    )
    if not figures.relative:
        return f"{sentence}only {figures.past_windows} earlier windows to compare with, so absolute thresholds decide."
    usual = f"median of {figures.past_windows} such windows in the {history} before: {figures.usual:g}"
    return f"{sentence}{usual}" + (f", {figures.times:.3g} times the usual." if figures.times else ".")


def _amount(length: timedelta, *, chinese: bool) -> str:
    """Return the length in the largest unit that divides it and counts to more than one."""
    for unit, zh, en in _UNITS:
        if length % unit == timedelta(0) and (length // unit > 1 or unit == _UNITS[-1][0]):
            number = length // unit
            return f"{number} {zh}" if chinese else f"{number} {en}{'s' if number > 1 else ''}"
    seconds = int(length.total_seconds())
    return f"{seconds} 秒" if chinese else f"{seconds} seconds"


def _span(finding: Finding) -> str:
    start, end = (moment.astimezone(DAY_ZONE) for moment in (finding.start, finding.end))
    return f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}"
