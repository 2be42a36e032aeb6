"""`flatline` on the index: windows with too few mentions, unless nobody listened then."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.flatline import Facts, When
from config.rule import Rule
from indexing.detection.counted import found_by
from indexing.detection.found import Found, Span
from indexing.detection.gaps import without_unheard
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, joined
from indexing.detection.series import Look
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return where there were too few mentions; a brand is not silent where its feeds were not heard (`absence`)."""
    when = cast(When, rule.when)

    def judge(line: Timeline, stop: int) -> Verdict:
        start = stop - STEPS
        return when.judge(Facts(count=line.count(start, stop), seen_before=line.first < start))

    look = Look(window=when.window, past=when.history)
    found = yield from found_by(rule, brands, look, span, judge)
    return (yield from without_unheard(found, when.history))


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    count, least = (round(found.verdict.figure(figure)) for figure in ("count", "threshold"))
    return joined(
        found, name, span, f"仅 {count} 条提及（至少应有 {least} 条）", f"only {count:,} mentions of at least {least:,}"
    )
