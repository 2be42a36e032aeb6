"""Buckets, controls and lists that several dashboards use."""

from config.both import Both
from dashboards.panel import Control, Draw, Listing, Panel, Time, Top
from indexing.metrics.of.accounts import ACCOUNTS_KNOWN, REACH
from indexing.metrics.of.mentions import MENTIONS, NEGATIVE, NEUTRAL, NSR, POSITIVE

BRAND = Top("brand", Both("品牌", "Brand"), 12)
PLATFORM = Top("platform", Both("平台", "Platform"))
EMOTION = Top("emotion", Both("情绪", "Emotion"), 6)
INTENT = Top("intent", Both("意图", "Intent"), 8)
KEYWORDS = Top("keywords", Both("关键词", "Keyword"), 40)

BRANDS = Control("brand", BRAND.name)
CONTROLS = (
    BRANDS,
    Control("platform", PLATFORM.name),
    Control("sentiment.label", Both("情感", "Sentiment")),
)

MENTION_COLUMNS = (
    "brand",
    "platform",
    "author.name",
    "text",
    "sentiment.label",
    "engagement.total",
    "url.full",
)
"""What a list shows of a mention, the link to the post included; the time stands before them."""

LATEST = Listing(
    id="latest-mentions",
    title=Both("提及明细", "The mentions"),
    question=Both(
        "这些数字背后是哪些帖子？点选上面任何图形，即列出它背后的帖子。",
        "Which posts are behind the figures? A click on any chart above lists the posts behind it.",
    ),
    columns=MENTION_COLUMNS,
)

REACH_TILE = Panel(
    id="reach",
    title=REACH.name,
    question=Both(
        "在说的账号一共有多少粉丝？下方为粉丝数已知的账号数。",
        "How many followers have the accounts that speak? Below: how many accounts' followers are known.",
    ),
    kind="accounts",
    show=(REACH, ACCOUNTS_KNOWN),
    draw=Draw.NUMBER,
    width=8,
    height=6,
)
SENTIMENT_BY_DAY = Panel(
    id="sentiment-by-day",
    title=Both("每日声量与情感", "Mentions by day and sentiment"),
    question=Both("声量和口碑怎样随时间变化？", "How do volume and sentiment change over time?"),
    by=(Time(),),
    show=(NEGATIVE, NEUTRAL, POSITIVE),
    draw=Draw.COLUMNS,
    annotated=True,
    width=32,
)
NSR_BY_DAY = Panel(
    id="nsr-by-day",
    title=Both("净情感值走势", "Net sentiment by day"),
    question=Both(
        "各品牌的口碑是在变好还是变坏？没有正面也没有负面的日子没有值。",
        "Does each brand's sentiment get better or worse? A day without a positive or negative mention has no value.",
    ),
    by=(BRAND, Time()),
    show=(NSR,),
    draw=Draw.LINES,
    annotated=True,
    width=48,
    height=14,
)
SHARE_OF_VOICE = Panel(
    id="share-of-voice",
    title=Both("声量占比", "Share of voice"),
    question=Both(
        "各品牌占全部声量的多少？只有各品牌采集得同样完整时才可比：见《竞品对比》中的采集情况。",
        "What share of all mentions has each brand? To be compared only where the brands were crawled equally well: "
        "see the panel on crawling among the brands compared.",
    ),
    by=(BRAND,),
    show=(MENTIONS,),
    draw=Draw.DONUT,
    compares_brands=True,
    width=16,
    height=14,
)
