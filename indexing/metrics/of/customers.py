"""Which customers are known, and by what."""

from config.both import Both
from indexing.metrics.expression import Count, Unique
from indexing.metrics.metric import Metric
from indexing.metrics.where import Exists, Is

CUSTOMER_MENTIONS = Metric(
    name=Both("客户声量", "Mentions by customers"),
    meaning=Both("已关联客户的声量。", "Mentions by accounts that are linked to a customer."),
    of=Count(Exists("customer.id")),
)
CUSTOMERS_HEARD = Metric(
    name=Both("发声客户", "Customers heard"),
    meaning=Both("有声量的客户数；超过 3,000 时为近似值。", "Customers with a mention; approximate above 3,000."),
    of=Unique("customer.id"),
)


CUSTOMERS = Metric(
    name=Both("客户", "Customers"),
    meaning=Both("名单中的客户数。", "Customers on the shop's lists."),
    kind="customers",
    of=Count(Is("active", True)),
)
LINKS = Metric(
    name=Both("有效关联", "Links"),
    meaning=Both("账号与客户之间有效的关联数。", "Links between an account and a customer that hold."),
    kind="links",
    of=Count(Is("active", True)),
)
