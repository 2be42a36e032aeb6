"""`new_term` on the index: words that were not there before."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.new_term import Facts, When
from config.rule import Rule
from indexing.detection.counted import IN_WINDOW, found_by, with_earlier
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, about, joined
from indexing.detection.series import Look
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the words that are new and said often enough."""
    when = cast(When, rule.when)
    look = Look(
        window=when.window,
        late=when.late,
        past=when.history,
        measures={"authors": {"terms": {"field": "author.id"}}},
        least=when.min_count,
        by=when.field,
        new=True,
    )
    back = round(when.history / look.step)

    def judge(line: Timeline, stop: int) -> Verdict | None:
        start = stop - STEPS
        if line.count(start, stop) < when.min_count:
            return None
        authors = line.different("authors", start, stop)
        before = line.count(start - back, start)
        return when.judge(Facts(count=line.count(start, stop), authors=authors, before=before))

    traces = {"count": IN_WINDOW, "authors": at_path("window", "aggregations", "authors", "value")}
    found = yield from found_by(rule, brands, look, span, judge, traces=traces, history=when.history)
    earlier = at_path("earlier", "hits", "total", "value")
    return [with_earlier(one, earlier) for one in _heaviest(found)]


def _heaviest(found: list[Found]) -> list[Found]:
    """Return the most said new word of each brand and time: words that come together tell of one thing."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (-one.verdict.weight, one.words["value"])):
        if not any(
            one.brand == other.brand and one.began_at < other.last_at and other.began_at < one.last_at for other in kept
        ):
            kept.append(one)
    return kept


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    count, authors = (round(found.verdict.figure(figure)) for figure in ("count", "authors"))
    word = about(found.words["value"])
    return joined(
        found,
        name,
        span,
        f"出现新词“{word}”：{count} 条，{authors} 个账号",
        f"a new word, {word}, in {count:,} mentions by {authors:,} accounts",
    )
