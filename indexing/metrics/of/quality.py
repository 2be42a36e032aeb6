"""How often the engine is right about a brand, as people labelled a sample of its own mentions (docs/codebook.md)."""

from config.both import Both
from indexing.metrics.expression import Average, Sum
from indexing.metrics.metric import Metric, Shape

LABELLED = Metric(
    name=Both("已标注", "Labelled"),
    meaning=Both("样本中已有定论的条数。", "Mentions of the sample whose label is settled."),
    kind="quality",
    of=Sum("settled"),
)
RIGHT = Metric(
    name=Both("判对率", "Right"),
    meaning=Both(
        "模型判对的提及占该品牌提及的比例：按层加权，只看确实在说该品牌的。",
        "Share of the brand's mentions whose label the engine has right: strata weighted, of those that speak of it.",
    ),
    kind="quality",
    of=Average("right"),
    rank=Sum("settled"),
    shape=Shape.SHARE,
)
RIGHT_LOW = Metric(
    name=Both("判对率下限", "Right, low end"),
    meaning=Both(
        "判对率的 95% Wilson 区间的下限，按有效样本量。",
        "Low end of its 95 % Wilson interval, at the effective sample size.",
    ),
    kind="quality",
    of=Average("right_low"),
    rank=Sum("settled"),
    shape=Shape.SHARE,
)
RIGHT_HIGH = Metric(
    name=Both("判对率上限", "Right, high end"),
    meaning=Both("判对率的 95% Wilson 区间的上限。", "High end of its 95 % Wilson interval."),
    kind="quality",
    of=Average("right_high"),
    rank=Sum("settled"),
    shape=Shape.SHARE,
)
SURE_RIGHT = Metric(
    name=Both("肯定负面判对率", "Sure negatives right"),
    meaning=Both(
        "模型以 0.8 以上的概率判为负面的提及中判对的比例：预警靠的就是它们。",
        "Share that are right of what the engine calls negative with 0.8 and more: what alarms feed on.",
    ),
    kind="quality",
    of=Average("sure"),
    rank=Sum("settled"),
    shape=Shape.SHARE,
)
AGREEMENT = Metric(
    name=Both("标注一致性 κ", "Agreement (kappa)"),
    meaning=Both(
        "两位标注者互不知情时的 Cohen κ：1 为完全一致，0 为与随机无异。",
        "Cohen's kappa of two people blind to each other: 1 is all alike, 0 no better than chance.",
    ),
    kind="quality",
    of=Average("kappa"),
    rank=Sum("settled"),
    shape=Shape.SCORE,
)
