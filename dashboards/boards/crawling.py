"""采集健康: what the crawls saw, what they did not see, and how far they lie behind."""

from config.both import Both
from dashboards.panel import Board, Control, Draw, Listing, Panel, Time, Top, number
from indexing.metrics.of.mentions import MENTIONS
from indexing.metrics.of.runs import (
    BACKFILLED,
    BACKFILLS,
    CAPPED,
    COVERAGE,
    DEAD_LETTERS,
    GAPS,
    INCOMPLETE_RUNS,
    LAST_COMPLETE,
    LAST_RUN,
    LAST_SUCCESS,
    LOST_GAPS,
    PAGES,
    POSTS,
    RUNS,
    SEEN_UP_TO,
)
from indexing.metrics.where import Exists

_VERDICT = Top("verdict", Both("结果", "Verdict"), 8)

BOARD = Board(
    title=Both("采集健康", "Crawling"),
    purpose=Both(
        "采集是否取全、落后多少、搁置了什么。",
        "Whether the crawls saw all, how far they lie behind, and what was set aside.",
    ),
    order=7,
    kind="runs",
    controls=(Control("platform", Both("平台", "Platform")), Control("verdict", _VERDICT.name)),
    panels=(
        number("runs", RUNS, Both("采集了多少次？", "How many crawls ended?"), width=10),
        number("coverage", COVERAGE, Both("多大比例的采集取全了？", "What share of the crawls saw all?"), width=10),
        number(
            "incomplete",
            INCOMPLETE_RUNS,
            Both(
                "有多少次采集没有取全？",
                "How many crawls did not see all?",
            ),
            width=10,
        ),
        number("posts", POSTS, Both("采到了多少新帖？", "How many new posts were found?"), width=9),
        number("dead-letters", DEAD_LETTERS, Both("有多少条被搁置？", "How many posts were set aside?"), width=9),
        Panel(
            id="verdicts-by-day",
            title=Both("每日采集结果", "Verdicts by day"),
            question=Both("采集从什么时候开始不正常？", "Since when do crawls go wrong?"),
            kind="runs",
            by=(_VERDICT, Time()),
            show=(RUNS,),
            draw=Draw.COLUMNS,
            width=32,
        ),
        Panel(
            id="verdicts",
            title=Both("采集结果", "Verdicts"),
            question=Both("采集的结果如何？", "What did the crawls come to?"),
            kind="runs",
            by=(_VERDICT,),
            show=(RUNS,),
            draw=Draw.DONUT,
            width=16,
        ),
        Panel(
            id="lag",
            title=Both("来源与延迟", "Sources and lag"),
            question=Both(
                "每个来源最近一次采集在何时，采到了何时的帖子，漏了多少？",
                "When was each source crawled last, up to when has it been seen, and what was missed?",
            ),
            kind="runs",
            by=(Top("feed", Both("来源", "Feed"), 20), Top("query", Both("查询", "Query"), 20)),
            show=(RUNS, INCOMPLETE_RUNS, COVERAGE, POSTS, DEAD_LETTERS, LAST_RUN, LAST_COMPLETE, SEEN_UP_TO),
            draw=Draw.TABLE,
            width=48,
        ),
        Panel(
            id="covered",
            title=Both("采全了吗", "What is covered"),
            question=Both(
                "每个来源的每个查询读了多少页，有哪些超出平台上限或补不上？",
                "How many pages were read for each query, and what is beyond the platform's cap, or lost?",
            ),
            kind="runs",
            by=(Top("feed", Both("来源", "Feed"), 20), Top("query", Both("查询", "Query"), 20)),
            show=(PAGES, GAPS, LOST_GAPS, CAPPED, BACKFILLS, BACKFILLED, LAST_SUCCESS),
            draw=Draw.TABLE,
            width=48,
        ),
        Listing(
            id="gaps",
            title=Both("缺口", "The gaps"),
            question=Both("哪段时间没有采到？", "Of which times may posts be missing?"),
            kind="runs",
            where=Exists("gap.start"),
            columns=("feed", "query", "gap.start", "gap.end", "gap.lost", "slice.region", "message"),
        ),
        Panel(
            id="indexed-by-day",
            title=Both("每日入库", "Indexed by day"),
            question=Both("每天有多少提及进入索引？", "How many mentions come into the index each day?"),
            by=(Time(field="event.ingested"),),
            show=(MENTIONS,),
            draw=Draw.COLUMNS,
            width=24,
        ),
        Panel(
            id="time-precision",
            title=Both("时间精度", "How exactly times are known"),
            question=Both("平台给出的发布时间有多准？", "How exactly do platforms tell when a post was published?"),
            by=(Top("time_precision", Both("精度", "Precision"), 8),),
            show=(MENTIONS,),
            draw=Draw.BARS,
            width=24,
        ),
        Listing(
            id="run-list",
            title=Both("采集记录", "The crawls"),
            question=Both(
                "每次采集的结果与说明是什么？", "What did each crawl come to, and what should a person know?"
            ),
            kind="runs",
            columns=("feed", "query", "verdict", "complete", "posts", "new", "dead", "message"),
        ),
    ),
)
