"""What a day's topics and hot words are, beyond the brand's own past (indexing/topics)."""

from config.both import Both
from indexing.metrics.expression import Count, Largest, Sum
from indexing.metrics.metric import Metric, Shape

TOPIC_MENTIONS = Metric(
    name=Both("提及（按天相加）", "Mentions, day by day"),
    meaning=Both(
        "谈到该话题的提及，各天相加；一条提及可属于几个话题。",
        "Mentions that speak of the topic, added up over its days; one may speak of several.",
    ),
    kind="topics",
    of=Sum("mentions"),
)
TOPIC_USUAL = Metric(
    name=Both("往常应有", "Usual"),
    meaning=Both(
        "若与此前 28 天一样，会有多少条提到它的首个词（热词即该词）。",
        "How many would hold its first word if its days were like the 28 before each.",
    ),
    kind="topics",
    of=Sum("usual"),
    shape=Shape.AMOUNT,
)
TOPIC_NEGATIVE_SHARE = Metric(
    name=Both("负面占比", "Negative share"),
    meaning=Both("其中负面的比例。", "Share of them that is negative."),
    kind="topics",
    of=Sum("negative") / Sum("mentions"),
    rank=Sum("mentions"),
    shape=Shape.SHARE,
)
TOPIC_SIGNIFICANCE = Metric(
    name=Both("显著性", "Significance"),
    meaning=Both(
        "对数似然比：与该品牌自己此前 28 天相比有多出奇；随机达到 10.8 的机会是千分之一。取最高的一天。",
        "Log-likelihood ratio against its own 28 days before: chance reaches 10.8 once in a thousand. Its best day.",
    ),
    kind="topics",
    of=Largest("significance"),
    shape=Shape.AMOUNT,
)
TOPIC_DAYS = Metric(
    name=Both("天数", "Days"),
    meaning=Both("它显著的天数。", "On how many days it was significant."),
    kind="topics",
    of=Count(),
)
