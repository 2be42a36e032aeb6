"""The peaks of a brand's past that a budget of pages is held against: figures, their traces, and in words."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from config.both import Both
from config.kinds import Verdict
from config.kinds.negative_burst import ENOUGH_PAST, Quarter
from config.page_budget import ENOUGH_BLOCKS, KEPT, RECENT, PageBudget
from indexing.detection.found import Found
from indexing.detection.recount import at_path, peak_of, peaks_of, ratio
from indexing.detection.search_rounds import Body
from indexing.detection.sentences import Said, amount
from indexing.detection.series import counting, period
from indexing.detection.timeline import STEPS, Timeline
from indexing.mentions.document import millis

__all__ = ["fullest_before", "peaks_before", "said_of_peaks", "stands_out", "traced", "words_of"]


def peaks_before(pages: PageBudget, line: Timeline, stop: int) -> dict[str, Any]:
    """Return the facts about the past of the window that ends at bucket `stop`; none where nothing was before it."""
    start, block = stop - STEPS, _buckets(pages, line)
    if start <= line.first:
        return {}
    peaks, quarters = (tuple(line.peaks(start, length, block, KEPT, "negative")) for length in (STEPS, 1))
    return {
        "peaks": peaks,
        "quarter": Quarter.model_construct(negative=line.count(stop - 1, stop, "negative"), peaks=quarters),
        "level": _level(line, start, RECENT * block),
        "long_level": _level(line, start, KEPT * block),
    }


def stands_out(pages: PageBudget, line: Timeline, stop: int) -> bool:
    """Whether the window that ends at bucket `stop`, or its last quarter, is the fullest of the last block.

    Where it is not, nothing pages, and the long past need not be looked at. A past too short to compare with says yes.
    """
    if stop - STEPS - line.first < ENOUGH_PAST * STEPS:
        return True
    return any(line.sum("negative", stop - length, stop) > _fullest(pages, line, stop, length) for length in (STEPS, 1))


def fullest_before(pages: PageBudget, line: Timeline, stop: int) -> int:
    """Return the negative mentions of the fullest window of the last block before the one that ends at `stop`."""
    return _fullest(pages, line, stop, STEPS)


def _fullest(pages: PageBudget, line: Timeline, stop: int, length: int) -> int:
    return line.peaks(stop - STEPS, length, _buckets(pages, line), 1, "negative")[0]


def _level(line: Timeline, stop: int, length: int) -> float:
    """Return the negative mentions a window, over so many buckets as far as anybody looked."""
    begin = max(line.first, stop - length)
    return line.sum("negative", begin, stop) / (stop - begin) * STEPS


def _buckets(pages: PageBudget, line: Timeline) -> int:
    return max(STEPS, round(pages.block / line.step))


def traced(
    pages: PageBudget, filters: Sequence[Body], line: Timeline, stop: int
) -> tuple[dict[str, Body], dict[str, str]]:
    """Return the questions behind the peaks, and the traces of the figures that they give."""
    start, block = stop - STEPS, _buckets(pages, line)
    oldest = line.time(max(line.first, start - KEPT * block - STEPS + 1))
    step = round(line.step.total_seconds() * 1000)
    offset = millis(line.time(start)) % step
    bounds = {"min": millis(oldest) - offset, "max": millis(line.time(start)) - offset - 1}
    histogram = {"field": "@timestamp", "fixed_interval": f"{step}ms", "offset": f"{offset}ms", "min_doc_count": 0}
    past = counting([*filters, period(oldest, line.time(start))])
    asks = {
        "peaks": past | {"aggs": {"time": {"date_histogram": histogram | {"extended_bounds": bounds}}}},
        "quarter": counting([*filters, period(line.time(stop - 1), line.time(stop))]),
    }
    place, quarter = ("peaks", "aggregations", "time", "buckets", "*", "doc_count"), ("hits", "total", "value")
    peak = peak_of(*place, length=STEPS, block=block, rank=pages.rank)
    quarter_peak = peak_of(*place, length=1, block=block, rank=pages.rank)
    return asks, {
        "past_blocks": peaks_of(*place, length=STEPS, block=block),
        "peak": peak,
        "peak_times": ratio(at_path("window", *quarter), peak),
        "quarter": at_path("quarter", *quarter),
        "quarter_peak": quarter_peak,
        "quarter_times": ratio(at_path("quarter", *quarter), quarter_peak),
    }


def words_of(pages: PageBudget) -> dict[str, str]:
    """Return what a sentence says of the budget, by name and language."""
    block, budget = amount(pages.block), pages.words
    return {
        "block.zh": block.zh,
        "block.en": block.en,
        "budget.zh": budget.zh,
        "budget.en": budget.en,
        "factor": f"{pages.factor:.3g}",
        "rank": str(pages.rank),
    }


def said_of_peaks(found: Found) -> Said:
    """Return what the window, or its last quarter where that alone is high, is held against."""
    verdict, words = found.verdict, found.words
    whole = _unsaid(verdict, "negative") >= _unsaid(verdict, "threshold")
    name = "peak" if whole else "quarter_peak"
    peak, blocks = verdict.figure(name), round(verdict.figure("past_blocks"))
    times = "peak_times" if whole else "quarter_times"
    rank = int(words["rank"]) if int(words["rank"]) <= blocks else 1
    length = amount((found.end - found.start) / (1 if whole else STEPS))
    zh = en = ""
    if not whole:
        now = round(verdict.figure("quarter"))
        zh, en = f"其中最后 {length.zh} {now} 条，", f"{now:,} of them in the last {length.en}; "
    each = _each_block(blocks, words)
    zh += f"此前 {each.zh}最多的 {length.zh}中第 {rank} 多的有 {peak:g} 条"
    en += f"of the fullest {length.en} in each of the {each.en} before, number {rank} had {peak:g}"
    if verdict.has(times):
        zh += f"，这次是它的 {verdict.figure(times):.3g} 倍"
        en += f", this is {verdict.figure(times):.3g} times that"
    zh += f"（{words['budget.zh']}，超过 {words['factor']} 倍才提醒）"
    en += f" ({words['budget.en']}: more than {words['factor']} times)"
    if blocks < ENOUGH_BLOCKS:
        return Said(
            zh=f"{zh}；对这个品牌还了解不久，触发线尚不稳。", en=f"{en}; this brand is new, so the line is rough."
        )
    return Said(zh=f"{zh}。", en=f"{en}.")


def _each_block(blocks: int, words: Mapping[str, str]) -> Both:
    if words["block.zh"] == amount(timedelta(days=1)).zh:
        return Both(f"{blocks} 天里，每天", f"{blocks} days")
    return Both(f"{blocks} 个 {words['block.zh']}里，每段", f"{blocks} spans of {words['block.en']}")


def _unsaid(verdict: Verdict, name: str) -> float:
    """Return a figure that the sentence depends on and does not state."""
    return next(reading.value for reading in verdict.readings if reading.name == name)
