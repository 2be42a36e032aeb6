"""`negative_burst` on the index: negative mentions over time, each window against its past."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import cast

from config.kinds import Reading, Verdict
from config.kinds.negative_burst import Facts, Now, When
from config.page_budget import KEPT
from config.rule import Rule
from indexing.detection.burst_peaks import fullest_before, peaks_before, said_of_peaks, stands_out, traced, words_of
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path, median_of
from indexing.detection.search_rounds import Body, SearchRounds
from indexing.detection.sentences import Said, about, amount, percent, window_of
from indexing.detection.series import NEGATIVE, Look, counting, counts_in, found_in, lines, period, scope
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["facts", "find", "look", "say"]

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


def look(when: When) -> Look:
    """Return what is counted."""
    if when.pages:
        past = max(when.history, KEPT * when.pages.block)
    else:
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
    history = tuple(line.past(start, STEPS, when.history // when.window, "negative"))
    now = Now.model_construct(count=count, negative=negative)
    if when.pages:
        return Facts.model_construct(history=history, now=now, **peaks_before(when.pages, line, stop))
    weeks = when.season // _WEEK
    same = [
        line.count(at, at + STEPS, "negative")
        for week in range(1, weeks + 1)
        for at in _same_hour(line, start - round(week * _WEEK / line.step))
    ]
    return Facts.model_construct(
        history=history,
        same_hour=tuple(same),
        day_before=_before(line, start, _DAY, when),
        week_before=_before(line, start, _WEEK, when),
        now=now,
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
                if when.pages and not stands_out(when.pages, line, stop):
                    return None
                known = facts(when, line, stop)
                return when.judge(known) if known else None

            short = partial(_short, when, line)
            for episode, times in found_in(line, own, span, judge, "negative", of=(brand, None), short=short):
                start = episode.worst - STEPS
                past = len(line.past(start, STEPS, when.history // when.window, "negative"))
                known = facts(when, line, episode.worst)
                filters = [*scope(rule, [brand]), NEGATIVE]
                asks, traces = (
                    traced(when.pages, filters, line, episode.worst)
                    if when.pages and known and known.peaks
                    else _traced(filters, when, line, start, known)
                )
                found.append(
                    Found(
                        brand=brand,
                        scope=scope(rule, [brand]),
                        subject=(NEGATIVE,),
                        usual_since=line.time(start - past * STEPS),
                        history=when.history,
                        asks=asks,
                        traces=traces,
                        words=words_of(when.pages) if when.pages else {},
                        **times,
                    )
                )
    return found


def _short(when: When, line: Timeline, stop: int) -> Verdict:
    """Return the figures of a window whose past need not be looked at."""
    counted = counts_in(line, stop, "negative", "count")
    negative, count = (reading.value for reading in counted.readings)
    readings = (*counted.readings, Reading("share", negative / count if count else 0.0))
    if when.pages and negative >= when.min_count and negative >= when.min_share * count:
        readings = (*readings, Reading("fullest", float(fullest_before(when.pages, line, stop)), None, "mentions"))
    return Verdict(fires=False, readings=readings)


def _traced(
    filters: Sequence[Body], when: When, line: Timeline, start: int, known: Facts | None
) -> tuple[dict[str, Body], dict[str, str]]:
    """Return the questions behind the windows of earlier days and weeks."""
    asks: dict[str, Body] = {}
    traces: dict[str, str] = {}
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
    usual, share = verdict.reading("negative").usual, verdict.figure("share")
    at, lasts = window_of(found, span), amount(found.history)
    zh = f"{at.zh}，{about(name)} 负面 {negative} 条（占全部 {count} 条的 {percent(share)}），"
    en = f"{about(name)}: {negative:,} negative mentions {at.en}, {percent(share)} of {count:,}; "
    if usual is not None and verdict.has("peak"):
        told = said_of_peaks(found)
        return Said(zh=zh + told.zh, en=en + told.en)
    past = round(verdict.figure("past_windows"))  # asked for only where it is said: what is said is shown
    if usual is None:
        return Said(
            zh=f"{zh}过去只有 {past} 个同长度窗口可比，仅按绝对阈值判断。",
            en=f"{en}only {past} earlier windows to compare with, so absolute thresholds decide.",
        )
    zh += f"过去 {lasts.zh}内 {past} 个同长度窗口的中位数 {usual:g} 条"
    en += f"median of {past} such windows in the {lasts.en} before: {usual:g}"
    if verdict.has("times"):
        return Said(
            zh=f"{zh}，是平时的 {verdict.figure('times'):.3g} 倍。",
            en=f"{en}, {verdict.figure('times'):.3g} times the usual.",
        )
    return Said(zh=f"{zh}。", en=f"{en}.")
