"""A metric against the period before the one that is looked at: as long, and ending where that one begins."""

from dataclasses import replace

from config.both import Both
from indexing.metrics.expression import before
from indexing.metrics.metric import Metric, Shape

__all__ = ["change"]

_MEANING = Both(
    "与紧接在前、同样长的一段时间相比：{how}。前期没有采集过的，页面不给出变化；前期为零或没有值的，没有变化值。",
    "Against the time of equal length just before: {how}. Where that was not crawled, the page gives no change; nor is "
    "there one where the value before is zero or unknown.",
)


def change(metric: Metric) -> Metric:
    """Return by how much the metric changed: a count in percent of what it was, a share or score by its difference."""
    earlier = before(metric.of)
    difference = metric.of - earlier
    match metric.shape:
        case Shape.COUNT:
            how, of, shape = (
                Both("增减百分之几", "grown by so many percent"),
                difference / before(metric.of),
                Shape.CHANGE,
            )
        case Shape.SHARE:
            how, of, shape = Both("相差几个百分点", "by so many percentage points"), difference * 100, Shape.POINTS
        case _:
            how, of, shape = Both("相差多少", "by how much they differ"), difference, metric.shape
    return replace(
        metric,
        name=Both("较前期（百分点）", "change (points)") if shape is Shape.POINTS else Both("较前期", "change"),
        meaning=Both(_MEANING.zh.format(how=how.zh), _MEANING.en.format(how=how.en)),
        of=of,
        shape=shape,
        rank=None,
        colour=None,
    )
