"""What is said of a brand, and how: metrics over the mentions."""

from config.both import Both
from indexing.metrics.expression import Count, Sum, root
from indexing.metrics.metric import Metric, Shape
from indexing.metrics.where import Ago, Any, Is, Not

_Z2 = 1.959963984540054**2
_POSITIVE, _NEGATIVE = Count(Is("sentiment.label", "positive")), Count(Is("sentiment.label", "negative"))
_BOTH = _POSITIVE + _NEGATIVE
_DIFFERENCE = _POSITIVE - _NEGATIVE
_SPREAD = root((_POSITIVE * _NEGATIVE * 4 / _BOTH + _Z2) * _Z2)
_PROFESSIONAL = Any((Is("author.organisation", True), Is("author.verified", True)))

MENTIONS = Metric(
    name=Both("声量", "Mentions"),
    meaning=Both(
        "提到该品牌的公开帖文、文章、评论、转发与点评的条数；同时提到两个品牌的，各计一条。品牌自有账号的帖子不计。",
        "Public posts, articles, comments, reposts and reviews that speak of the brand; one that speaks of two brands "
        "counts for each. Posts of the brand's own accounts do not count.",
    ),
    of=Count(),
)
_LATELY, _BEFORE = Count(Ago("@timestamp", 6)), Count(Ago("@timestamp", 12, 6))
LATELY = Metric(
    name=Both("近 6 天", "Last 6 days"),
    meaning=Both(
        "最近 6 × 24 小时的声量；时段不到这里时为零。",
        "Mentions of the last 6 × 24 hours, as far as they are looked at.",
    ),
    of=_LATELY,
)
RISE = Metric(
    name=Both("比此前 6 天多", "More than in the 6 days before"),
    meaning=Both(
        "最近 6 × 24 小时的声量 - 此前 6 × 24 小时的声量；要看满 12 天才有意义。",
        "Mentions of the last 6 × 24 hours - those of the 6 × 24 hours before; look at 12 days or more.",
    ),
    of=_LATELY - _BEFORE,
)
NEGATIVE = Metric(
    name=Both("负面", "Negative"),
    meaning=Both("负面声量；人工标注优先于模型。", "Negative mentions; a person's label counts before the model's."),
    of=_NEGATIVE,
    colour="negative",
)
NEUTRAL = Metric(
    name=Both("中性", "Neutral"),
    meaning=Both("中性声量；人工标注优先于模型。", "Neutral mentions; a person's label counts before the model's."),
    of=Count(Is("sentiment.label", "neutral")),
    colour="neutral",
)
POSITIVE = Metric(
    name=Both("正面", "Positive"),
    meaning=Both("正面声量；人工标注优先于模型。", "Positive mentions; a person's label counts before the model's."),
    of=_POSITIVE,
    colour="positive",
)
NEGATIVE_SHARE = Metric(
    name=Both("负面占比", "Negative share"),
    meaning=Both("负面 / 声量。", "Negative / mentions."),
    of=_NEGATIVE / Count(),
    shape=Shape.SHARE,
)
NSR = Metric(
    name=Both("净情感值 NSR", "Net sentiment (NSR)"),
    meaning=Both(
        "（正面 - 负面）/（正面 + 负面），-1 到 1；中性不计，两者皆无时没有值。",
        "(positive - negative) / (positive + negative), -1 to 1; neutral ones do not count, and without either of the "
        "two there is no value.",
    ),
    of=_DIFFERENCE / _BOTH,
    shape=Shape.SCORE,
)
NSR_LOW = Metric(
    name=Both("NSR 下限", "NSR, low end"),
    meaning=Both(
        "NSR 的 95% Wilson 区间的下限：只反映条数多少带来的偶然性，不含模型误判与采集遗漏。",
        "Low end of NSR's 95 % Wilson interval: it speaks of chance in few mentions, not of the model's errors nor of "
        "what the crawl missed.",
    ),
    of=(_DIFFERENCE - _SPREAD) / (_BOTH + _Z2),
    shape=Shape.SCORE,
)
NSR_HIGH = Metric(
    name=Both("NSR 上限", "NSR, high end"),
    meaning=Both("NSR 的 95% Wilson 区间的上限。", "High end of NSR's 95 % Wilson interval."),
    of=(_DIFFERENCE + _SPREAD) / (_BOTH + _Z2),
    shape=Shape.SCORE,
)
ENGAGEMENT = Metric(
    name=Both("互动量", "Engagement"),
    meaning=Both(
        "抓取时平台公开显示的互动数之和，按平台口径（见 docs/metrics.md）；平台不显示的不计，浏览量不计。",
        "Public reactions at the fetch, added up by each platform's formula (docs/metrics.md); what a platform does "
        "not show does not count, nor do views.",
    ),
    of=Sum("engagement.total"),
)
PGC = Metric(
    name=Both("PGC 声量", "PGC mentions"),
    meaning=Both("机构或认证账号的声量。", "Mentions by organisations and verified accounts."),
    of=Count(_PROFESSIONAL),
)
UGC = Metric(
    name=Both("UGC 声量", "UGC mentions"),
    meaning=Both("其余账号（普通用户）的声量。", "Mentions by everyone else."),
    of=Count(Not(_PROFESSIONAL)),
)
PGC_SHARE = Metric(
    name=Both("PGC 占比", "PGC share"),
    meaning=Both("PGC 声量 / 声量。", "PGC mentions / mentions."),
    of=Count(_PROFESSIONAL) / Count(),
    shape=Shape.SHARE,
)
