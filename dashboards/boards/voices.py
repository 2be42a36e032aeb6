"""口碑与话题: what people speak of, what they want, and what the kind and the unkind say."""

from config.both import Both
from dashboards.boards._shared import BRAND, CONTROLS, EMOTION, INTENT, KEYWORDS, MENTION_COLUMNS, PLATFORM
from dashboards.boards._topics import ENTITIES, HOT_TOPICS, HOT_WORDS, SPEAKERS
from dashboards.panel import Board, Draw, Listing, Panel, Time, Top
from indexing.metrics.of.mentions import (
    ENGAGEMENT,
    LATELY,
    MENTIONS,
    NEGATIVE,
    NEGATIVE_SHARE,
    NEUTRAL,
    NSR,
    POSITIVE,
    RISE,
)
from indexing.metrics.of.quality import AGREEMENT, LABELLED, RIGHT, RIGHT_HIGH, RIGHT_LOW, SURE_RIGHT
from indexing.metrics.where import All, Exists, Is, Not

BOARD = Board(
    title=Both("口碑与话题", "Voices and topics"),
    purpose=Both(
        "话题、用词、意图，以及正面与负面的声音。", "Topics, words, intents, and what positive and negative voices say."
    ),
    order=3,
    controls=CONTROLS,
    panels=(
        Panel(
            id="words",
            title=Both("话题词", "Topics in words"),
            question=Both("大家在谈什么？", "What do people speak of?"),
            by=(KEYWORDS,),
            show=(MENTIONS,),
            draw=Draw.WORDS,
            width=24,
            height=15,
        ),
        Panel(
            id="topics",
            title=Both("话题口碑", "Topics in figures"),
            question=Both("每个话题的声量和口碑如何？", "How much is said of each topic, and how kindly?"),
            by=(Top("keywords", Both("话题词", "Topic"), 12, many=True),),
            show=(MENTIONS, NEGATIVE, POSITIVE, NSR, ENGAGEMENT),
            draw=Draw.TABLE,
            width=24,
            height=15,
        ),
        HOT_TOPICS,
        HOT_WORDS,
        Panel(
            id="rising-words",
            title=Both("上升词", "Rising words"),
            question=Both(
                "哪些词最近 6 天比此前 6 天说得多了？取说得最多的 200 个词来比。",
                "Which words are said more in the last 6 days than in the 6 before? Of the 200 that are said most.",
            ),
            by=(Top("keywords", Both("关键词", "Keyword"), 200, many=True),),
            show=(MENTIONS, LATELY, RISE, NEGATIVE_SHARE),
            draw=Draw.TABLE,
            sort=2,
            width=48,
            height=15,
        ),
        Panel(
            id="negative-words",
            title=Both("负面用词", "Words of negative voices"),
            question=Both("负面提及里最常出现什么词？", "Which words are commonest in negative mentions?"),
            where=Is("sentiment.label", "negative"),
            by=(Top("keywords", Both("关键词", "Keyword"), 15),),
            show=(NEGATIVE,),
            draw=Draw.BARS,
            width=16,
            height=16,
        ),
        Panel(
            id="positive-words",
            title=Both("正面用词", "Words of positive voices"),
            question=Both("正面提及里最常出现什么词？", "Which words are commonest in positive mentions?"),
            where=Is("sentiment.label", "positive"),
            by=(Top("keywords", Both("关键词", "Keyword"), 15),),
            show=(POSITIVE,),
            draw=Draw.BARS,
            width=16,
            height=16,
        ),
        Panel(
            id="intents",
            title=Both("意图", "Intents"),
            question=Both(
                "大家想要什么：投诉、提问、建议还是购买？", "What do people want: to complain, ask, suggest or buy?"
            ),
            by=(INTENT,),
            show=(MENTIONS,),
            draw=Draw.BARS,
            width=16,
            height=16,
        ),
        Panel(
            id="emotions-by-day",
            title=Both("每日情绪", "Emotions by day"),
            question=Both("情绪怎样随时间变化？", "How do emotions change over time?"),
            by=(EMOTION, Time()),
            show=(MENTIONS,),
            draw=Draw.COLUMNS,
            width=24,
        ),
        Panel(
            id="sentiment-by-platform",
            title=Both("各平台口碑", "Sentiment by platform"),
            question=Both("哪个平台的口碑最差？", "On which platform is sentiment worst?"),
            by=(PLATFORM,),
            show=(MENTIONS, NEGATIVE, NEUTRAL, POSITIVE, NSR),
            draw=Draw.TABLE,
            width=24,
        ),
        Panel(
            id="regions",
            title=Both("地区", "Regions"),
            question=Both(
                "哪些地区在说，口碑如何？只计平台给出地区的提及。",
                "Where do they speak, and how kindly? Only mentions whose platform says where.",
            ),
            by=(Top("region", Both("地区", "Region"), 15),),
            show=(MENTIONS, NEGATIVE, NSR),
            draw=Draw.TABLE,
            width=24,
            height=15,
        ),
        Panel(
            id="sites",
            title=Both("站点", "Sites"),
            question=Both(
                "哪些站点和频道在说，口碑如何，引起多少互动？",
                "Which hosts and channels speak, how kindly, and what do they draw?",
            ),
            by=(Top("site", Both("站点", "Site"), 15),),
            show=(MENTIONS, NEGATIVE, NSR, ENGAGEMENT),
            draw=Draw.TABLE,
            width=24,
            height=15,
        ),
        ENTITIES,
        SPEAKERS,
        Panel(
            id="links",
            title=Both("被分享的链接", "Links shared"),
            question=Both(
                "大家在分享哪些网页，带着什么态度？不计帖子自己站内的链接。",
                "Which pages do posts point to, and how kindly? Links within a post's own site do not count.",
            ),
            by=(Top("links", Both("链接", "Link"), 15, many=True),),
            show=(MENTIONS, NEGATIVE, NSR, ENGAGEMENT),
            draw=Draw.TABLE,
            width=48,
        ),
        Panel(
            id="quality",
            title=Both("模型在这里判得多准", "How often the engine is right here"),
            question=Both(
                "两人盲标的样本里，模型对该品牌判对了多少？用 `tingfeng label plan` 抽样。",
                "How often is the engine right about a brand, as two people say who labelled a sample of its mentions? "
                "`tingfeng label plan` draws one.",
            ),
            kind="quality",
            by=(Top("brand", BRAND.name, 12), Top("sample", Both("样本", "Sample"), 3)),
            show=(LABELLED, RIGHT, RIGHT_LOW, RIGHT_HIGH, SURE_RIGHT, AGREEMENT),
            draw=Draw.TABLE,
            width=48,
        ),
        Listing(
            id="negative-voices",
            title=Both("负面声音（互动最多）", "Negative voices that drew most"),
            question=Both(
                "互动最多的负面提及说了什么？", "What do the negative mentions say that drew most reactions?"
            ),
            where=Is("sentiment.label", "negative"),
            columns=("brand", "text", "engagement.total", "url.full"),
            sort="engagement.total",
            width=24,
        ),
        Listing(
            id="positive-voices",
            title=Both("正面声音（互动最多）", "Positive voices that drew most"),
            question=Both(
                "互动最多的正面提及说了什么？", "What do the positive mentions say that drew most reactions?"
            ),
            where=Is("sentiment.label", "positive"),
            columns=("brand", "text", "engagement.total", "url.full"),
            sort="engagement.total",
            width=24,
        ),
        Listing(
            id="leads",
            title=Both("潜在客户", "Leads"),
            question=Both("哪些不是客户的账号在说想买？", "Which accounts that are no customers speak of buying?"),
            where=All(
                (
                    Is("intent", "purchase"),
                    Not(Exists("customer.id")),
                    Not(Is("author.organisation", True)),
                    Not(Is("sentiment.label", "negative")),
                )
            ),
            columns=("brand", "author.name", "text", "engagement.total", "url.full"),
        ),
        Listing(
            id="voices",
            title=Both("全部声音", "All voices"),
            question=Both("这些数字背后是哪些帖子？", "Which posts are behind the figures?"),
            columns=MENTION_COLUMNS,
        ),
    ),
)
