"""`spike` on the index: each window's mentions against those of the window before it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from config.kinds import Verdict
from config.kinds.spike import Facts, When
from config.rule import Rule
from indexing.detection.counted import apart_by, found_by
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, joined
from indexing.detection.series import Look
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]

_LOOKED_BACK = 8
"""Windows before one, in any of which a mention says that the brand is not new."""


def facts(line: Timeline, stop: int) -> Facts:
    """Return what the window before bucket `stop` is held against."""
    start = stop - STEPS
    return Facts(
        reference=line.count(start - STEPS, start),
        current=line.count(start, stop),
        seen_before=line.first <= start - STEPS,
    )


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return where a window stands out from the one before it."""
    when = cast(When, rule.when)
    up = when.direction == "up"
    look = Look(
        window=when.window,
        late=when.late if up else timedelta(),
        past=_LOOKED_BACK * when.window,
        least=max(1, when.min_current) if up else 0,
        by=apart_by(when.by),
    )

    def judge(line: Timeline, stop: int) -> Verdict:
        return when.judge(facts(line, stop))

    return (yield from found_by(rule, brands, look, span, judge, usual=when.window))


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    reading = found.verdict.reading("count")
    now, before = round(reading.value), round(reading.usual or 0)
    return joined(
        found, name, span, f" {now} 条提及，上一窗口 {before} 条", f"{now:,} mentions, {before:,} in the window before,"
    )
