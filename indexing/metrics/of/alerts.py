"""How alerts are handled."""

from config.both import Both
from indexing.metrics.expression import Count, Median, root
from indexing.metrics.metric import Metric, Shape
from indexing.metrics.where import Exists, Is, Not

_Z2 = 1.959963984540054**2
_JUDGED, _RIGHT = Count(Exists("worth")), Count(Is("worth", "right"))
_SPREAD = root((_RIGHT * (_JUDGED - _RIGHT) / _JUDGED + _Z2 / 4) * _Z2)
_OPEN = Not(Is("state", "resolved"))

ALERTS = Metric(
    name=Both("预警", "Alerts"),
    meaning=Both("在此期间触发的预警数。", "Alerts raised in this time."),
    kind="alerts",
    of=Count(),
)
OPEN_ALERTS = Metric(
    name=Both("未解除预警", "Open alerts"),
    meaning=Both("在此期间触发而尚未解除的预警数。", "Alerts raised in this time that are not resolved."),
    kind="alerts",
    of=Count(_OPEN),
    standing=True,
)
TIME_TO_ACKNOWLEDGE = Metric(
    name=Both("响应用时（中位数）", "Time to acknowledge (median)"),
    meaning=Both(
        "从首次通知到有人认领的时间的中位数，只计已认领的预警。",
        "Median time from the first message to the first acknowledgement, of the alerts acknowledged.",
    ),
    kind="alerts",
    of=Median("seconds_to_acknowledge"),
    shape=Shape.SECONDS,
)
TIME_TO_RESOLVE = Metric(
    name=Both("解除用时（中位数）", "Time to resolve (median)"),
    meaning=Both(
        "从触发到解除的时间的中位数，只计已解除的预警。", "Median time from raised to resolved, of those resolved."
    ),
    kind="alerts",
    of=Median("seconds_to_resolve"),
    shape=Shape.SECONDS,
)
JUDGED = Metric(
    name=Both("已评价", "Judged"),
    meaning=Both("有人说过值不值得的预警数。", "Alerts of which somebody said whether they were worth it."),
    kind="alerts",
    of=_JUDGED,
)
PRECISION = Metric(
    name=Both("该叫的比例", "Precision"),
    meaning=Both("已评价的预警中该叫的比例。", "Of the alerts judged, the share that were right."),
    kind="alerts",
    of=_RIGHT / _JUDGED,
    rank=_JUDGED,
    shape=Shape.SHARE,
)
PRECISION_LOW = Metric(
    name=Both("比例下限", "Precision, low end"),
    meaning=Both("该叫的比例的 95% Wilson 区间的下限。", "Low end of the precision's 95 % Wilson interval."),
    kind="alerts",
    of=(_RIGHT + _Z2 / 2 - _SPREAD) / (_JUDGED + _Z2),
    rank=_JUDGED,
    shape=Shape.SHARE,
)
PRECISION_HIGH = Metric(
    name=Both("比例上限", "Precision, high end"),
    meaning=Both("该叫的比例的 95% Wilson 区间的上限。", "High end of the precision's 95 % Wilson interval."),
    kind="alerts",
    of=(_RIGHT + _Z2 / 2 + _SPREAD) / (_JUDGED + _Z2),
    rank=_JUDGED,
    shape=Shape.SHARE,
)
