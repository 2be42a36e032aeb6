"""客户之声: what known customers say, by customer."""

from dataclasses import replace

from config.both import Both
from dashboards.boards._shared import CONTROLS, MENTION_COLUMNS, PLATFORM, SENTIMENT_BY_DAY
from dashboards.panel import Board, Control, Draw, Listing, Panel, Top, number
from indexing.metrics.of.cases import (
    CASE_MENTIONS,
    CASES,
    CASES_ANSWERED_SHARE,
    CASES_OPEN,
    CASES_REOPENED,
    SECONDS_TO_FIRST_ANSWER,
    SECONDS_TO_SETTLE,
    WORK_SECONDS_TO_FIRST_ANSWER,
)
from indexing.metrics.of.customers import CUSTOMER_MENTIONS, CUSTOMERS, CUSTOMERS_HEARD, LINKS
from indexing.metrics.of.mentions import ENGAGEMENT, NEGATIVE, NSR, POSITIVE
from indexing.metrics.of.profiles import AT_RISK, CHURN, CUSTOMER_NSR, ORDERS, PROFILES
from indexing.metrics.where import All, Exists, Is

_CUSTOMER = Top("customer.id", Both("客户", "Customer"), 20)
_LINKED = Exists("customer.id")

BOARD = Board(
    title=Both("客户之声", "Voice of the customers"),
    purpose=Both("已关联客户说了什么，按客户查看。", "What linked customers say, customer by customer."),
    order=6,
    controls=(*CONTROLS, Control("customer.id", _CUSTOMER.name)),
    panels=(
        number(
            "customer-mentions",
            CUSTOMER_MENTIONS,
            Both(
                "客户说了多少条？",
                "How many mentions are by customers?",
            ),
            width=12,
            where=_LINKED,
        ),
        number(
            "customers-heard",
            CUSTOMERS_HEARD,
            Both(
                "有多少客户在说？",
                "How many customers spoke?",
            ),
            width=12,
            where=_LINKED,
        ),
        number("customers", CUSTOMERS, Both("名单里有多少客户？", "How many customers are on the lists?"), width=12),
        number(
            "links",
            LINKS,
            Both(
                "有多少账号关联到了客户？",
                "How many accounts are linked to a customer?",
            ),
            width=12,
        ),
        replace(SENTIMENT_BY_DAY, where=_LINKED, annotated=False),
        Panel(
            id="platforms",
            title=Both("客户所在平台", "Platforms of the customers"),
            question=Both("客户在哪些平台上说？", "On which platforms do customers speak?"),
            where=_LINKED,
            by=(PLATFORM,),
            show=(CUSTOMER_MENTIONS,),
            draw=Draw.DONUT,
            width=16,
        ),
        Panel(
            id="by-customer",
            title=Both("按客户", "By customer"),
            question=Both("哪些客户说得最多，态度如何？", "Which customers say most, and how kindly?"),
            where=_LINKED,
            by=(_CUSTOMER,),
            show=(CUSTOMER_MENTIONS, NEGATIVE, POSITIVE, NSR, ENGAGEMENT),
            draw=Draw.TABLE,
            width=32,
        ),
        Panel(
            id="tiers",
            title=Both("客户等级", "Tiers"),
            question=Both("名单里的客户是什么等级？", "Of which tiers are the customers on the lists?"),
            kind="customers",
            where=Is("active", True),
            by=(Top("tier", Both("等级", "Tier")),),
            show=(CUSTOMERS,),
            draw=Draw.BARS,
            width=16,
        ),
        number(
            "cases-open",
            CASES_OPEN,
            Both("有多少投诉待处理？", "How many complaints are open?"),
            width=12,
        ),
        number(
            "cases-answered",
            CASES_ANSWERED_SHARE,
            Both("多少投诉已有回应？", "How many complaints have been answered?"),
            width=12,
        ),
        Panel(
            id="first-answer",
            title=SECONDS_TO_FIRST_ANSWER.name,
            question=Both("客户等多久才有首次回应？", "How long does a customer wait for the first answer?"),
            kind="cases",
            show=(SECONDS_TO_FIRST_ANSWER, WORK_SECONDS_TO_FIRST_ANSWER),
            draw=Draw.NUMBER,
            width=12,
            height=6,
        ),
        Panel(
            id="settled",
            title=SECONDS_TO_SETTLE.name,
            question=Both("一件投诉多久解决？", "How long until a complaint is settled?"),
            kind="cases",
            show=(SECONDS_TO_SETTLE, CASES_REOPENED),
            draw=Draw.NUMBER,
            width=12,
            height=6,
        ),
        Panel(
            id="cases-by-value",
            title=Both("各价值客户的投诉", "Complaints by value of the customer"),
            question=Both(
                "高价值客户的投诉是否更快得到回应？", "Are complaints of valuable customers answered sooner?"
            ),
            kind="cases",
            by=(Top("value_band", Both("价值", "Value")),),
            show=(CASES, CASES_OPEN, SECONDS_TO_FIRST_ANSWER, SECONDS_TO_SETTLE, CASE_MENTIONS),
            draw=Draw.TABLE,
            width=24,
        ),
        Panel(
            id="segments",
            title=Both("客户分群", "Segments by value"),
            question=Both("各群客户怎么说、会不会流失？", "How does each segment speak, and may it leave?"),
            kind="profiles",
            where=Is("active", True),
            by=(Top("segment", Both("分群", "Segment")),),
            show=(PROFILES, ORDERS, CUSTOMER_NSR, CHURN, AT_RISK),
            draw=Draw.TABLE,
            width=24,
        ),
        Listing(
            id="cases",
            title=Both("投诉与处理", "Complaints and how they stand"),
            question=Both("谁的投诉，进展如何？", "Whose complaint is it, and how does it stand?"),
            kind="cases",
            columns=("customer", "tier", "value_band", "brand", "state", "assignee", "count", "last_at"),
        ),
        Listing(
            id="may-leave",
            title=Both("可能流失的客户", "Customers who may leave"),
            question=Both("哪些客户流失风险最高，因为什么？", "Which customers are likeliest to leave, and why?"),
            kind="profiles",
            where=All((Is("active", True), Is("churn.band", "high", "middle"))),
            columns=("customer", "tier", "value_band", "churn.score", "churn.silence", "churn.negative", "voice.nsr"),
            sort="churn.score",
            width=24,
        ),
        Listing(
            id="advocates",
            title=Both("拥护者", "Advocates"),
            question=Both("哪些客户的好话被更多人听到？", "Which customers' praise is heard most?"),
            where=All((_LINKED, Is("sentiment.label", "positive"))),
            columns=("customer.id", "brand", "text", "engagement.total", "url.full"),
            sort="engagement.total",
            width=24,
        ),
        Listing(
            id="linked-mentions",
            title=Both("客户的提及", "The customers' mentions"),
            question=Both("客户说了什么？", "What do the customers say?"),
            where=_LINKED,
            columns=("customer.id", *MENTION_COLUMNS),
        ),
    ),
)
