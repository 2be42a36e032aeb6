"""客户之声: what known customers say, by customer."""

from config.both import Both
from dashboards.boards._shared import CONTROLS, MENTION_COLUMNS, PLATFORM
from dashboards.panel import Board, Control, Draw, Listing, Panel, Time, Top
from indexing.metrics.of.customers import CUSTOMER_MENTIONS, CUSTOMERS, CUSTOMERS_HEARD, LINKS
from indexing.metrics.of.mentions import ENGAGEMENT, NEGATIVE, NEUTRAL, NSR, POSITIVE
from indexing.metrics.where import Exists, Is

_CUSTOMER = Top("customer.id", Both("客户", "Customer"), 20)
_LINKED = Exists("customer.id")

BOARD = Board(
    title=Both("客户之声", "Voice of the customers"),
    purpose=Both("已关联客户说了什么，按客户查看。", "What linked customers say, customer by customer."),
    order=6,
    controls=(*CONTROLS, Control("customer.id", _CUSTOMER.name)),
    panels=(
        Panel(
            id="customer-mentions",
            title=Both("客户声量", "Mentions by customers"),
            question=Both("客户说了多少条？", "How many mentions are by customers?"),
            where=_LINKED,
            show=(CUSTOMER_MENTIONS,),
            draw=Draw.NUMBER,
            width=12,
            height=6,
        ),
        Panel(
            id="customers-heard",
            title=Both("发声客户", "Customers heard"),
            question=Both("有多少客户在说？", "How many customers spoke?"),
            where=_LINKED,
            show=(CUSTOMERS_HEARD,),
            draw=Draw.NUMBER,
            width=12,
            height=6,
        ),
        Panel(
            id="customers",
            title=Both("名单客户", "Customers on the lists"),
            question=Both("名单里有多少客户？", "How many customers are on the lists?"),
            kind="customers",
            show=(CUSTOMERS,),
            draw=Draw.NUMBER,
            width=12,
            height=6,
        ),
        Panel(
            id="links",
            title=Both("有效关联", "Links"),
            question=Both("有多少账号关联到了客户？", "How many accounts are linked to a customer?"),
            kind="links",
            show=(LINKS,),
            draw=Draw.NUMBER,
            width=12,
            height=6,
        ),
        Panel(
            id="sentiment-by-day",
            title=Both("客户每日声量与情感", "Customers' mentions by day and sentiment"),
            question=Both("客户的口碑怎样随时间变化？", "How does the customers' sentiment change over time?"),
            where=_LINKED,
            by=(Time(),),
            show=(NEGATIVE, NEUTRAL, POSITIVE),
            draw=Draw.COLUMNS,
            width=32,
        ),
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
