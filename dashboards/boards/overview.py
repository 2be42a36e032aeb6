"""品牌总览: how much is said of each brand, how kindly, by whom and where."""

from dataclasses import replace

from config.both import Both
from dashboards.boards._shared import (
    BRAND,
    CONTROLS,
    EMOTION,
    LATEST,
    NSR_BY_DAY,
    PLATFORM,
    REACH_TILE,
    SENTIMENT_BY_DAY,
    SHARE_OF_VOICE,
)
from dashboards.panel import Board, Draw, Listing, Panel, number
from indexing.metrics.of.accounts import ACCOUNTS, REACH
from indexing.metrics.of.dark import DARK_FIGURE, DARK_HIGH, DARK_LOW, DARK_SEEN, DARK_SMALL_OVERLAP, DARK_WIDE
from indexing.metrics.of.mentions import (
    ENGAGEMENT,
    MENTIONS,
    NEGATIVE,
    NEGATIVE_SHARE,
    NSR,
    NSR_HIGH,
    NSR_LOW,
    PGC,
    POSITIVE,
    UGC,
)
from indexing.metrics.where import Exists

BOARD = Board(
    title=Both("品牌总览", "Brand overview"),
    purpose=Both(
        "声量、口碑、触达与平台分布；每个数字都能点到帖子。",
        "Volume, sentiment, reach and platforms; every figure leads to its posts.",
    ),
    order=1,
    controls=CONTROLS,
    panels=(
        number("mentions", MENTIONS, Both("一共有多少条提及？", "How many mentions are there?"), width=8),
        number(
            "nsr",
            NSR,
            Both("正面比负面多多少？", "By how much do positive ones outweigh negative ones?"),
            width=8,
        ),
        number(
            "negative-share",
            NEGATIVE_SHARE,
            Both(
                "多大比例的提及是负面的？",
                "What share of the mentions is negative?",
            ),
            width=8,
        ),
        number("engagement", ENGAGEMENT, Both("引起了多少互动？", "How many reactions did they draw?"), width=8),
        REACH_TILE,
        number("accounts", ACCOUNTS, Both("有多少账号在说？", "How many accounts speak?"), width=8),
        replace(SENTIMENT_BY_DAY, height=14),
        SHARE_OF_VOICE,
        NSR_BY_DAY,
        Panel(
            id="brands",
            title=Both("品牌口碑表", "Brands in figures"),
            question=Both(
                "每个品牌的声量、口碑及其区间、互动量是多少？",
                "What are each brand's volume, sentiment with its interval, and engagement?",
            ),
            by=(BRAND,),
            show=(MENTIONS, NEGATIVE, POSITIVE, NSR, NSR_LOW, NSR_HIGH, ENGAGEMENT),
            draw=Draw.TABLE,
            width=32,
        ),
        Panel(
            id="dark",
            title=Both("暗数", "Dark figures"),
            question=Both(
                "采到的之外还有多少？实际可能有多少条？",
                "How much is there beyond what was seen?",
            ),
            kind="dark",
            by=(BRAND, PLATFORM),
            show=(DARK_SEEN, DARK_FIGURE, DARK_LOW, DARK_HIGH, DARK_SMALL_OVERLAP, DARK_WIDE),
            draw=Draw.TABLE,
            width=48,
        ),
        Panel(
            id="platforms",
            title=Both("平台分布", "Platforms"),
            question=Both("在哪些平台上说，口碑如何？", "On which platforms is it said, and how?"),
            by=(PLATFORM,),
            show=(MENTIONS,),
            draw=Draw.BARS,
            width=16,
        ),
        Panel(
            id="emotions",
            title=Both("情绪", "Emotions"),
            question=Both("提及中带着什么情绪？", "Which emotions do the mentions carry?"),
            by=(EMOTION,),
            show=(MENTIONS,),
            draw=Draw.BARS,
            width=16,
        ),
        Panel(
            id="reach-by-brand",
            title=Both("各品牌触达", "Reach by brand"),
            question=Both(
                "说到各品牌的账号有多少粉丝？", "How many followers have the accounts that speak of each brand?"
            ),
            kind="accounts",
            by=(BRAND,),
            where=Exists("followers"),
            show=(REACH,),
            draw=Draw.BARS,
            width=16,
        ),
        Panel(
            id="pgc-ugc",
            title=Both("PGC 与 UGC", "PGC and UGC"),
            question=Both(
                "是机构与认证账号在说，还是普通用户在说？",
                "Do organisations and verified accounts speak, or everyone else?",
            ),
            by=(BRAND,),
            show=(PGC, UGC),
            draw=Draw.BARS,
            width=16,
        ),
        Listing(
            id="top-stories",
            title=Both("热门事件", "Top stories"),
            question=Both("哪些事件的提及最多？", "Which stories have the most mentions?"),
            kind="stories",
            columns=("brand", "title", "mentions", "negative", "reach", "engagement", "platforms", "last_at"),
            sort="mentions",
            height=14,
        ),
        LATEST,
    ),
)
