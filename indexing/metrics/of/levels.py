"""How near brands came to their burst rules, hour by hour: metrics over tingfeng-levels."""

from config.both import Both
from indexing.metrics.expression import Sum
from indexing.metrics.metric import Metric, Shape

COUNTED = Metric(
    name=Both("负面", "Negative"),
    meaning=Both("规则所看的时间窗内的负面提及。", "Negative mentions within the window of the rule."),
    kind="levels",
    of=Sum("counted"),
    shape=Shape.AMOUNT,
    colour="negative",
)
USUAL = Metric(
    name=Both("平时", "Usual"),
    meaning=Both(
        "此前同样长的时间窗的中位数；过去太短时没有值。",
        "The median of the windows before; without enough past there is none.",
    ),
    kind="levels",
    of=Sum("usual"),
    shape=Shape.AMOUNT,
    colour="neutral",
)
THRESHOLD = Metric(
    name=Both("门槛", "Threshold"),
    meaning=Both("达到多少条负面才会触发。", "How many negative mentions it takes to fire."),
    kind="levels",
    of=Sum("threshold"),
    shape=Shape.AMOUNT,
)
NEARNESS = Metric(
    name=Both("负面 / 门槛", "Negative / threshold"),
    meaning=Both(
        "离触发还有多远：100% 即达到门槛（负面占比另有下限；"
        "带 `pages` 的规则还要是突升，而最后四分之一时段够高时不到 100% 也触发）。",
        "How near a rule came to firing: 100 % reaches the threshold (the share of negative ones has a floor too; with "
        "`pages` the rise must be sudden, and a last quarter that is high fires below 100 % too).",
    ),
    kind="levels",
    of=Sum("counted") / Sum("threshold"),
    shape=Shape.SHARE,
)
