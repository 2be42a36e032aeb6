"""How alerts are handled."""

from config.both import Both
from indexing.metrics.expression import Count, Median
from indexing.metrics.metric import Metric, Shape
from indexing.metrics.where import Is, Not

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
