"""`any` on the index: whatever the rule's query matches."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.any import Facts, When
from config.rule import Rule
from indexing.detection.counted import found_by
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, joined
from indexing.detection.series import Look
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return where there was any mention."""
    when = cast(When, rule.when)

    def judge(line: Timeline, stop: int) -> Verdict:
        return when.judge(Facts(count=line.count(stop - STEPS, stop)))

    look = Look(window=when.window, late=when.late, least=1)
    return (yield from found_by(rule, brands, look, span, judge))


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    count = round(found.verdict.figure("count"))
    return joined(found, name, span, f" {count} 条符合规则的提及", f"{count:,} mentions that match the rule")
