"""`blacklist` on the index: mentions with a listed value."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.blacklist import Facts, When
from config.rule import Rule
from indexing.detection.events import Event, of_lists, values
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, about, joined

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the mentions with a listed value."""
    when = cast(When, rule.when)

    def judge(event: Event) -> Verdict:
        return when.judge(Facts(values=values(event, when.field)))

    listed = {"terms": {when.field: list(when.values)}}
    return (yield from of_lists(rule, brands, span, [listed], judge, when.field))


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    count, value = round(found.verdict.figure("count")), about(found.words["value"])
    return joined(
        found,
        name,
        span,
        f" {count} 条提及含名单内的值（{value}）",
        f"{count:,} mentions with a listed value ({value})",
    )
