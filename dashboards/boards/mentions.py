"""提及明细: where every drill-down leads, with the filters that were set before it."""

from config.both import Both
from dashboards.boards._shared import CONTROLS, LATEST
from dashboards.panel import Board, Draw, Panel, Time
from indexing.metrics.of.mentions import MENTIONS, NEGATIVE, NEUTRAL, NSR, POSITIVE

BOARD = Board(
    title=Both("提及明细", "Mentions"),
    purpose=Both(
        "任何图形下钻到这里：是哪些帖子，原文在哪里。",
        "Where any chart leads to: which posts they are, and where to read them.",
    ),
    order=8,
    controls=CONTROLS,
    panels=(
        Panel(
            id="mentions",
            title=Both("声量", "Mentions"),
            question=Both("符合筛选的提及有多少条？", "How many mentions fit the filters?"),
            show=(MENTIONS,),
            draw=Draw.NUMBER,
            width=8,
            height=10,
        ),
        Panel(
            id="nsr",
            title=Both("净情感值 NSR", "Net sentiment (NSR)"),
            question=Both("它们的口碑如何？", "How kind are they?"),
            show=(NSR,),
            draw=Draw.NUMBER,
            width=8,
            height=10,
        ),
        Panel(
            id="sentiment-by-day",
            title=Both("每日声量与情感", "Mentions by day and sentiment"),
            question=Both("它们是什么时候发的？", "When were they published?"),
            by=(Time(),),
            show=(NEGATIVE, NEUTRAL, POSITIVE),
            draw=Draw.COLUMNS,
            width=32,
            height=10,
        ),
        LATEST,
    ),
)
