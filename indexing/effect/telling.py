"""A campaign's effect in words, in a table's rows, and as plain values for JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from config.both import Both
from indexing.effect.compare import FEWEST, Compared
from indexing.effect.effect import Effect, Measured
from indexing.metrics.wilson import Estimate

__all__ = ["NAMES", "plain", "sentences", "table_rows", "written"]

NAMES = {
    "conversion": Both("购买转化率", "customers who bought"),
    "spending": Both("人均消费", "paid a customer"),
    "sentiment": Both("情感均值（−1 至 1）", "mean sentiment (-1 to 1)"),
}


def written(outcome: str, value: float, *, signed: bool = False) -> str:
    """Return a value of an outcome as people read it."""
    sign = "+" if signed else ""
    share = f"{100 * value:{sign}.1f}{' pp' if signed else '%'}"
    return (share if outcome == "conversion" else f"{value:{sign},.2f}").replace("-", "−")


def sentences(effect: Effect) -> Iterator[Both]:
    """Yield what was found, a sentence an outcome, refusals and doubts included."""
    for one in effect.measured:
        name = NAMES[one.outcome]
        if one.compared is None:
            yield _refusal(effect, one, name)
            continue
        found = one.compared
        low, high = (written(one.outcome, end, signed=True) for end in (found.low, found.high))
        value = written(one.outcome, found.value, signed=True)
        zh = f"{name.zh}：相对对照组的变化为 {value}（95% 区间 {low} 至 {high}）"
        en = f"{name.en}: changed by {value} against the control group (95% interval {low} to {high})"
        if one.doubtful:
            yield Both(
                f"{zh}；但活动前两组走势已不同，不能归因于活动。",
                f"{en}; but the groups went different ways before it already, so that it cannot be put down to it.",
            )
        elif not found.clear:
            yield Both(f"{zh}；无法与没有效果区分。", f"{en}; it cannot be told from no effect.")
        elif one.placebo is None:
            yield Both(
                f"{zh}；活动前的数据不足以检验两组是否同向。", f"{en}; too little is known to test the time before."
            )
        else:
            yield Both(f"{zh}。", f"{en}.")


def table_rows(effect: Effect) -> Iterator[tuple[str, ...]]:
    """Yield a row an outcome: name, treated before and after, control before and after, effect, interval, placebo."""
    for one in effect.measured:
        found = one.compared
        if found is None:
            yield (NAMES[one.outcome].en, *("—",) * 5, one.refused or "", "—")
            continue
        means = (found.treated_before, found.treated_after, found.control_before, found.control_after)
        yield (
            NAMES[one.outcome].en,
            *(written(one.outcome, mean) for mean in means),
            written(one.outcome, found.value, signed=True),
            _interval(one.outcome, found),
            _interval(one.outcome, one.placebo) if one.placebo else "—",
        )


def plain(effect: Effect) -> dict[str, Any]:
    """Return all of it as values for JSON."""
    campaign = effect.campaign
    begin, end = campaign.period()
    return {
        "campaign": {"id": campaign.id, "name": campaign.name, "brand": campaign.brand},
        "period": {"begin": begin.isoformat(), "end": end.isoformat(), "days": campaign.length.days},
        "participation": {
            "mentions": effect.mentions,
            "accounts": effect.accounts,
            "reach": effect.reach,
            "engagement": effect.engagement,
            "treated_who_took_part": _estimate(effect.took_part),
        },
        "net_sentiment": {"before": _estimate(effect.sentiment_before), "during": _estimate(effect.sentiment_during)},
        "customers": {
            "treated": effect.treated,
            "control": effect.control,
            "in_both": effect.in_both,
            "too_new": effect.too_new,
        },
        "outcomes": [
            {
                "outcome": one.outcome,
                "effect": asdict(one.compared) if one.compared else None,
                "refused": one.refused,
                "placebo": asdict(one.placebo) if one.placebo else None,
                "doubtful": one.doubtful,
            }
            for one in effect.measured
        ],
        "sentences": [{"zh": said.zh, "en": said.en} for said in sentences(effect)],
    }


def _refusal(effect: Effect, one: Measured, name: Both) -> Both:
    if one.refused == "constant":
        return Both(f"{name.zh}：两组都没有变化，无从比较。", f"{name.en}: nothing changed in either group.")
    return Both(
        f"{name.zh}：不下结论，两组可比的客户须各有 {FEWEST} 位。",
        f"{name.en}: nothing is said, for either group needs {FEWEST} customers that can be compared.",
    )


def _interval(outcome: str, found: Compared) -> str:
    return f"{written(outcome, found.low, signed=True)} … {written(outcome, found.high, signed=True)}"


def _estimate(found: Estimate | None) -> dict[str, float] | None:
    return {name: round(value, 4) for name, value in asdict(found).items()} if found else None
