"""Buckets, controls and lists that several dashboards use."""

from config.both import Both
from dashboards.panel import Control, Listing, Top

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
        "这些数字背后是哪些帖子？点选上面任何图形即可筛选此表。",
        "Which posts are behind the figures? A click on any chart above filters this list.",
    ),
    columns=MENTION_COLUMNS,
)
