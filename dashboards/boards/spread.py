"""传播与账号: how far stories go, who carries them, and what looks arranged."""

from dataclasses import replace

from config.both import Both
from dashboards.boards._shared import BRAND, BRANDS, LATEST, REACH_TILE
from dashboards.panel import Board, Draw, Listing, Panel, Time, Top, number
from indexing.metrics.of.accounts import ACCOUNT_ENGAGEMENT, ACCOUNT_MENTIONS, ACCOUNTS, REACH, SUSPECTED_ACCOUNTS
from indexing.metrics.of.mentions import MENTIONS
from indexing.metrics.of.stories import (
    REPLIED,
    REPLY_SHARE,
    RESPONSE_TIME,
    STORIES,
    STORY_COPIES,
    STORY_MENTIONS,
    STORY_REPOSTS,
)
from indexing.metrics.where import Exists

BOARD = Board(
    title=Both("传播与账号", "Spread and accounts"),
    purpose=Both(
        "事件传到多远、由谁传播、哪些像有组织，以及自有账号回应得多快。",
        "How far stories go, who carries them, what looks arranged, and how fast the brand answers.",
    ),
    order=5,
    kind="stories",
    controls=(BRANDS,),
    panels=(
        number("stories", STORIES, Both("有多少传播事件？", "How many stories are there?"), width=12),
        number("accounts", ACCOUNTS, Both("有多少账号在说？", "How many accounts speak?"), width=12),
        replace(REACH_TILE, width=12),
        number(
            "suspected",
            SUSPECTED_ACCOUNTS,
            Both(
                "有多少账号像是有组织的？",
                "How many accounts look arranged?",
            ),
            width=12,
        ),
        Panel(
            id="stories-by-day",
            title=Both("每日新事件", "Stories by day"),
            question=Both("事件在什么时候开始？", "When do stories begin?"),
            kind="stories",
            by=(BRAND, Time()),
            show=(STORIES,),
            draw=Draw.COLUMNS,
            width=32,
        ),
        Panel(
            id="roles",
            title=Both("传播方式", "How they spread"),
            question=Both("是首发、转发、回复还是雷同内容？", "Are they origins, reposts, replies or copies?"),
            where=Exists("story.role"),
            by=(Top("story.role", Both("角色", "Role"), 4),),
            show=(MENTIONS,),
            draw=Draw.DONUT,
            width=16,
        ),
        Panel(
            id="answers",
            title=Both("传播与自有账号回应", "Spread, and the brand's answers"),
            question=Both(
                "各品牌的事件传了多远，自有账号回应了多少、多快？",
                "How far do each brand's stories go, and how often and how fast does the brand answer?",
            ),
            kind="stories",
            by=(BRAND,),
            show=(STORIES, STORY_MENTIONS, STORY_REPOSTS, STORY_COPIES, REPLIED, REPLY_SHARE, RESPONSE_TIME),
            draw=Draw.TABLE,
            width=48,
        ),
        Listing(
            id="widest-stories",
            title=Both("传播最广的事件", "Stories that went farthest"),
            question=Both(
                "哪些事件传得最远，谁首发、谁最先转？",
                "Which stories went farthest, who began them, and who passed them on first?",
            ),
            kind="stories",
            columns=(
                "brand",
                "title",
                "mentions",
                "reach",
                "growth",
                "origin.author",
                "first_mover",
                "coordination.score",
            ),
            sort="reach",
        ),
        Panel(
            id="influencers",
            title=Both("最有影响的账号", "Influencers"),
            question=Both(
                "谁的粉丝最多，引起了多少互动？", "Who has most followers, and how many reactions did they draw?"
            ),
            kind="accounts",
            by=(Top("name", Both("账号", "Account"), 15),),
            show=(REACH, ACCOUNT_MENTIONS, ACCOUNT_ENGAGEMENT),
            draw=Draw.TABLE,
            width=24,
            height=16,
        ),
        Listing(
            id="coordination",
            title=Both("协同得分最高的账号", "Accounts that look most arranged"),
            question=Both("哪些账号最像有组织，凭什么？", "Which accounts look most arranged, and by what?"),
            kind="accounts",
            columns=(
                "name",
                "platform",
                "mentions",
                "coordination.score",
                "coordination.copies",
                "coordination.rhythm",
            ),
            sort="coordination.score",
            width=24,
        ),
        LATEST,
    ),
)
