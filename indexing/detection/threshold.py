"""What it takes to page, as a `negative_burst` reckons it from a brand's own past at a moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.both import Both
from config.brand import Brand
from config.kinds import Verdict
from config.kinds.negative_burst import ENOUGH_PAST, When
from config.page_budget import ENOUGH_BLOCKS
from config.rule import Rule
from indexing.detection.found import Span
from indexing.detection.negative_burst import facts, look
from indexing.detection.search_rounds import EvaluationFailed, SearchRounds, drive
from indexing.detection.sentences import amount
from indexing.detection.series import lines, scope
from indexing.detection.timeline import STEPS
from indexing.elasticsearch.store import Store

__all__ = ["Threshold", "judged", "thresholds"]

Judged = tuple[str, datetime, Verdict]
"""A brand, when a window ends, and what the rule says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What a brand has in the window that ends now, and what a page takes: each a number of negative mentions."""

    brand: str
    window: timedelta
    negative: int
    floor: int
    """What it takes in any case."""
    takes: int
    quarter_takes: int | None = None
    """Enough in the window's last quarter where that alone is high, and the floor is reached."""
    sudden_takes: int | None = None
    """What the last quarter must hold in any case: a page is for what is sudden."""
    new: bool = False
    """Whether too little of the past is known, so that this is rough."""

    @property
    def words(self) -> Both:
        """All of it in one sentence, without the brand."""
        whole, last = amount(self.window), amount(self.window / STEPS)
        zh = f"近 {whole.zh} 负面 {self.negative} 条；达到 {self.takes} 条"
        en = f"{self.negative:,} negative in the last {whole.en}; a page takes {self.takes:,}"
        if self.quarter_takes is not None and self.takes > self.floor:
            zh += f"（或 {self.floor} 条，其中最后 {last.zh} {self.quarter_takes} 条）"
            en += f" (or {self.floor:,}, {self.quarter_takes:,} of them in the last {last.en})"
        if self.sudden_takes is not None and self.sudden_takes > 1:
            zh += f"，且最后 {last.zh}至少 {self.sudden_takes} 条"
            en += f", and at least {self.sudden_takes:,} in the last {last.en}"
        if self.new:
            return Both(f"{zh}才提醒（还不了解这个品牌，触发线尚不稳）", f"{en} (this brand is new: rough)")
        return Both(f"{zh}才提醒", en)


def thresholds(store: Store, rule: Rule, brands: Sequence[Brand], *, now: datetime) -> list[Threshold]:
    """Return what each brand of a `negative_burst` has and takes at `now`; nothing for other kinds.

    EvaluationFailed where the index does not answer.
    """
    watched = [brand.id for brand in brands if rule.watches(brand)]
    if not isinstance(rule.when, When) or not watched:
        return []
    span = Span(now=now)
    looks = {when: judged(rule, when, watched, span, lambda end: end == now) for when in rule.when.looks()}
    results, failures = drive(store, looks)
    for reason in failures.values():
        raise EvaluationFailed(f"rule {rule.id}: {reason}: mend Elasticsearch (`tingfeng doctor`)")
    return [
        _threshold(brand, when, verdict)
        for when, verdicts in results.items()
        for brand, _, verdict in sorted(verdicts, key=lambda one: watched.index(one[0]))
    ]


def judged(
    rule: Rule, judging: When, watched: Sequence[str], span: Span, ends: Callable[[datetime], bool]
) -> SearchRounds[list[Judged]]:
    """Return what one look of the rule says of the windows whose `ends` are wanted, quiet ones included."""
    when = judging.model_copy(update={"min_count": 0, "min_share": 0.0})
    own = look(when)
    known = yield from lines(scope(rule, watched), own, watched, span)
    return [
        (brand, line.time(stop), judging.judge(found))
        for (brand, _), line in known.items()
        for stop in own.stops(span)
        if ends(line.time(stop)) and (found := facts(when, line, stop))
    ]


def _threshold(brand: str, when: When, verdict: Verdict) -> Threshold:
    figures = {reading.name: reading.value for reading in verdict.readings}
    usual = verdict.reading("negative").usual or 0.0
    return Threshold(
        brand=brand,
        window=when.window,
        negative=round(figures["negative"]),
        floor=_whole(max(when.min_count, (when.ratio or 0.0) * usual)),
        takes=_whole(figures["threshold"]),
        quarter_takes=_whole(figures["quarter_threshold"]) if "quarter_threshold" in figures else None,
        sudden_takes=_whole(figures["sudden_threshold"]) if "sudden_threshold" in figures else None,
        new=_is_new(figures),
    )


def _is_new(figures: dict[str, float]) -> bool:
    """Whether a budget knows too little of the brand: few days, or so few windows that only the floors decide."""
    return figures["past_windows"] < ENOUGH_PAST or figures.get("past_blocks", ENOUGH_BLOCKS) < ENOUGH_BLOCKS


def _whole(value: float) -> int:
    return -int(-value // 1)
