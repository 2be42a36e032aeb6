"""`rating_drop` on the index: mean ratings over time."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.rating_drop import Facts, When
from config.rule import Rule
from indexing.detection.counted import found_by, with_earlier
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, joined
from indexing.detection.series import Look
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]

_RATED = {"exists": {"field": "rating"}}


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return where the mean rating fell."""
    when = cast(When, rule.when)
    stats = {"stats": {"field": "rating"}}
    look = Look(
        window=when.window,
        late=when.late,
        past=when.history,
        measures={"rating": stats},
        only=(_RATED,),
        least=when.min_count,
    )
    back = round(when.history / look.step)

    def mean(line: Timeline, start: int, stop: int) -> tuple[float | None, int]:
        count = line.count(start, stop, "rating_count")
        return (min(1.0, line.sum("rating", start, stop) / count) if count else None), count

    def judge(line: Timeline, stop: int) -> Verdict:
        start = stop - STEPS
        rating, count = mean(line, start, stop)
        before, before_count = mean(line, start - back, start)
        return when.judge(Facts(rating=rating, count=count, before=before, before_count=before_count))

    traces = {"rating": at_path("window", "aggregations", "rating", "avg")}
    more = {"traces": traces, "aggs": {"rating": stats}, "history": when.history}
    found = yield from found_by(rule, brands, look, span, judge, **more)
    earlier = at_path("earlier", "aggregations", "rating", "avg")
    return [with_earlier(one, earlier, {"rating": stats}) for one in found]


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    reading, count = (found.verdict.reading(name) for name in ("rating", "count"))
    return joined(
        found,
        name,
        span,
        f"平均评分 {reading.value:.2f}（{count.value:g} 个），此前 {reading.usual:.2f}",
        f"mean rating {reading.value:.2f} of {count.value:g}, before {reading.usual:.2f},",
    )
