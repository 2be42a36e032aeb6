"""竞品对比: brands beside each other."""

from config.both import Both
from dashboards.boards._shared import BRAND, CONTROLS, EMOTION, LATEST, NSR_BY_DAY, PLATFORM, SHARE_OF_VOICE
from dashboards.panel import Board, Draw, Panel, Time, Top
from indexing.metrics.of.accounts import ACCOUNTS, ACCOUNTS_KNOWN, REACH
from indexing.metrics.of.mentions import (
    ENGAGEMENT,
    MENTIONS,
    NEGATIVE,
    NEGATIVE_SHARE,
    NEUTRAL,
    NSR,
    NSR_HIGH,
    NSR_LOW,
    PGC_SHARE,
    POSITIVE,
)
from indexing.metrics.of.runs import COVERAGE, INCOMPLETE_RUNS, RUNS

BOARD = Board(
    title=Both("竞品对比", "Brands compared"),
    purpose=Both(
        "同一时段、同一口径下各品牌的声量与口碑。",
        "Volume and sentiment of the brands, in the same time and by the same definitions.",
    ),
    order=4,
    controls=CONTROLS,
    panels=(
        Panel(
            id="mentions-by-day",
            title=Both("每日声量", "Mentions by day"),
            question=Both("哪个品牌在什么时候被谈得最多？", "Which brand is spoken of most, and when?"),
            by=(BRAND, Time()),
            show=(MENTIONS,),
            draw=Draw.LINES,
            width=32,
            height=14,
        ),
        SHARE_OF_VOICE,
        Panel(
            id="voice-by-day",
            title=Both("声量占比走势", "Share of voice by day"),
            question=Both(
                "每天的声量在各品牌之间怎样分（百分比）？",
                "How is each day's volume divided among the brands, in percent?",
            ),
            by=(BRAND, Time()),
            show=(MENTIONS,),
            draw=Draw.SHARES,
            width=32,
            height=14,
        ),
        Panel(
            id="share-of-engagement",
            title=Both("互动占比", "Share of engagement"),
            question=Both(
                "各品牌引起的互动占全部的多少？只有各品牌采集得同样完整时才可比。",
                "What share of all engagement does each brand draw? To be compared only where the brands were crawled "
                "equally well.",
            ),
            by=(BRAND,),
            show=(ENGAGEMENT,),
            draw=Draw.DONUT,
            compares_brands=True,
            width=16,
            height=14,
        ),
        NSR_BY_DAY,
        Panel(
            id="compared",
            title=Both("对比表", "In figures"),
            question=Both("各品牌在每项指标上差多少？", "How far apart are the brands, metric by metric?"),
            by=(BRAND,),
            show=(MENTIONS, NEGATIVE_SHARE, NSR, NSR_LOW, NSR_HIGH, ENGAGEMENT, PGC_SHARE),
            draw=Draw.TABLE,
            width=48,
        ),
        Panel(
            id="sentiment",
            title=Both("各品牌情感", "Sentiment by brand"),
            question=Both("各品牌正负面各有多少？", "How many positive and negative mentions has each brand?"),
            by=(BRAND,),
            show=(NEGATIVE, NEUTRAL, POSITIVE),
            draw=Draw.BARS,
            width=24,
        ),
        Panel(
            id="sentiment-shares",
            title=Both("各品牌情感占比", "Shares of sentiment by brand"),
            question=Both(
                "不论声量大小，哪个品牌的负面占得多？",
                "Of which brand's mentions are more negative, however many they are?",
            ),
            by=(BRAND,),
            show=(NEGATIVE, NEUTRAL, POSITIVE),
            draw=Draw.SHARES,
            width=24,
        ),
        Panel(
            id="platforms",
            title=Both("各品牌平台", "Platforms by brand"),
            question=Both("各品牌在哪些平台上被谈？", "On which platforms is each brand spoken of?"),
            by=(BRAND, PLATFORM),
            show=(MENTIONS,),
            draw=Draw.BARS,
            width=24,
        ),
        Panel(
            id="emotions",
            title=Both("各品牌情绪", "Emotions by brand"),
            question=Both("各品牌引起什么情绪？", "Which emotions does each brand draw?"),
            by=(BRAND, EMOTION),
            show=(MENTIONS,),
            draw=Draw.BARS,
            width=24,
        ),
        Panel(
            id="accounts",
            title=Both("账号与触达", "Accounts and reach"),
            question=Both(
                "说到各品牌的有多少账号，他们有多少粉丝？",
                "How many accounts speak of each brand, with how many followers?",
            ),
            kind="accounts",
            by=(BRAND,),
            show=(ACCOUNTS, ACCOUNTS_KNOWN, REACH),
            draw=Draw.TABLE,
            width=24,
        ),
        Panel(
            id="coverage",
            title=Both("采集是否同样完整", "Were they crawled equally well?"),
            question=Both(
                "各查询的采集有没有缺？有缺时，各品牌的声量占比不可比。",
                "Did any crawl miss something? Where one did, the brands' shares cannot be compared.",
            ),
            kind="runs",
            by=(Top("query", Both("查询", "Query"), 30),),
            show=(RUNS, INCOMPLETE_RUNS, COVERAGE),
            draw=Draw.TABLE,
            width=24,
        ),
        LATEST,
    ),
)
