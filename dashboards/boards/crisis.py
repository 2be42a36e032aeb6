"""危机预警: what is open, how fast it is taken up, where it bursts, and which rules fire."""

from config.both import Both
from dashboards.boards._shared import BRAND, BRANDS, MENTION_COLUMNS
from dashboards.panel import Board, Control, Draw, Every, Listing, Panel, Time, Top, number
from indexing.metrics.of.alerts import (
    ALERTS,
    JUDGED,
    OPEN_ALERTS,
    PRECISION,
    PRECISION_HIGH,
    PRECISION_LOW,
    TIME_TO_ACKNOWLEDGE,
    TIME_TO_RESOLVE,
)
from indexing.metrics.of.levels import COUNTED, NEARNESS, THRESHOLD, USUAL
from indexing.metrics.of.mentions import NEGATIVE, NEGATIVE_SHARE
from indexing.metrics.where import Is

BOARD = Board(
    title=Both("危机预警", "Crisis and alerts"),
    purpose=Both(
        "未解除的预警、处置用时、负面爆发与触发最多的规则。",
        "Open alerts, how fast they are handled, bursts, and the rules that fire most.",
    ),
    order=2,
    kind="alerts",
    controls=(BRANDS, Control("severity", Both("级别", "Severity")), Control("state", Both("状态", "State"))),
    panels=(
        number(
            "open-alerts",
            OPEN_ALERTS,
            Both(
                "现在有多少预警没有解除？",
                "How many alerts are not resolved?",
            ),
            width=12,
        ),
        number("alerts", ALERTS, Both("一共触发了多少预警？", "How many alerts were raised?"), width=12),
        number("negative", NEGATIVE, Both("有多少负面提及？", "How many negative mentions are there?"), width=12),
        number(
            "negative-share",
            NEGATIVE_SHARE,
            Both(
                "多大比例的提及是负面的？",
                "What share of the mentions is negative?",
            ),
            width=12,
        ),
        Panel(
            id="bursts",
            title=Both("负面爆发（每小时）", "Bursts: negative mentions by hour"),
            question=Both("负面在什么时候爆发，是哪个品牌？", "When do negative mentions burst, and of which brand?"),
            by=(BRAND, Time(every=Every.HOUR)),
            show=(NEGATIVE,),
            draw=Draw.COLUMNS,
            annotated=True,
            width=32,
            height=14,
        ),
        Panel(
            id="severities",
            title=Both("预警级别", "Severity"),
            question=Both("预警有多严重？", "How severe are the alerts?"),
            kind="alerts",
            by=(Top("severity", Both("级别", "Severity"), 5),),
            show=(ALERTS,),
            draw=Draw.DONUT,
            width=16,
            height=14,
        ),
        Panel(
            id="nearness",
            title=Both("离报警多近", "How near to an alert"),
            question=Both(
                "每小时的负面达到突增规则门槛的百分之几？",
                "What share of the burst rules' threshold does each hour reach?",
            ),
            kind="levels",
            by=(BRAND, Time(every=Every.HOUR)),
            show=(NEARNESS,),
            draw=Draw.LINES,
            annotated=True,
            width=24,
            height=14,
        ),
        Panel(
            id="levels",
            title=Both("负面、平时与门槛", "Negative, usual and threshold"),
            question=Both(
                "负面比平时多多少，离门槛多远？选一个品牌来看；不选时为各品牌、各规则之和。",
                "How far is it above the usual, and below the threshold? Choose a brand; else all brands and rules are "
                "added up.",
            ),
            kind="levels",
            by=(Time(every=Every.HOUR),),
            show=(COUNTED, USUAL, THRESHOLD),
            draw=Draw.LINES,
            annotated=True,
            width=24,
            height=14,
        ),
        Panel(
            id="rules",
            title=Both("触发最多的规则", "Rules that fire most"),
            question=Both(
                "哪些规则触发得最多，还有多少没解除？", "Which rules fire most, and how many alerts of each are open?"
            ),
            kind="alerts",
            by=(Top("rule", Both("规则", "Rule"), 15),),
            show=(ALERTS, OPEN_ALERTS),
            draw=Draw.TABLE,
            width=20,
        ),
        Panel(
            id="handling",
            title=Both("认领与解除用时", "Time to acknowledge and to resolve"),
            question=Both(
                "预警多久有人认领，多久解除？", "How long until an alert is acknowledged, and until it is resolved?"
            ),
            kind="alerts",
            by=(BRAND,),
            show=(ALERTS, OPEN_ALERTS, TIME_TO_ACKNOWLEDGE, TIME_TO_RESOLVE),
            draw=Draw.TABLE,
            width=28,
        ),
        Panel(
            id="worth",
            title=Both("值得叫吗", "Was it worth it"),
            question=Both(
                "哪些规则叫得对？只计有人评价过的，带 95% 区间；选一个月来看那个月。",
                "Which rules were right? Of the alerts that people judged, with the 95 % interval; choose the month.",
            ),
            kind="alerts",
            by=(Top("rule", Both("规则", "Rule"), 15),),
            show=(JUDGED, PRECISION, PRECISION_LOW, PRECISION_HIGH),
            draw=Draw.TABLE,
            width=48,
        ),
        Panel(
            id="alerts-by-day",
            title=Both("每日预警", "Alerts by day"),
            question=Both("预警在什么时候触发？", "When are alerts raised?"),
            kind="alerts",
            by=(Top("severity", Both("级别", "Severity"), 5), Time()),
            show=(ALERTS,),
            draw=Draw.COLUMNS,
            width=48,
            height=10,
        ),
        Listing(
            id="alert-list",
            title=Both("预警列表", "The alerts"),
            question=Both("每条预警为什么触发，现在怎样？", "Why was each alert raised, and how does it stand?"),
            kind="alerts",
            columns=("brand", "severity", "state", "title", "reason_zh", "evidence.total", "assignee"),
            height=12,
        ),
        Listing(
            id="negative-mentions",
            title=Both("负面提及", "Negative mentions"),
            question=Both("负面在说什么？", "What do the negative ones say?"),
            where=Is("sentiment.label", "negative"),
            columns=MENTION_COLUMNS,
        ),
    ),
)
