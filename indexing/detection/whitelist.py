"""`whitelist` on the index: mentions with a value that is not listed."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.whitelist import Facts, When
from config.rule import Rule
from indexing.detection.events import Event, of_lists, values
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import Body, SearchRounds
from indexing.detection.sentences import Said, about, joined

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the mentions without a listed value."""
    when = cast(When, rule.when)

    def judge(event: Event) -> Verdict:
        return when.judge(Facts(values=values(event, when.field)))

    strange: Body = {"bool": {"must_not": [{"terms": {when.field: list(when.values)}}]}}
    there: list[Body] = [{"exists": {"field": when.field}}] if when.ignore_missing else []
    return (yield from of_lists(rule, brands, span, [strange, *there], judge, when.field))


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    count, value = round(found.verdict.figure("count")), about(found.words["value"])
    return joined(
        found,
        name,
        span,
        f" {count} 条提及不含名单内的值（{value}）",
        f"{count:,} mentions without a listed value ({value})",
    )
