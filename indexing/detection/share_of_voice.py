"""`share_of_voice` on the index: each brand's share of all brands' mentions over time."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from config.kinds import Verdict
from config.kinds.share_of_voice import Facts, When
from config.rule import Rule
from indexing.detection.counted import IN_WINDOW, episodes_of
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path, ratio
from indexing.detection.search_rounds import Body, SearchRounds
from indexing.detection.sentences import Said, joined, percent
from indexing.detection.series import Look, counting, lines, period, scope
from indexing.detection.timeline import STEPS, Timeline
from indexing.mentions.query_dsl import to_dsl

__all__ = ["find", "say"]

_EVERYBODY = at_path("everybody", "hits", "total", "value")


def everyone(rule: Rule) -> tuple[Body, ...]:
    """Return the filters for all brands' mentions that the rule's query matches."""
    return (to_dsl(rule.parsed),) if rule.parsed else ()


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return where a brand's share moved away from its usual."""
    when = cast(When, rule.when)
    look = Look(window=when.window, past=when.history)
    of = yield from lines(scope(rule, brands), look, brands, span)
    (everybody,) = (yield from lines(everyone(rule), replace(look, group=None), ["*"], span)).values()
    past = when.history // when.window

    def judge(line: Timeline, stop: int) -> Verdict:
        start = stop - STEPS
        before, then = line.past(start, STEPS, past, "count"), everybody.past(start, STEPS, past, "count")
        return when.judge(
            Facts(
                count=line.count(start, stop),
                all=everybody.count(start, stop),
                history=tuple(own / total for own, total in zip(before, then, strict=False) if total),
            )
        )

    found = episodes_of(rule, look, span, of, judge)
    traces = {"all": _EVERYBODY, "share": ratio(IN_WINDOW, _EVERYBODY)}
    return [
        replace(
            one,
            traces={**one.traces, **traces},
            asks={"everybody": counting([*everyone(rule), period(one.start, one.end)])},
        )
        for one in found
    ]


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    reading = found.verdict.reading("share")
    now, usual = percent(reading.value), percent(reading.usual or 0)
    return joined(found, name, span, f"声量占比 {now}，平时 {usual}", f"{now} of all mentions, usually {usual},")
