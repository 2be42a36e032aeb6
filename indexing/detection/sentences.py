"""The parts that reasons are made of: the same figures give the same sentence, in Chinese and in English."""

from dataclasses import dataclass
from datetime import timedelta

from config.settings import DAY_ZONE
from indexing.alerts.plain_text import plain_text
from indexing.detection.found import Found, Span

__all__ = ["Said", "about", "amount", "joined", "other_analysis", "percent", "window_of"]

_UNITS = (
    (timedelta(days=1), "天", "day"),
    (timedelta(hours=1), "小时", "hour"),
    (timedelta(minutes=1), "分钟", "minute"),
)
_NAME_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The same words in both languages; times are in Asia/Shanghai."""

    zh: str
    en: str


def about(name: str) -> str:
    """Return a name that people or posts gave as it may stand in a sentence."""
    return plain_text(name, _NAME_LENGTH)


def percent(share: float) -> str:
    """Return a share, 0 to 1, as a whole percentage."""
    return f"{share:.0%}"


def amount(length: timedelta) -> Said:
    """Return the length in the largest unit that divides it and counts to more than one."""
    for unit, zh, en in _UNITS:
        if length % unit == timedelta(0) and (length // unit > 1 or unit == _UNITS[-1][0]):
            number = length // unit
            return Said(zh=f"{number} {zh}", en=f"{number} {en}{'s' if number > 1 else ''}")
    seconds = int(length.total_seconds())
    return Said(zh=f"{seconds} 秒", en=f"{seconds} seconds")


def window_of(found: Found, span: Span) -> Said:
    """Return when: in the last hour, or between two moments."""
    length = amount(found.end - found.start)
    if found.end == span.now:
        return Said(zh=f"近 {length.zh}", en=f"in the last {length.en}")
    start, end = (moment.astimezone(DAY_ZONE) for moment in (found.start, found.end))
    between = f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}"
    return Said(zh=f"{between} 的 {length.zh}", en=f"in {length.en} ({between})")


def other_analysis(found: Found, span: Span) -> Said:
    """Return the caution that window and usual are not of one analysis; nothing where they are."""
    if span.changed_at is None or found.usual_since is None or found.usual_since >= span.changed_at:
        return Said(zh="", en="")
    at = f"{span.changed_at.astimezone(DAY_ZONE):%m-%d %H:%M}"
    return Said(
        zh=f" 注意：品牌、词表或模型在 {at} 变过，此前的声量尚未按新的重新分析，与平日的比较仅供参考。",
        en=f" Caution: brands, words or models changed at {at}; what is called usual is not all analysed that way yet.",
    )


def joined(found: Found, name: str, span: Span, zh: str, en: str) -> Said:
    """Return the usual sentence: when, who, what."""
    at = window_of(found, span)
    return Said(zh=f"{at.zh}，{about(name)}{zh}。", en=f"{about(name)}: {en} {at.en}.")
