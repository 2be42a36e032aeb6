"""`frequency` on the index: mentions over time, held against a count."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.frequency import Facts, When
from config.rule import Rule
from indexing.detection.counted import apart_by, found_by
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, joined
from indexing.detection.series import Look
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return where there were enough mentions within a window."""
    when = cast(When, rule.when)

    def judge(line: Timeline, stop: int) -> Verdict:
        return when.judge(Facts(count=line.count(stop - STEPS, stop)))

    look = Look(window=when.window, late=when.late, least=when.min_count, by=apart_by(when.by))
    return (yield from found_by(rule, brands, look, span, judge))


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    count = round(found.verdict.figure("count"))
    return joined(found, name, span, f" {count} 条提及", f"{count:,} mentions")
