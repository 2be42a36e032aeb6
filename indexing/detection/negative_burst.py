"""`negative_burst` on the index: negative mentions over time, each window against its past."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from config.kinds import Verdict
from config.kinds.negative_burst import Facts, Now, When
from config.rule import Rule
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path, median_of
from indexing.detection.search_rounds import Body, SearchRounds
from indexing.detection.sentences import Said, about, amount, percent, window_of
from indexing.detection.series import NEGATIVE, Look, counting, found_in, lines, period, scope
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["facts", "find", "look", "say"]

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


def look(when: When) -> Look:
    """Return what is counted."""
    past = max(when.history, when.season + when.window, _WEEK if when.season else when.history)
    return Look(
        window=when.window,
        late=when.late,
        past=past,
        measures={"negative": {"filter": NEGATIVE}},
        subject=(NEGATIVE,),
        least=when.min_count,
    )


def facts(when: When, line: Timeline, stop: int) -> Facts | None:
    """Return what the window before bucket `stop` is held against; None where the absolute thresholds say no."""
    start = stop - STEPS
    negative, count = line.count(start, stop, "negative"), line.count(start, stop)
    if negative < when.min_count or negative < when.min_share * count:
        return None
    weeks = when.season // _WEEK
    same = [
        line.count(at, at + STEPS, "negative")
        for week in range(1, weeks + 1)
        for at in _same_hour(line, start - round(week * _WEEK / line.step))
    ]
    return Facts.model_construct(
        history=tuple(line.past(start, STEPS, when.history // when.window, "negative")),
        same_hour=tuple(same),
        day_before=_before(line, start, _DAY, when),
        week_before=_before(line, start, _WEEK, when),
        now=Now.model_construct(count=count, negative=negative),
    )


def _same_hour(line: Timeline, start: int) -> list[int]:
    """Return where the window at the same hour and its two neighbours begin, as far as anybody looked then."""
    return [at for at in (start - STEPS, start, start + STEPS) if at >= line.first]


def _before(line: Timeline, start: int, ago: timedelta, when: When) -> int | None:
    at = start - round(ago / line.step)
    return line.count(at, at + STEPS, "negative") if when.season and when.window < _DAY and at >= line.first else None


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the bursts of each brand."""
    found: list[Found] = []
    for when in cast(When, rule.when).looks():
        own = look(when)
        for (brand, _), line in (yield from lines(scope(rule, brands), own, brands, span)).items():

            def judge(stop: int, when: When = when, line: Timeline = line) -> Verdict | None:
                known = facts(when, line, stop)
                return when.judge(known) if known else None

            for episode, times in found_in(line, own, span, judge, "negative"):
                start = episode.worst - STEPS
                past = len(line.past(start, STEPS, when.history // when.window, "negative"))
                known = facts(when, line, episode.worst)
                asks, traces = _traced(rule, brand, when, line, start, known)
                found.append(
                    Found(
                        brand=brand,
                        scope=scope(rule, [brand]),
                        subject=(NEGATIVE,),
                        usual_since=line.time(start - past * STEPS),
                        history=when.history,
                        asks=asks,
                        traces=traces,
                        **times,
                    )
                )
    return found


def _traced(
    rule: Rule, brand: str, when: When, line: Timeline, start: int, known: Facts | None
) -> tuple[dict[str, Body], dict[str, str]]:
    """Return the questions behind the windows of earlier days and weeks."""
    asks: dict[str, Body] = {}
    traces: dict[str, str] = {}
    filters = [*scope(rule, [brand]), NEGATIVE]
    for name, ago in (("day_before", _DAY), ("week_before", _WEEK)):
        if known and getattr(known, name) is not None:
            at = start - round(ago / line.step)
            asks[name] = counting([*filters, period(line.time(at), line.time(at + STEPS))])
            traces[name] = at_path(name, "hits", "total", "value")
    if known and known.same_hour:
        weeks = range(1, when.season // _WEEK + 1)
        begins = [at for week in weeks for at in _same_hour(line, start - round(week * _WEEK / line.step))]
        windows = {str(at): {"bool": {"filter": [period(line.time(at), line.time(at + STEPS))]}} for at in begins}
        asks["same_hour"] = counting(filters) | {"aggs": {"windows": {"filters": {"filters": windows}}}}
        traces["same_hour"] = median_of("same_hour", "aggregations", "windows", "buckets", "*", "doc_count")
    return asks, traces


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    verdict = found.verdict
    negative, count = round(verdict.figure("negative")), round(verdict.figure("count"))
    usual, past = verdict.reading("negative").usual, round(verdict.figure("past_windows"))
    share, times = verdict.figure("share"), verdict.figure("times") if verdict.has("times") else None
    at, lasts = window_of(found, span), amount(found.history)
    zh = f"{at.zh}，{about(name)} 负面 {negative} 条（占全部 {count} 条的 {percent(share)}），"
    en = f"{about(name)}: {negative:,} negative mentions {at.en}, {percent(share)} of {count:,}; "
    if usual is None:
        return Said(
            zh=f"{zh}过去只有 {past} 个同长度窗口可比，仅按绝对阈值判断。",
            en=f"{en}only {past} earlier windows to compare with, so absolute thresholds decide.",
        )
    zh += f"过去 {lasts.zh}内 {past} 个同长度窗口的中位数 {usual:g} 条"
    en += f"median of {past} such windows in the {lasts.en} before: {usual:g}"
    if times:
        return Said(zh=f"{zh}，是平时的 {times:.3g} 倍。", en=f"{en}, {times:.3g} times the usual.")
    return Said(zh=f"{zh}。", en=f"{en}.")
