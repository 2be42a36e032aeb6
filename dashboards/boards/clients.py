"""客户之声: what known customers say, by customer."""

from dataclasses import replace

from config.both import Both
from dashboards.boards._shared import CONTROLS, MENTION_COLUMNS, PLATFORM, SENTIMENT_BY_DAY
from dashboards.panel import Board, Control, Draw, Listing, Panel, Top, number
from indexing.metrics.of.customers import CUSTOMER_MENTIONS, CUSTOMERS, CUSTOMERS_HEARD, LINKS
from indexing.metrics.of.mentions import ENGAGEMENT, NEGATIVE, NSR, POSITIVE
from indexing.metrics.where import Exists, Is

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
        Listing(
            id="linked-mentions",
            title=Both("客户的提及", "The customers' mentions"),
            question=Both("客户说了什么？", "What do the customers say?"),
            where=_LINKED,
            columns=("customer.id", *MENTION_COLUMNS),
        ),
    ),
)
