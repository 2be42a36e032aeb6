"""提及明细: where every drill-down leads, with the filters that were set before it."""

from dataclasses import replace

from config.both import Both
from dashboards.boards._shared import CONTROLS, LATEST, SENTIMENT_BY_DAY
from dashboards.panel import Board, number
from indexing.metrics.of.mentions import MENTIONS, NSR

BOARD = Board(
    title=Both("提及明细", "Mentions"),
    purpose=Both(
        "任何图形下钻到这里：是哪些帖子，原文在哪里。",
        "Where any chart leads to: which posts they are, and where to read them.",
    ),
    order=8,
    controls=CONTROLS,
    panels=(
        number(
            "mentions",
            MENTIONS,
            Both(
                "符合筛选的提及有多少条？",
                "How many mentions fit the filters?",
            ),
            width=8,
            height=10,
        ),
        number("nsr", NSR, Both("它们的口碑如何？", "How kind are they?"), width=8, height=10),
        replace(SENTIMENT_BY_DAY, height=10),
        LATEST,
    ),
)
