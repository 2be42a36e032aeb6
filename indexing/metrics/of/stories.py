"""How far stories go, and how fast the brand answers them."""

from config.both import Both
from indexing.metrics.expression import Count, Median, Sum
from indexing.metrics.metric import Metric, Shape
from indexing.metrics.where import Exists, Is

STORIES = Metric(
    name=Both("传播事件", "Stories"),
    meaning=Both(
        "首条提及在此期间的事件数；每个品牌各计一个。", "Stories that began in this time, one for each brand."
    ),
    kind="stories",
    of=Count(),
)
STORY_MENTIONS = Metric(
    name=Both("事件声量", "Mentions of the stories"),
    meaning=Both("这些事件的全部提及。", "All mentions in these stories."),
    kind="stories",
    of=Sum("mentions"),
)
STORY_REPOSTS = Metric(
    name=Both("转发与回复", "Reposts and answers"),
    meaning=Both("事件中转发或回复他人的提及。", "Mentions of the stories that repost or answer another one."),
    kind="stories",
    of=Sum("reposts"),
)
STORY_COPIES = Metric(
    name=Both("雷同", "Copies"),
    meaning=Both(
        "事件中内容相同而未注明来源的提及。", "Mentions of the stories that say the same without naming a source."
    ),
    kind="stories",
    of=Sum("copies"),
)
REPLIED = Metric(
    name=Both("已回应事件", "Stories answered"),
    meaning=Both("品牌自有账号回应过的事件数。", "Stories that the brand's own account answered."),
    kind="stories",
    of=Count(Exists("replied_at")),
)
REPLY_SHARE = Metric(
    name=Both("回应率", "Share answered"),
    meaning=Both(
        "已回应事件 / 品牌能回应的事件（所到平台上有品牌自有账号）；没有能回应的事件时没有值。",
        "Stories answered / stories that the brand could answer, having an account of its own where they went; without "
        "such a story there is no value.",
    ),
    kind="stories",
    of=Count(Exists("replied_at")) / Count(Is("answerable", True)),
    shape=Shape.SHARE,
)
RESPONSE_TIME = Metric(
    name=Both("回应用时（中位数）", "Response time (median)"),
    meaning=Both(
        "从事件首条提及到品牌自有账号首次回应的时间的中位数，只计已回应的事件。",
        "Median time from a story's first mention to the first answer of the brand's own account, of the stories "
        "answered.",
    ),
    kind="stories",
    of=Median("seconds_to_reply"),
    shape=Shape.SECONDS,
)
